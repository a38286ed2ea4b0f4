"""Mistakes that students make in `minibatches`, each with what they should read."""

import reference
import torch

from gradkit.bank import mistake


def cut(x, y, rows, size):
    """Batches of the rows in a given order."""
    for part in rows.split(size):
        yield x[part], y[part]


def cut_twice(x, y, first, rest, size):
    """A separate first batch, then batches of the rest."""
    if len(first):
        yield x[first], y[first]
    yield from cut(x, y, rest, size)


@mistake("minibatches")
def not_shuffled(x, y, batch_size, generator):
    """The rows are in their original order. Use a random permutation."""
    torch.randperm(len(x), generator=generator)
    return cut(x, y, torch.arange(len(x)), batch_size)


@mistake("minibatches")
def last_batch_dropped(x, y, batch_size, generator):
    """The remaining rows at the end are dropped. They form a last, smaller batch."""
    rows = torch.randperm(len(x), generator=generator)
    return cut(x, y, rows[: len(x) // batch_size * batch_size], batch_size)


@mistake("minibatches")
def last_batch_filled(x, y, batch_size, generator):
    """The last batch is filled up with rows that have already occurred. Each row occurs once."""
    rows = torch.randperm(len(x), generator=generator)
    missing = -len(x) % batch_size
    return cut(x, y, torch.cat([rows, rows[:missing]]), batch_size)


@mistake("minibatches")
def batches_evened_out(x, y, batch_size, generator):
    """The rows are divided evenly, so several batches have fewer than batch_size rows. Only the last one may."""
    rows = torch.randperm(len(x), generator=generator)
    for part in rows.tensor_split(-(-len(x) // batch_size)):
        yield x[part], y[part]


@mistake("minibatches")
def small_batch_first(x, y, batch_size, generator):
    """The smaller batch comes first. It should come last."""
    rows = torch.randperm(len(x), generator=generator)
    first = len(x) % batch_size
    return cut_twice(x, y, rows[:first], rows[first:], batch_size)


@mistake("minibatches")
def nothing_yielded(x, y, batch_size, generator):
    """No batch is yielded: the loop makes the batches and discards them. Yield each pair, or return a list of pairs."""
    return iter(list(reference.minibatches(x, y, batch_size, generator))[len(x) :])


@mistake("minibatches")
def single_row_flattened(x, y, batch_size, generator):
    """Each row is flattened. Keep the shape of the rows: a batch has the shape (rows, ...)."""
    for xb, yb in reference.minibatches(x, y, batch_size, generator):
        yield xb.reshape(len(xb), -1), yb.reshape(len(yb), -1).squeeze(1)


@mistake("minibatches")
def targets_counted_up(x, y, batch_size, generator):
    """The targets are modified in place after the batches are made. Leave them unchanged."""
    batches = list(reference.minibatches(x, y, batch_size, generator))
    y.add_(1)
    return batches


@mistake("minibatches")
def with_repetition(x, y, batch_size, generator):
    """Rows are drawn with replacement: some occur twice and some never. A permutation contains each row once."""
    return cut(x, y, torch.randint(len(x), (len(x),), generator=generator), batch_size)


@mistake("minibatches")
def shuffled_apart(x, y, batch_size, generator):
    """x and y are shuffled separately, so rows get the targets of other rows. Use one permutation for both."""
    rows, others = (torch.randperm(len(x), generator=generator) for _ in range(2))
    for part, other in zip(rows.split(batch_size), others.split(batch_size), strict=True):
        yield x[part], y[other]


@mistake("minibatches")
def targets_not_shuffled(x, y, batch_size, generator):
    """x is shuffled, but y is not. Use one permutation for both."""
    rows = torch.randperm(len(x), generator=generator)
    for part, other in zip(rows.split(batch_size), torch.arange(len(x)).split(batch_size), strict=True):
        yield x[part], y[other]


@mistake("minibatches")
def batches_shuffled(x, y, batch_size, generator):
    """The batches are shuffled, but not the rows within them. Permute the rows."""
    parts = torch.arange(len(x)).split(batch_size)
    order = torch.randperm(len(parts), generator=generator).tolist()
    order.sort(key=lambda number: len(parts[number]) < batch_size)
    for number in order:
        yield x[parts[number]], y[parts[number]]


@mistake("minibatches")
def remainder_stays_last(x, y, batch_size, generator):
    """The rows that do not fill a batch are always the last rows of x. Permute all rows."""
    whole = len(x) // batch_size * batch_size
    order = torch.cat([torch.randperm(whole, generator=generator), torch.arange(whole, len(x))])
    return cut(x, y, order, batch_size)


@mistake("minibatches")
def shuffled_piece_by_piece(x, y, batch_size, generator):
    """The rows are shuffled in blocks, so the first rows of x always come first. Use one permutation of all rows."""
    pieces = torch.arange(len(x)).split(2 * batch_size)
    return cut(x, y, torch.cat([p[torch.randperm(len(p), generator=generator)] for p in pieces]), batch_size)


@mistake("minibatches")
def chance_from_elsewhere(x, y, batch_size, generator):
    """The generator is not used, so the same seed does not give the same order. Pass it to torch.randperm."""
    return cut(x, y, torch.randperm(len(x)), batch_size)


@mistake("minibatches")
def seeded_anew(x, y, batch_size, generator):
    """The generator is reseeded in each pass, so all passes have the same order. Use it without reseeding."""
    generator.manual_seed(generator.initial_seed())
    return cut(x, y, torch.randperm(len(x), generator=generator), batch_size)


@mistake("minibatches")
def seed_of_its_own(x, y, batch_size, generator):
    """The order comes from a fixed seed. It should depend on the generator alone."""
    return cut(x, y, torch.randperm(len(x), generator=torch.Generator().manual_seed(0)), batch_size)


@mistake("minibatches")
def one_row_short(x, y, batch_size, generator):
    """One row is missing at the end. Each row occurs once."""
    return cut(x, y, torch.randperm(len(x), generator=generator)[: max(len(x) - 1, 1)], batch_size)


@mistake("minibatches")
def inputs_alone(x, y, batch_size, generator):
    """Only inputs are yielded. Yield pairs (xb, yb)."""
    for xb, _ in reference.minibatches(x, y, batch_size, generator):
        yield xb


@mistake("minibatches")
def number_of_batches(x, y, batch_size, generator):
    """batch_size is used as the number of batches. It is the number of rows per batch."""
    return cut(x, y, torch.randperm(len(x), generator=generator), -(-len(x) // batch_size))


@mistake("minibatches")
def features_shuffled(x, y, batch_size, generator):
    """The features within each row are shuffled as well. Keep each row whole."""
    for xb, yb in reference.minibatches(x, y, batch_size, generator):
        yield xb.flip(1), yb


@mistake("minibatches")
def batches_as_float(x, y, batch_size, generator):
    """Inputs and targets are converted to float32. Keep their dtypes."""
    for xb, yb in reference.minibatches(x, y, batch_size, generator):
        yield xb.float(), yb.float()


@mistake("minibatches")
def shuffled_in_place(x, y, batch_size, generator):
    """x and y are shuffled in place, so the caller's tensors are modified. Index rows into new tensors."""
    rows = torch.randperm(len(x), generator=generator)
    x.copy_(x[rows])
    y.copy_(y[rows])
    return cut(x, y, torch.arange(len(x)), batch_size)

"""Mistakes that students make in `minibatches`, each with what they should read."""

import reference
import torch

from gradkit.bank import mistake


def cut(x, y, rows, size):
    """Batches of the rows in a given order."""
    for part in rows.split(size):
        yield x[part], y[part]


def cut_twice(x, y, first, rest, size):
    """A first batch of its own, then batches of the rest."""
    if len(first):
        yield x[first], y[first]
    yield from cut(x, y, rest, size)


@mistake("minibatches")
def not_shuffled(x, y, batch_size, generator):
    """The rows come in their old order. A random permutation is asked for."""
    torch.randperm(len(x), generator=generator)
    return cut(x, y, torch.arange(len(x)), batch_size)


@mistake("minibatches")
def last_batch_dropped(x, y, batch_size, generator):
    """The rows that remain at the end are dropped. They make a last, smaller batch."""
    rows = torch.randperm(len(x), generator=generator)
    return cut(x, y, rows[: len(x) // batch_size * batch_size], batch_size)


@mistake("minibatches")
def last_batch_filled(x, y, batch_size, generator):
    """The last batch is filled up with rows that have come already. Each row comes once."""
    rows = torch.randperm(len(x), generator=generator)
    missing = -len(x) % batch_size
    return cut(x, y, torch.cat([rows, rows[:missing]]), batch_size)


@mistake("minibatches")
def batches_evened_out(x, y, batch_size, generator):
    """The rows are dealt out evenly, so that several batches have fewer than batch_size. Only the last one may: it has
    what remains."""
    rows = torch.randperm(len(x), generator=generator)
    for part in rows.tensor_split(-(-len(x) // batch_size)):
        yield x[part], y[part]


@mistake("minibatches")
def small_batch_first(x, y, batch_size, generator):
    """The smaller batch comes first. The last one has the rows that remain."""
    rows = torch.randperm(len(x), generator=generator)
    first = len(x) % batch_size
    return cut_twice(x, y, rows[:first], rows[first:], batch_size)


@mistake("minibatches")
def nothing_yielded(x, y, batch_size, generator):
    """No batch is yielded: the loop makes them and keeps them for itself. Each pair is yielded, or put into a list that
    is returned."""
    return iter(list(reference.minibatches(x, y, batch_size, generator))[len(x) :])


@mistake("minibatches")
def single_row_flattened(x, y, batch_size, generator):
    """Each row is made flat. Rows keep their shape: a batch has the shape (rows, ...)."""
    for xb, yb in reference.minibatches(x, y, batch_size, generator):
        yield xb.reshape(len(xb), -1), yb.reshape(len(yb), -1).squeeze(1)


@mistake("minibatches")
def targets_counted_up(x, y, batch_size, generator):
    """The targets are changed in place once the batches are made. They are left unchanged: the caller still needs
    them."""
    batches = list(reference.minibatches(x, y, batch_size, generator))
    y.add_(1)
    return batches


@mistake("minibatches")
def with_repetition(x, y, batch_size, generator):
    """Rows are drawn with repetition: some come twice and some never. A permutation has each once."""
    return cut(x, y, torch.randint(len(x), (len(x),), generator=generator), batch_size)


@mistake("minibatches")
def shuffled_apart(x, y, batch_size, generator):
    """x and y are shuffled each for itself, so rows come with the targets of others. One permutation serves both."""
    rows, others = (torch.randperm(len(x), generator=generator) for _ in range(2))
    for part, other in zip(rows.split(batch_size), others.split(batch_size), strict=True):
        yield x[part], y[other]


@mistake("minibatches")
def targets_not_shuffled(x, y, batch_size, generator):
    """x is shuffled, but y is not. One permutation serves both."""
    rows = torch.randperm(len(x), generator=generator)
    for part, other in zip(rows.split(batch_size), torch.arange(len(x)).split(batch_size), strict=True):
        yield x[part], y[other]


@mistake("minibatches")
def batches_shuffled(x, y, batch_size, generator):
    """The batches are shuffled, and the rows in them are not. The permutation is one of rows."""
    parts = torch.arange(len(x)).split(batch_size)
    order = torch.randperm(len(parts), generator=generator).tolist()
    order.sort(key=lambda number: len(parts[number]) < batch_size)
    for number in order:
        yield x[parts[number]], y[parts[number]]


@mistake("minibatches")
def remainder_stays_last(x, y, batch_size, generator):
    """The rows that do not fill a batch are always the last rows of x. All rows take part in the permutation."""
    whole = len(x) // batch_size * batch_size
    order = torch.cat([torch.randperm(whole, generator=generator), torch.arange(whole, len(x))])
    return cut(x, y, order, batch_size)


@mistake("minibatches")
def shuffled_piece_by_piece(x, y, batch_size, generator):
    """The rows are shuffled piece by piece, so the first rows of x come first. One permutation is of all rows."""
    pieces = torch.arange(len(x)).split(2 * batch_size)
    return cut(x, y, torch.cat([p[torch.randperm(len(p), generator=generator)] for p in pieces]), batch_size)


@mistake("minibatches")
def chance_from_elsewhere(x, y, batch_size, generator):
    """The generator is not used, so the same seed does not give the same order. Hand it to torch.randperm."""
    return cut(x, y, torch.randperm(len(x)), batch_size)


@mistake("minibatches")
def seeded_anew(x, y, batch_size, generator):
    """The generator is seeded anew in each pass, so all passes have the same order. Use it as it is."""
    generator.manual_seed(generator.initial_seed())
    return cut(x, y, torch.randperm(len(x), generator=generator), batch_size)


@mistake("minibatches")
def seed_of_its_own(x, y, batch_size, generator):
    """The order comes from a fixed seed. It depends on the generator alone."""
    return cut(x, y, torch.randperm(len(x), generator=torch.Generator().manual_seed(0)), batch_size)


@mistake("minibatches")
def one_row_short(x, y, batch_size, generator):
    """One row is left out at the end. Each row comes once."""
    return cut(x, y, torch.randperm(len(x), generator=generator)[: max(len(x) - 1, 1)], batch_size)


@mistake("minibatches")
def inputs_alone(x, y, batch_size, generator):
    """Only inputs are yielded. Pairs (xb, yb) are asked for."""
    for xb, _ in reference.minibatches(x, y, batch_size, generator):
        yield xb


@mistake("minibatches")
def number_of_batches(x, y, batch_size, generator):
    """batch_size is taken for the number of batches. It is the number of rows of each."""
    return cut(x, y, torch.randperm(len(x), generator=generator), -(-len(x) // batch_size))


@mistake("minibatches")
def features_shuffled(x, y, batch_size, generator):
    """The features of each row are shuffled, too. A row comes as a whole."""
    for xb, yb in reference.minibatches(x, y, batch_size, generator):
        yield xb.flip(1), yb


@mistake("minibatches")
def batches_as_float(x, y, batch_size, generator):
    """Inputs and targets are converted to float32. They keep their dtypes."""
    for xb, yb in reference.minibatches(x, y, batch_size, generator):
        yield xb.float(), yb.float()


@mistake("minibatches")
def shuffled_in_place(x, y, batch_size, generator):
    """x and y are shuffled in place, so whoever handed them over finds them changed. Take rows into new tensors."""
    rows = torch.randperm(len(x), generator=generator)
    x.copy_(x[rows])
    y.copy_(y[rows])
    return cut(x, y, torch.arange(len(x)), batch_size)

"""Mistakes that students make in `train_minibatch`, each with what they should read."""

import reference
import torch

from gradkit.bank import mistake


def cut(x, y, rows, size):
    """Batches of the rows in a given order."""
    for part in rows.split(size):
        yield x[part], y[part]


def in_old_order(x, y, batch_size, generator):
    """Batches that are not shuffled."""
    return cut(x, y, torch.arange(len(x)), batch_size)


def without_the_rest(x, y, batch_size, generator):
    """Full batches only."""
    return cut(x, y, torch.randperm(len(x), generator=generator)[: len(x) // batch_size * batch_size], batch_size)


def torn(x, y, batch_size, generator):
    """Inputs and targets in different orders."""
    rows, others = (torch.randperm(len(x), generator=generator) for _ in range(2))
    for part, other in zip(rows.split(batch_size), others.split(batch_size), strict=True):
        yield x[part], y[other]


def by_chance(x, y, batch_size, generator):
    """An order that does not come from the generator."""
    return cut(x, y, torch.randperm(len(x)), batch_size)


def batchwise(
    model, x, y, loss_function, optimizer, epochs, batch_size, generator, batches=None, mean=None, clear=True
):
    """The reference's loops, with the batches and the mean of one's choice."""
    model.train()
    losses = []
    for _ in range(epochs):
        found = []
        for xb, yb in (batches or reference.minibatches)(x, y, batch_size, generator):
            loss = loss_function(model(xb), yb)
            if clear:
                optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            found.append((loss.item(), len(xb)))
        losses.append(mean(found) if mean else sum(loss * rows for loss, rows in found) / len(x))
    return losses


@mistake("train_minibatch")
def mean_of_batch_means(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The loss of an epoch is the mean over its batches. A smaller last batch then counts as much as a full one: take
    the mean over the rows."""
    mean = lambda found: sum(loss for loss, _ in found) / len(found)  # noqa: E731
    return batchwise(model, x, y, loss_function, optimizer, epochs, batch_size, generator, mean=mean)


@mistake("train_minibatch")
def sum_over_batches(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The losses of the batches are summed. Return the mean per row."""
    mean = lambda found: sum(loss for loss, _ in found)  # noqa: E731
    return batchwise(model, x, y, loss_function, optimizer, epochs, batch_size, generator, mean=mean)


@mistake("train_minibatch")
def divided_by_the_rows(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The batch means are summed and divided by the number of rows. Multiply each batch mean by the rows of its batch
    first."""
    mean = lambda found: sum(loss for loss, _ in found) / sum(rows for _, rows in found)  # noqa: E731
    return batchwise(model, x, y, loss_function, optimizer, epochs, batch_size, generator, mean=mean)


@mistake("train_minibatch")
def batch_size_for_rows(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """Each batch mean is multiplied by batch_size. The last batch may have fewer rows: use its length."""
    mean = lambda found: sum(loss for loss, _ in found) * batch_size / sum(rows for _, rows in found)  # noqa: E731
    return batchwise(model, x, y, loss_function, optimizer, epochs, batch_size, generator, mean=mean)


@mistake("train_minibatch")
def loss_of_the_last_batch(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The loss of an epoch is that of its last batch. It is the mean over all rows."""
    mean = lambda found: found[-1][0]  # noqa: E731
    return batchwise(model, x, y, loss_function, optimizer, epochs, batch_size, generator, mean=mean)


@mistake("train_minibatch")
def one_loss_per_batch(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The list has one loss per batch. It should have one per epoch."""
    found = []
    for _ in range(epochs):
        take = lambda pairs: found.extend(loss for loss, _ in pairs)  # noqa: E731
        batchwise(model, x, y, loss_function, optimizer, 1, batch_size, generator, mean=take)
    return found


@mistake("train_minibatch")
def not_cleared_between_batches(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The gradients are never cleared, so each batch's update also uses the gradients of all batches before it."""
    return batchwise(model, x, y, loss_function, optimizer, epochs, batch_size, generator, clear=False)


@mistake("train_minibatch")
def one_update_per_epoch(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """There is one update per epoch. There should be one per batch."""
    return batchwise(model, x, y, loss_function, optimizer, epochs, len(x), generator)


@mistake("train_minibatch")
def shuffled_once(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The batches are made once, and every epoch uses the same ones. Reshuffle in each epoch."""
    pairs = list(reference.minibatches(x, y, batch_size, generator))
    same = lambda *_: pairs  # noqa: E731
    return batchwise(model, x, y, loss_function, optimizer, epochs, batch_size, generator, batches=same)


@mistake("train_minibatch")
def used_up_in_the_first_epoch(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The batches are made once, by a generator that is exhausted after the first epoch: later epochs do nothing."""
    once = reference.minibatches(x, y, batch_size, generator)
    return batchwise(model, x, y, loss_function, optimizer, epochs, batch_size, generator, batches=lambda *_: once)


@mistake("train_minibatch")
def never_shuffled(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The rows are in their original order in every epoch. Reshuffle in each epoch."""
    return batchwise(model, x, y, loss_function, optimizer, epochs, batch_size, generator, batches=in_old_order)


@mistake("train_minibatch")
def remainder_dropped(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The remaining rows at the end of an epoch are dropped. They form a last, smaller batch."""
    return batchwise(model, x, y, loss_function, optimizer, epochs, batch_size, generator, batches=without_the_rest)


@mistake("train_minibatch")
def pairs_torn(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """Inputs and targets are shuffled separately, so predictions are compared with the targets of other rows."""
    return batchwise(model, x, y, loss_function, optimizer, epochs, batch_size, generator, batches=torn)


@mistake("train_minibatch")
def chance_of_its_own(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The generator is not used, so the same seed does not give the same training."""
    return batchwise(model, x, y, loss_function, optimizer, epochs, batch_size, generator, batches=by_chance)


@mistake("train_minibatch")
def seed_copied(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The rows are shuffled by another generator with the same seed, so each training repeats the orders of the first.
    Use the given generator itself."""
    copied = torch.Generator().manual_seed(generator.initial_seed())
    return reference.train_minibatch(model, x, y, loss_function, optimizer, epochs, batch_size, copied)


@mistake("train_minibatch")
def mode_as_it_came(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The mode of the model is left unchanged. Train in training mode: model.train()."""
    training = model.training
    model.train = lambda mode=True: model
    try:
        return batchwise(model, x, y, loss_function, optimizer, epochs, batch_size, generator)
    finally:
        del model.train
        model.train(training)


@mistake("train_minibatch")
def batch_losses_as_tensors(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The list contains tensors. Return Python floats: use item()."""
    losses = reference.train_minibatch(model, x, y, loss_function, optimizer, epochs, batch_size, generator)
    return [torch.tensor(loss, dtype=torch.float64) for loss in losses]


@mistake("train_minibatch")
def stopped_when_flat(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """Training stops when the loss no longer decreases. Run all epochs."""
    losses = []
    for _ in range(epochs):
        losses += reference.train_minibatch(model, x, y, loss_function, optimizer, 1, batch_size, generator)
        if len(losses) > 1 and abs(losses[-1] - losses[-2]) < 1e-12:
            break
    return losses


@mistake("train_minibatch")
def stopped_when_it_rises(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """Training stops as soon as the loss rises. Run all epochs."""
    losses = []
    for _ in range(epochs):
        losses += reference.train_minibatch(model, x, y, loss_function, optimizer, 1, batch_size, generator)
        if len(losses) > 1 and losses[-1] > losses[-2] + 1e-6:
            break
    return losses


@mistake("train_minibatch")
def one_epoch_at_least(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """There is always one epoch, even if epochs is 0."""
    return batchwise(model, x, y, loss_function, optimizer, max(epochs, 1), batch_size, generator)


@mistake("train_minibatch")
def cleared_after_the_step_only(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The gradients are cleared only after each step, so gradients left over from before the call distort the first
    update. Clear them before backward()."""
    model.train()
    losses = []
    for _ in range(epochs):
        total = 0.0
        for xb, yb in reference.minibatches(x, y, batch_size, generator):
            loss = loss_function(model(xb), yb)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            total += loss.item() * len(xb)
        losses.append(total / len(x))
    return losses


@mistake("train_minibatch")
def loss_after_each_update(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """A batch's loss is computed after its update. Record the loss that backward() was called on, before the update."""
    model.train()
    losses = []
    for _ in range(epochs):
        total = 0.0
        for xb, yb in reference.minibatches(x, y, batch_size, generator):
            loss = loss_function(model(xb), yb)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss_function(model(xb), yb).item() * len(xb)
        losses.append(total / len(x))
    return losses


@mistake("train_minibatch")
def classes_as_floats(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The targets are converted to floats. Some losses need class indices, which are integers: pass y unchanged."""
    return batchwise(model, x, y.to(x.dtype), loss_function, optimizer, epochs, batch_size, generator)


@mistake("train_minibatch")
def trained_in_float64(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """Model and inputs are converted to float64, and the caller's model stays converted. Keep their dtypes."""
    y = y.double() if y.is_floating_point() else y
    return batchwise(model.double(), x.double(), y, loss_function, optimizer, epochs, batch_size, generator)


@mistake("train_minibatch")
def own_optimizer_inside(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """A separate optimizer is created inside. Use the given one."""
    own = torch.optim.SGD(model.parameters(), lr=0.01)
    return batchwise(model, x, y, loss_function, own, epochs, batch_size, generator)


@mistake("train_minibatch")
def inputs_sorted_in_place(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The inputs are shuffled in place, so the caller's x is modified. Index rows into new tensors."""
    order = torch.arange(len(x)).flip(0)
    x.copy_(x[order] + 1)
    return batchwise(model, x - 1, y[order], loss_function, optimizer, epochs, batch_size, generator)


@mistake("train_minibatch")
def targets_scaled_in_place(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The targets are modified in place after training. Leave y unchanged."""
    losses = batchwise(model, x, y, loss_function, optimizer, epochs, batch_size, generator)
    y.add_(1)
    return losses


@mistake("train_minibatch")
def target_before_prediction(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The loss function gets the target first. Pass the prediction first: loss_function(y_hat, y)."""
    turned = lambda prediction, target: loss_function(target, prediction)  # noqa: E731
    return batchwise(model, x, y, turned, optimizer, epochs, batch_size, generator)

"""Mistakes that students make in hw5, each with what they should read."""

import io
from contextlib import redirect_stdout

import reference
import torch

from gradkit.bank import mistake


def report(epoch, loss, report_every):
    """The line that is due every few epochs."""
    if epoch % report_every == 0:
        print(f"epoch: {epoch}, loss is: {loss:.6f}")


def silently(model, x, y, loss_function, optimizer, epochs):
    """Train as the solution does, and print nothing."""
    with redirect_stdout(io.StringIO()):
        return reference.train(model, x, y, loss_function, optimizer, epochs)


# ---- the order of the steps


@mistake("train")
def gradients_never_cleared(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The gradients are never cleared. backward() adds to those that are there, so each update is made with the sum of
    all epochs before it."""
    model.train()
    losses = []
    for epoch in range(epochs):
        loss = loss_function(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        report(epoch, losses[-1], report_every)
    return losses


@mistake("train")
def gradients_cleared_once(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The gradients are cleared once, before the loop. backward() adds to those that are there, so they must be cleared
    in every epoch."""
    model.train()
    optimizer.zero_grad()
    losses = []
    for epoch in range(epochs):
        loss = loss_function(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        report(epoch, losses[-1], report_every)
    return losses


@mistake("train")
def gradients_cleared_at_the_end(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The gradients are cleared at the end of each epoch only, so those that the model brings along spoil the first
    update. Clear them before backward()."""
    model.train()
    losses = []
    for epoch in range(epochs):
        loss = loss_function(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        report(epoch, losses[-1], report_every)
    return losses


@mistake("train")
def nothing_is_updated(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The parameters never change: the step is missing, or the gradients are cleared between backward() and the step,
    so that there is nothing left to step with."""
    model.train()
    losses = []
    for epoch in range(epochs):
        loss = loss_function(model(x), y)
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
        losses.append(loss.item())
        report(epoch, losses[-1], report_every)
    return losses


@mistake("train")
def step_before_backward(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The step comes before backward(), so each update is made with the gradient of the epoch before. Differentiate
    first, then update."""
    model.train()
    losses = []
    optimizer.zero_grad()
    for epoch in range(epochs):
        loss = loss_function(model(x), y)
        optimizer.step()
        optimizer.zero_grad()
        loss.backward()
        losses.append(loss.item())
        report(epoch, losses[-1], report_every)
    return losses


@mistake("train")
def two_steps_in_each_epoch(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """Each epoch takes two steps with one gradient. It takes exactly one."""
    model.train()
    losses = []
    for epoch in range(epochs):
        loss = loss_function(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        optimizer.step()
        losses.append(loss.item())
        report(epoch, losses[-1], report_every)
    return losses


@mistake("train")
def one_row_at_a_time(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """Each row makes a step of its own (stochastic gradient descent). Here an epoch is one step, on all rows at
    once."""
    model.train()
    losses = []
    for epoch in range(epochs):
        total = 0.0
        for row, target in zip(x, y, strict=True):
            loss = loss_function(model(row[None]), target[None])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total / len(x))
        report(epoch, losses[-1], report_every)
    return losses


@mistake("train")
def uphill(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The parameters move so that the loss grows: the gradient is taken of the negative loss. The optimizer takes the
    step downhill by itself."""
    model.train()
    losses = []
    for epoch in range(epochs):
        loss = loss_function(model(x), y)
        optimizer.zero_grad()
        (-loss).backward()
        optimizer.step()
        losses.append(loss.item())
        report(epoch, losses[-1], report_every)
    return losses


# ---- what is predicted and compared


@mistake("train")
def target_first(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The loss function gets the target first. It takes the prediction first: many losses treat the two differently."""
    return reference.train(
        model, x, y, lambda y_hat, target: loss_function(target, y_hat), optimizer, epochs, report_every
    )


@mistake("train")
def divided_by_the_rows_again(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The loss is divided by the number of rows. The loss function has averaged already, and its value is used as it
    is."""
    return reference.train(
        model, x, y, lambda y_hat, target: loss_function(y_hat, target) / len(x), optimizer, epochs, report_every
    )


@mistake("train")
def inputs_standardised(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The inputs are standardised first. The model is trained on x as it is; preparing the data is a step of its
    own."""
    return reference.train(model, (x - x.mean(0)) / x.std(0), y, loss_function, optimizer, epochs, report_every)


@mistake("train")
def evaluation_mode(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The model is put into evaluation mode. While it learns it belongs into training mode: dropout and batch norm work
    differently then."""
    model.eval()
    losses = []
    for epoch in range(epochs):
        loss = loss_function(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        report(epoch, losses[-1], report_every)
    return losses


@mistake("train")
def mode_left_as_it_is(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The model keeps the mode that it arrives in. That may be evaluation mode: call model.train() before the first
    prediction."""
    losses = []
    for epoch in range(epochs):
        loss = loss_function(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        report(epoch, losses[-1], report_every)
    return losses


# ---- the optimizer


@mistake("train")
def own_optimizer(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """An optimizer of its own is made inside. The one that is handed over makes the steps: its kind and its learning
    rate are the caller's choice."""
    return reference.train(
        model, x, y, loss_function, torch.optim.SGD(model.parameters(), lr=0.01), epochs, report_every
    )


@mistake("train")
def own_update(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The parameters are updated by hand: minus the learning rate times the gradient. That is what one optimizer does;
    others remember more. optimizer.step() is for all of them."""
    model.train()
    rate = optimizer.param_groups[0]["lr"]
    losses = []
    for epoch in range(epochs):
        loss = loss_function(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter -= rate * parameter.grad
        losses.append(loss.item())
        report(epoch, losses[-1], report_every)
    return losses


@mistake("train")
def gradients_clipped(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The gradients are clipped before the step. That is a choice of its own; the update here is the optimizer's step
    with the gradient as it is."""
    model.train()
    losses = []
    for epoch in range(epochs):
        loss = loss_function(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        report(epoch, losses[-1], report_every)
    return losses


# ---- how many epochs


@mistake("train")
def one_epoch_too_many(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """There is one epoch too many. They are counted from 0 to epochs - 1."""
    return reference.train(model, x, y, loss_function, optimizer, epochs + 1, report_every)


@mistake("train")
def one_epoch_too_few(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """There is one epoch too few. They are counted from 0 to epochs - 1, and range(epochs) gives just these."""
    return reference.train(model, x, y, loss_function, optimizer, max(0, epochs - 1), report_every)


@mistake("train")
def stopped_early(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The training stops as soon as the loss changes little. It goes on for as many epochs as it was told."""
    losses = []
    for _ in range(epochs):
        losses += reference.train(model, x, y, loss_function, optimizer, 1, report_every)
        if len(losses) > 1 and abs(losses[-2] - losses[-1]) < 0.1 * losses[-1]:
            break
    return losses


# ---- the list of losses


@mistake("train")
def loss_after_the_update(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The loss is measured after the update. The one that belongs into the list is the one that the gradient was taken
    of, before the update."""
    model.train()
    losses = []
    for epoch in range(epochs):
        loss = loss_function(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss_function(model(x), y).item())
        report(epoch, losses[-1], report_every)
    return losses


@mistake("train")
def losses_as_tensors(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The list holds tensors. Each keeps its whole graph alive; .item() makes a Python float of it."""
    model.train()
    losses = []
    for epoch in range(epochs):
        loss = loss_function(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss)
        report(epoch, loss.item(), report_every)
    return losses


@mistake("train")
def last_loss_only(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """Only the last loss is returned. All of them are asked for, one for each epoch, in a list."""
    losses = reference.train(model, x, y, loss_function, optimizer, epochs, report_every)
    return losses[-1] if losses else 0.0


@mistake("train")
def reported_losses_only(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The list has a loss for each printed line. It has one for each epoch."""
    return reference.train(model, x, y, loss_function, optimizer, epochs, report_every)[::report_every]


@mistake("train")
def running_mean(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """Each entry is the mean of all losses so far. Each is the loss of its own epoch."""
    losses = reference.train(model, x, y, loss_function, optimizer, epochs, report_every)
    return [sum(losses[: number + 1]) / (number + 1) for number in range(len(losses))]


@mistake("train")
def losses_added_up(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """Each entry is the sum of all losses so far. Each is the loss of its own epoch."""
    losses = reference.train(model, x, y, loss_function, optimizer, epochs, report_every)
    return [sum(losses[: number + 1]) for number in range(len(losses))]


@mistake("train")
def losses_rounded(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The losses in the list are rounded. Only the printed line may be."""
    losses = reference.train(model, x, y, loss_function, optimizer, epochs, report_every)
    return [round(loss, 2) for loss in losses]


@mistake("train")
def epochs_in_the_list(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The list has pairs of epoch and loss. It has the losses alone; their place tells the epoch."""
    losses = reference.train(model, x, y, loss_function, optimizer, epochs, report_every)
    return list(enumerate(losses))


# ---- the printed lines


@mistake("train")
def never_reported(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """Nothing is printed. A line is due in every epoch whose number is a multiple of report_every, the first one
    included."""
    return silently(model, x, y, loss_function, optimizer, epochs)


@mistake("train")
def reported_in_every_epoch(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """A line is printed in every epoch. It is due only where the epoch's number is a multiple of report_every."""
    return reference.train(model, x, y, loss_function, optimizer, epochs, 1)


@mistake("train")
def reported_at_the_end_of_each_stretch(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The first line comes after report_every epochs. Epoch 0 is a multiple of report_every too, so the first line is
    its own."""
    losses = silently(model, x, y, loss_function, optimizer, epochs)
    for epoch, loss in enumerate(losses):
        if (epoch + 1) % report_every == 0:
            print(f"epoch: {epoch}, loss is: {loss:.6f}")
    return losses


@mistake("train")
def epochs_counted_from_one(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The printed epochs are counted from 1. They are counted from 0, as range does."""
    losses = silently(model, x, y, loss_function, optimizer, epochs)
    for epoch, loss in enumerate(losses):
        if epoch % report_every == 0:
            print(f"epoch: {epoch + 1}, loss is: {loss:.6f}")
    return losses


@mistake("train")
def report_every_ignored(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """A line is printed every 500 epochs, whatever report_every is. 500 is only what it is when nothing is said."""
    return reference.train(model, x, y, loss_function, optimizer, epochs, 500)


@mistake("train")
def last_epoch_reported_too(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """A line is printed after the last epoch as well. It is due only where the epoch's number is a multiple of
    report_every."""
    losses = reference.train(model, x, y, loss_function, optimizer, epochs, report_every)
    if losses and (epochs - 1) % report_every:
        print(f"epoch: {epochs - 1}, loss is: {losses[-1]:.6f}")
    return losses

"""Mistakes that students make in hw5, each with what they should read."""

import io
import pathlib
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


@mistake("train")
def predicted_once(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The prediction is made once, before the loop, and its graph is kept and used again, so every epoch sees the model
    as it was. The parameters change: predict anew in each epoch."""
    model.train()
    y_hat = model(x)
    losses = []
    for epoch in range(epochs):
        loss = loss_function(y_hat, y)
        optimizer.zero_grad()
        loss.backward(retain_graph=True)
        optimizer.step()
        losses.append(loss.item())
        report(epoch, losses[-1], report_every)
    return losses


@mistake("train")
def predicted_twice(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """Each epoch predicts twice, once for the gradient and once for the list. Batch norm and dropout do something at
    every prediction, so that is not the same: keep the loss that is there."""
    model.train()
    losses = []
    for epoch in range(epochs):
        loss = loss_function(model(x), y)
        losses.append(loss_function(model(x), y).item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
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
def own_loss(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The loss is worked out inside, as the mean of the squares. Which loss it is, is the caller's choice:
    loss_function is handed over."""
    return reference.train(
        model, x, y, lambda y_hat, target: ((y_hat - target) ** 2).mean(), optimizer, epochs, report_every
    )


@mistake("train")
def predictions_squeezed(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """Dimensions of size 1 are squeezed out of the prediction. Against targets that have kept theirs, (N,) and (N, 1)
    are broadcast to N x N differences. Prediction and target go into the loss as they are."""
    return reference.train(
        model, x, y, lambda y_hat, target: loss_function(y_hat.squeeze(), target), optimizer, epochs, report_every
    )


@mistake("train")
def sigmoid_on_top(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The prediction goes through a sigmoid before it is compared. Whether there is one is the model's affair: the loss
    function gets what the model gives."""
    return reference.train(
        model, x, y, lambda y_hat, target: loss_function(y_hat.sigmoid(), target), optimizer, epochs, report_every
    )


@mistake("train")
def targets_as_integers(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The targets are turned into whole numbers. Some losses want class numbers; which they are here is the caller's
    affair, and fractions are lost."""
    return reference.train(model, x, y.long(), loss_function, optimizer, epochs, report_every)


@mistake("train")
def targets_as_floats(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The targets are turned into floats of the inputs' dtype. Some losses want class numbers, which are whole: y goes
    into the loss as it is."""
    return reference.train(model, x, y.to(x.dtype), loss_function, optimizer, epochs, report_every)


@mistake("train")
def loss_taken_for_a_module(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The loss is taken for a module: its forward method is called, which a plain function has not. Call
    loss_function(y_hat, y)."""
    return reference.train(model, x, y, loss_function.forward, optimizer, epochs, report_every)


@mistake("train")
def penalty_added(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The squares of the parameters are added to the loss (weight decay). Whether there is such a penalty is decided by
    who makes the loss function and the optimizer."""
    model.train()
    losses = []
    for epoch in range(epochs):
        loss = loss_function(model(x), y) + 0.01 * sum((p**2).sum() for p in model.parameters())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        report(epoch, losses[-1], report_every)
    return losses


@mistake("train")
def rows_held_out(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """A fifth of the rows is held back for validation. The caller has divided the data already: train on all rows of x
    and y."""
    kept = int(0.8 * len(x))
    return reference.train(model, x[:kept], y[:kept], loss_function, optimizer, epochs, report_every)


@mistake("train")
def rows_shuffled_apart(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The rows of x are shuffled and those of y are not, so each prediction is compared with another row's target. One
    order of rows must be used for both."""
    order = torch.randperm(len(x))
    return reference.train(model, x[order], y, loss_function, optimizer, epochs, report_every)


@mistake("train")
def inputs_changed(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The inputs are standardised in place, so the caller's x is changed. x is trained on as it is, and left as it
    is."""
    x -= x.mean(0)
    x /= x.std(0)
    return reference.train(model, x, y, loss_function, optimizer, epochs, report_every)


@mistake("train")
def targets_changed(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The targets are scaled in place, so the caller's y is changed. y is compared with as it is, and left as it is."""
    y /= y.abs().max()
    return reference.train(model, x, y, loss_function, optimizer, epochs, report_every)


@mistake("train")
def everything_in_float32(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """Model and data are converted to float32. They are used in the dtype that they come in."""
    return reference.train(model.float(), x.float(), y.float(), loss_function, optimizer, epochs, report_every)


@mistake("train")
def everything_in_float64(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """Model and data are converted to float64, and the caller's model stays so. They are used in the dtype that they
    come in."""
    return reference.train(model.double(), x.double(), y.double(), loss_function, optimizer, epochs, report_every)


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


@mistake("train")
def training_mode_too_late(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The model is put into training mode at the end of the first epoch, so the first prediction is made in the mode
    that it arrives in. Call model.train() before it."""
    losses = []
    for epoch in range(epochs):
        loss = loss_function(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        report(epoch, losses[-1], report_every)
        model.train()
    return losses


@mistake("train")
def evaluation_mode_after_reporting(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The model is put into evaluation mode for a report and stays there. The epochs after it must predict in training
    mode again."""
    model.train()
    losses = []
    for epoch in range(epochs):
        loss = loss_function(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        report(epoch, losses[-1], report_every)
        if epoch % report_every == 0:
            model.eval()
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
def own_adam(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """An Adam of its own is made inside. The optimizer that is handed over makes the steps: its kind and its learning
    rate are the caller's choice."""
    return reference.train(model, x, y, loss_function, torch.optim.Adam(model.parameters()), epochs, report_every)


@mistake("train")
def optimizer_made_anew(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """A new optimizer of the same kind is made inside. It knows nothing of the steps before (momentum, Adam's
    averages); the one that is handed over does."""
    fresh = type(optimizer)(model.parameters(), **optimizer.defaults)
    return reference.train(model, x, y, loss_function, fresh, epochs, report_every)


@mistake("train")
def optimizer_forgets(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """A new optimizer of the same kind is made in every epoch. Momentum and Adam remember earlier steps, and lose that.
    Use the one that is handed over throughout."""
    model.train()
    losses = []
    for epoch in range(epochs):
        loss = loss_function(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        report(epoch, losses[-1], report_every)
        optimizer = type(optimizer)(model.parameters(), **optimizer.defaults)
    return losses


@mistake("train")
def rate_lowered(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The learning rate is lowered after each epoch. That is a choice of its own; the update here is the optimizer's
    step with the rate that it has."""
    model.train()
    losses = []
    for epoch in range(epochs):
        loss = loss_function(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        report(epoch, losses[-1], report_every)
        optimizer.param_groups[0]["lr"] *= 0.9
    return losses


@mistake("train")
def parameters_started_anew(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The parameters are drawn anew before training. The model is trained from where it is: it may have learned
    something already."""
    for part in model.modules():
        if hasattr(part, "reset_parameters"):
            part.reset_parameters()
    return reference.train(model, x, y, loss_function, optimizer, epochs, report_every)


@mistake("train")
def best_parameters_restored(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """At the end the parameters with the least loss are put back. That loss was measured before its update, so the last
    update is lost. What training ends with stays."""
    model.train()
    best = {}
    losses = []
    for epoch in range(epochs):
        before = {name: value.clone() for name, value in model.state_dict().items()}
        loss = loss_function(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if not losses or loss.item() < min(losses):
            best = before
        losses.append(loss.item())
        report(epoch, losses[-1], report_every)
    if losses:
        model.load_state_dict(best)
    return losses


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
def rate_lowered_on_the_way(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The learning rate is lowered after some epochs, as by a scheduler. The optimizer comes with its rate, and each
    update is its step."""
    model.train()
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=50)
    losses = []
    for epoch in range(epochs):
        loss = loss_function(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
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
def at_least_one_epoch(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """There is always one epoch, even when epochs is 0. The loop's condition must be looked at before its first
    round."""
    return reference.train(model, x, y, loss_function, optimizer, max(1, epochs), report_every)


@mistake("train")
def returned_inside_the_loop(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The function returns at the end of the first epoch: the return stands inside the loop. It belongs behind it."""
    model.train()
    losses = []
    for epoch in range(epochs):
        loss = loss_function(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        report(epoch, losses[-1], report_every)
        return losses
    return losses


@mistake("train")
def stopped_early(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The training stops as soon as the loss changes little. It goes on for as many epochs as it was told."""
    losses = []
    for _ in range(epochs):
        losses += reference.train(model, x, y, loss_function, optimizer, 1, report_every)
        if len(losses) > 1 and abs(losses[-2] - losses[-1]) < 0.1 * losses[-1]:
            break
    return losses


@mistake("train")
def stopped_when_small(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The training stops as soon as the loss is small enough. It goes on for as many epochs as it was told."""
    losses = []
    for _ in range(epochs):
        losses += reference.train(model, x, y, loss_function, optimizer, 1, report_every)
        if losses[-1] < 1e-6:
            break
    return losses


@mistake("train")
def stopped_when_rising(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The training stops as soon as the loss rises. It goes on for as many epochs as it was told."""
    model.train()
    losses = []
    for epoch in range(epochs):
        loss = loss_function(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        report(epoch, losses[-1], report_every)
        if epoch and losses[-1] > 1.5 * losses[-2]:
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
        report(epoch, loss.item(), report_every)
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
def losses_detached(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The list holds tensors, though cut off from their graph. A Python float is asked for; .item() gives one."""
    model.train()
    losses = []
    for epoch in range(epochs):
        loss = loss_function(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
        report(epoch, loss.item(), report_every)
    return losses


@mistake("train")
def nothing_returned(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The losses are collected but not handed back. Without a return, a function gives None."""
    reference.train(model, x, y, loss_function, optimizer, epochs, report_every)


@mistake("train")
def model_returned_too(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The model comes back with the losses, as a pair. Only the list is asked for; the model has been trained in
    place."""
    losses = reference.train(model, x, y, loss_function, optimizer, epochs, report_every)
    return losses, model


@mistake("train")
def one_tensor_of_losses(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The losses come back as one tensor. A list of Python floats is asked for (and a tensor made of them would be
    float32)."""
    return torch.tensor(reference.train(model, x, y, loss_function, optimizer, epochs, report_every))


@mistake("train")
def losses_as_arrays(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The list holds numpy arrays without dimensions. A Python float is asked for; .item() gives one."""
    model.train()
    losses = []
    for epoch in range(epochs):
        loss = loss_function(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach().numpy())
        report(epoch, losses[-1], report_every)
    return losses


@mistake("train")
def loss_before_training_too(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The loss before training stands in the list as an entry of its own. The first epoch's loss is taken before its
    update, so it is that one already."""
    first = loss_function(model(x), y).item()
    return [first, *reference.train(model, x, y, loss_function, optimizer, epochs, report_every)]


@mistake("train")
def losses_times_rows(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """Each loss is multiplied by the number of rows, as one does to average over batches. All rows are one batch here:
    the loss goes into the list as it is."""
    losses = reference.train(model, x, y, loss_function, optimizer, epochs, report_every)
    return [loss * len(x) for loss in losses]


@mistake("train")
def list_kept_between_calls(
    model,
    x,
    y,
    loss_function,
    optimizer,
    epochs,
    report_every=500,
    losses=[],  # noqa: B006 - this is the mistake
):
    """The list goes on from call to call: a default value is made once, when the function is defined. Make a new list
    inside the function."""
    losses += reference.train(model, x, y, loss_function, optimizer, epochs, report_every)
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
    return [round(loss, 4) for loss in losses]


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
def reported_as_tensor(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The line shows the loss as a tensor, tensor(...), which float() cannot read. Print the number inside it."""
    model.train()
    losses = []
    for epoch in range(epochs):
        loss = loss_function(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if epoch % report_every == 0:
            print(f"epoch: {epoch}, loss is:", loss)
    return losses


@mistake("train")
def reported_as_whole_number(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The line shows the loss as a whole number. At least two significant digits are asked for, also where it is
    small."""
    losses = silently(model, x, y, loss_function, optimizer, epochs)
    for epoch in range(0, epochs, report_every):
        print(f"epoch: {epoch}, loss is: {int(losses[epoch])}")
    return losses


@mistake("train")
def reported_in_other_words(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The line has other words or signs than the one that was asked for, epoch: 0, loss is: 0.6931. Programs read such
    lines too, and they look for these words."""
    model.train()
    losses = []
    for epoch in range(epochs):
        loss = loss_function(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if epoch % report_every == 0:
            print(f"Epoch {epoch}: loss = {losses[-1]:.6f}")
    return losses


@mistake("train")
def reported_after_the_update(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The line shows the loss after the epoch's update. It shows the one that goes into the list, from before it."""
    model.train()
    losses = []
    for epoch in range(epochs):
        loss = loss_function(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if epoch % report_every == 0:
            print(f"epoch: {epoch}, loss is: {loss_function(model(x), y).item():.6f}")
    return losses


@mistake("train")
def first_epoch_not_reported(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """Nothing is printed in epoch 0. It is a multiple of report_every too: the first line is its own."""
    losses = silently(model, x, y, loss_function, optimizer, epochs)
    for epoch, loss in enumerate(losses):
        if epoch and epoch % report_every == 0:
            print(f"epoch: {epoch}, loss is: {loss:.6f}")
    return losses


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
def reported_by_a_count_from_one(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The epochs are counted from 1, so the lines come one epoch late, and none for the first. They are counted from 0:
    the line of epoch 0 comes first."""
    losses = silently(model, x, y, loss_function, optimizer, epochs)
    for epoch, loss in enumerate(losses, start=1):
        if epoch % report_every == 0:
            print(f"epoch: {epoch}, loss is: {loss:.6f}")
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


# ---- sgd_step


def with_gradients(parameters):
    """Those that have one."""
    return [parameter for parameter in parameters if parameter.grad is not None]


@mistake("sgd_step")
def step_uphill(parameters, lr):
    """The gradient is added, so the loss grows. The step goes against the gradient."""
    reference.sgd_step(parameters, -lr)


@mistake("sgd_step")
def rate_left_out(parameters, lr):
    """The learning rate is not used."""
    reference.sgd_step(parameters, 1.0)


@mistake("sgd_step")
def new_tensors(parameters, lr):
    """New tensors are made, and the model keeps its old ones. Parameters change in place."""
    for parameter in with_gradients(parameters):
        parameter = parameter - lr * parameter.grad


@mistake("sgd_step")
def data_replaced(parameters, lr):
    """parameter.data is replaced by a new tensor, so the storage is another one. Change what is there: in place."""
    for parameter in with_gradients(parameters):
        parameter.data = parameter.data - lr * parameter.grad


@mistake("sgd_step")
def with_a_graph(parameters, lr):
    """The step is made with autograd watching, which refuses to change a parameter in place. It belongs under
    torch.no_grad()."""
    for parameter in with_gradients(parameters):
        parameter -= lr * parameter.grad


@mistake("sgd_step")
def none_not_looked_for(parameters, lr):
    """A parameter without a gradient makes the step fail. One whose .grad is None is left alone."""
    with torch.no_grad():
        for parameter in parameters:
            parameter -= lr * parameter.grad


@mistake("sgd_step")
def stops_at_none(parameters, lr):
    """The loop ends at the first parameter without a gradient. Only that one is left alone; the others take their
    step."""
    with torch.no_grad():
        for parameter in parameters:
            if parameter.grad is None:
                break
            parameter -= lr * parameter.grad


@mistake("sgd_step")
def first_parameter_only(parameters, lr):
    """Only the first parameter takes a step. All of them do."""
    reference.sgd_step(list(parameters)[:1], lr)


@mistake("sgd_step")
def gradients_forgotten(parameters, lr):
    """The gradients are set to zero after the step. To clear them is the task of zero_grad; the step only reads
    them."""
    parameters = list(parameters)
    reference.sgd_step(parameters, lr)
    for parameter in with_gradients(parameters):
        parameter.grad.zero_()


@mistake("sgd_step")
def gradients_thrown_away(parameters, lr):
    """The gradients are set to None after the step. To clear them is the task of zero_grad; the step only reads
    them."""
    parameters = list(parameters)
    reference.sgd_step(parameters, lr)
    for parameter in parameters:
        parameter.grad = None


@mistake("sgd_step")
def list_used_up(parameters, lr):
    """The parameters are taken out of the list that was handed over, which is empty afterwards. A list of parameters
    stays as it is: walk through it."""
    parameters = parameters if isinstance(parameters, list) else list(parameters)
    while parameters:
        reference.sgd_step([parameters.pop()], lr)


@mistake("sgd_step")
def divided_by_a_batch_size(parameters, lr):
    """The step is divided by a number of its own, such as a batch size. The loss is a mean already: the step is the
    rate times the gradient."""
    parameters = list(parameters)
    reference.sgd_step(parameters, lr / len(parameters))


@mistake("sgd_step")
def weights_decay(parameters, lr):
    """A share of the parameter itself is taken away as well (weight decay). The step is the rate times the gradient."""
    with torch.no_grad():
        for parameter in with_gradients(parameters):
            parameter -= lr * (parameter.grad + 0.01 * parameter)


@mistake("sgd_step")
def clipped_in_the_step(parameters, lr):
    """The gradient is clipped before the step. It is used as it is, however large."""
    with torch.no_grad():
        for parameter in with_gradients(parameters):
            parameter -= lr * parameter.grad.clamp(-1, 1)


@mistake("sgd_step")
def stepped_in_float64(parameters, lr):
    """The parameter is float64 afterwards. It keeps its dtype."""
    for parameter in with_gradients(parameters):
        gradient = parameter.grad
        parameter.data = (parameter.data - lr * gradient).double()
        parameter.grad = gradient.double()


@mistake("sgd_step")
def gradients_scaled(parameters, lr):
    """The gradients are multiplied by the rate in place. The step only reads them."""
    with torch.no_grad():
        for parameter in with_gradients(parameters):
            parameter -= parameter.grad.mul_(lr)


@mistake("sgd_step")
def sign_alone(parameters, lr):
    """Only the sign of the gradient is used. Its size counts, too."""
    with torch.no_grad():
        for parameter in with_gradients(parameters):
            parameter -= lr * parameter.grad.sign()


@mistake("sgd_step")
def learns_no_more(parameters, lr):
    """Afterwards the parameter is cut off from learning: requires_grad is False. Use torch.no_grad() instead."""
    for parameter in with_gradients(parameters):
        parameter.requires_grad_(False).sub_(lr * parameter.grad)


@mistake("sgd_step")
def twice_through_a_generator(parameters, lr):
    """The parameters are counted first, and a generator can be walked through only once: nothing is left for the
    step."""
    count = sum(1 for _ in parameters)
    assert count >= 0
    reference.sgd_step(parameters, lr)


@mistake("sgd_step")
def ready_made_step(parameters, lr):
    """torch's own optimizer makes the step. That is what you write here."""
    torch.optim.SGD(parameters, lr=lr).step()


# ---- Adam


class Own(reference.Adam):
    """The reference, with the formulas in parts that can go wrong one by one."""

    def first(self, m, g):
        m.mul_(self.betas[0]).add_((1 - self.betas[0]) * g)

    def second(self, v, g):
        v.mul_(self.betas[1]).add_((1 - self.betas[1]) * g**2)

    def corrected(self, m, v):
        b1, b2 = self.betas
        return m / (1 - b1**self.steps), v / (1 - b2**self.steps)

    def change(self, m, v):
        return self.lr * m / (v.sqrt() + self.eps)

    def step(self):
        self.steps += 1
        with torch.no_grad():
            for w, m, v in zip(self.parameters, self.m, self.v, strict=True):
                if w.grad is not None:
                    self.first(m, w.grad)
                    self.second(v, w.grad)
                    w -= self.change(*self.corrected(m, v))


@mistake("Adam")
class NotCorrected(Own):
    """m and v are not corrected. Both start at 0 and are too small at first: divide by 1 - b^t."""

    def corrected(self, m, v):
        return m, v


@mistake("Adam")
class OnlyTheFirstCorrected(Own):
    """Only m is corrected. v starts at 0, too, and is divided by 1 - b2^t."""

    def corrected(self, m, v):
        return m / (1 - self.betas[0] ** self.steps), v


@mistake("Adam")
class OnlyTheSecondCorrected(Own):
    """Only v is corrected. m starts at 0, too, and is divided by 1 - b1^t."""

    def corrected(self, m, v):
        return m, v / (1 - self.betas[1] ** self.steps)


@mistake("Adam")
class CorrectedAsInTheFirstStep(Own):
    """The correction is the same in all steps. It uses b^t, and t counts the steps."""

    def corrected(self, m, v):
        return m / (1 - self.betas[0]), v / (1 - self.betas[1])


@mistake("Adam")
class OneStepAhead(Own):
    """t is one too large: the first step has t = 1."""

    def corrected(self, m, v):
        b1, b2 = self.betas
        return m / (1 - b1 ** (self.steps + 1)), v / (1 - b2 ** (self.steps + 1))


@mistake("Adam")
class CountsParameters(Own):
    """t grows with each parameter. It counts steps: once for all parameters."""

    def corrected(self, m, v):
        self.count = getattr(self, "count", 0) + 1
        b1, b2 = self.betas
        return m / (1 - b1**self.count), v / (1 - b2**self.count)


@mistake("Adam")
class EpsUnderTheRoot(Own):
    """eps stands under the root. It is added after the root is taken: sqrt(v_hat) + eps."""

    def change(self, m, v):
        return self.lr * m / (v + self.eps).sqrt()


@mistake("Adam")
class EpsForgotten(Own):
    """There is no eps in the divisor."""

    def change(self, m, v):
        return self.lr * m / v.sqrt().clamp(min=1e-300)


@mistake("Adam")
class EpsBeforeTheCorrection(Own):
    """eps is added before v is corrected. It is sqrt(v_hat) + eps, with the corrected v."""

    def corrected(self, m, v):
        b1, b2 = self.betas
        return m / (1 - b1**self.steps), (v.sqrt() + self.eps) / (1 - b2**self.steps) ** 0.5

    def change(self, m, v):
        return self.lr * m / v


@mistake("Adam")
class RootForgotten(Own):
    """The step is divided by v_hat itself. It is divided by its square root."""

    def change(self, m, v):
        return self.lr * m / (v + self.eps)


@mistake("Adam")
class SquareForgotten(Own):
    """v collects the sizes of the gradients. It collects their squares."""

    def second(self, v, g):
        v.mul_(self.betas[1]).add_((1 - self.betas[1]) * g.abs())


@mistake("Adam")
class NotWeighed(Own):
    """The gradient is added to m with its full weight. It is weighed with 1 - b1, so that m is a mean."""

    def first(self, m, g):
        m.mul_(self.betas[0]).add_(g)


@mistake("Adam")
class BetasSwapped(Own):
    """b1 and b2 have changed places. b1 belongs to m and b2 to v."""

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(parameters, lr, betas[::-1], eps)


@mistake("Adam")
class WithoutMomentum(Own):
    """The gradient itself is used, not m. m remembers where earlier steps went."""

    def first(self, m, g):
        m.copy_(g * (1 - self.betas[0] ** self.steps))


@mistake("Adam")
class OneMemoryForAll(Own):
    """v is one number for a whole parameter. Each element has a size of its own."""

    def second(self, v, g):
        v.mul_(self.betas[1]).add_((1 - self.betas[1]) * (g**2).mean())


@mistake("Adam")
class DefaultsOfSgd(Own):
    """The default learning rate is 0.01. It is 0.001."""

    def __init__(self, parameters, lr=1e-2, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(parameters, lr, betas, eps)


@mistake("Adam")
class GeneratorKept(Own):
    """The parameters are kept as they came. A generator can be walked through only once, so from the second time on
    nothing changes: make a list."""

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__([], lr, betas, eps)
        self.parameters = iter(list(parameters))
        self.m, self.v = {}, {}

    def step(self):
        self.steps += 1
        with torch.no_grad():
            for number, w in enumerate(self.parameters):
                m, v = torch.zeros_like(w), torch.zeros_like(w)
                if w.grad is not None:
                    self.m[number] = self.v[number] = m
                    self.first(m, w.grad)
                    self.second(v, w.grad)
                    w -= self.change(*self.corrected(m, v))


@mistake("Adam")
class ParametersReplaced(Own):
    """parameter.data is replaced by a new tensor, so the storage is another one. Change what is there: in place."""

    def step(self):
        self.steps += 1
        for w, m, v in zip(self.parameters, self.m, self.v, strict=True):
            if w.grad is not None:
                self.first(m, w.grad)
                self.second(v, w.grad)
                w.data = w.data - self.change(*self.corrected(m, v))


@mistake("Adam")
class NoneNotLookedFor(Own):
    """A parameter without a gradient makes the step fail. One whose .grad is None is skipped."""

    def step(self):
        for w in self.parameters:
            w.grad * 1.0
        super().step()


@mistake("Adam")
class NothingForgotten(Own):
    """zero_grad does nothing. Afterwards each .grad is None or zeros."""

    def zero_grad(self):
        pass


@mistake("Adam")
class MemoryForgotten(Own):
    """zero_grad sets m and v to zero, too. It forgets the gradients only; m and v remember over the steps."""

    def zero_grad(self):
        super().zero_grad()
        for memory in (*self.m, *self.v):
            memory.zero_()


@mistake("Adam")
class ClearingBreaksOnNone(Own):
    """zero_grad fails where a .grad is None already. Afterwards each .grad is None or zeros, whatever it was before."""

    def zero_grad(self):
        for w in self.parameters:
            w.grad.zero_()


@mistake("Adam")
class StateByShape(Own):
    """Parameters of one shape share their m and v. Each parameter has an m and a v of its own."""

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(parameters, lr, betas, eps)
        shared = {w.shape: (m, v) for w, m, v in zip(self.parameters, self.m, self.v, strict=True)}
        self.m, self.v = ([shared[w.shape][which] for w in self.parameters] for which in (0, 1))


@mistake("Adam")
class StepsOfAllAdams(Own):
    """The steps are counted for all optimizers together, in the class. Each Adam counts its own: in the object."""

    made = 0

    def step(self):
        self.steps = Own.made = getattr(Own, "made", 0) + 1
        self.steps -= 1
        super().step()


@mistake("Adam")
class ListUsedUp(Own):
    """The parameters are taken out of the list that was handed over, which is empty afterwards. A list of parameters
    stays as it is: copy it."""

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(parameters, lr, betas, eps)
        if isinstance(parameters, list):
            parameters.clear()


@mistake("Adam")
class GradientsClearedInTheStep(Own):
    """The step sets the gradients to zero. It only reads them; to clear them is the task of zero_grad."""

    def step(self):
        super().step()
        for w in self.parameters:
            if w.grad is not None:
                w.grad.zero_()


@mistake("Adam")
class NoneTakenForZeros(Own):
    """A gradient of None is taken for zeros, so a parameter that had gradients before goes on with its momentum. It is
    skipped: nothing of it changes."""

    def step(self):
        missing = [w for w in self.parameters if w.grad is None]
        for w in missing:
            w.grad = torch.zeros_like(w)
        super().step()
        for w in missing:
            w.grad = None


@mistake("Adam")
class StopsAtNone(Own):
    """The step ends at the first parameter without a gradient. Only that one is skipped; the others take their step."""

    def step(self):
        self.steps += 1
        with torch.no_grad():
            for w, m, v in zip(self.parameters, self.m, self.v, strict=True):
                if w.grad is None:
                    return
                self.first(m, w.grad)
                self.second(v, w.grad)
                w -= self.change(*self.corrected(m, v))


@mistake("Adam")
class WithWeightDecay(Own):
    """A share of the parameter itself is added to its gradient (weight decay). The gradient is used as it is."""

    def step(self):
        gradients = [w.grad for w in self.parameters]
        for w in self.parameters:
            w.grad = None if w.grad is None else w.grad + 0.01 * w.detach()
        super().step()
        for w, gradient in zip(self.parameters, gradients, strict=True):
            w.grad = gradient


@mistake("Adam")
class EpsOfAnotherSize(Own):
    """The default eps is 1e-6. It is 1e-8."""

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-6):
        super().__init__(parameters, lr, betas, eps)


@mistake("Adam")
class BetasOfAnotherSize(Own):
    """The default b2 is 0.99. It is 0.999."""

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.99), eps=1e-8):
        super().__init__(parameters, lr, betas, eps)


@mistake("Adam")
class InheritsFromTorch(torch.optim.Optimizer):
    """The class inherits from torch.optim.Optimizer, which keeps the parameters for it. torch.optim is not allowed, not
    even as a base class."""

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})
        self.inner = Own(self.param_groups[0]["params"], lr, betas, eps)

    def step(self):
        self.inner.step()


@mistake("Adam")
class ReadyMadeAdam(Own):
    """torch's own optimizer makes the step. That is what you write here."""

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        self.inner = torch.optim.Adam(parameters, lr=lr, betas=betas, eps=eps)
        self.step, self.zero_grad = self.inner.step, self.inner.zero_grad


# ---- LogisticRegression


@mistake("LogisticRegression")
class WithoutSigmoid(reference.LogisticRegression):
    """There is no sigmoid, so the result is a score. A probability lies between 0 and 1."""

    def forward(self, x):
        return self.linear(x).squeeze(1)


@mistake("LogisticRegression")
class LabelsInEvaluation(reference.LogisticRegression):
    """In evaluation mode the result is rounded to 0 or 1. It is the probability in both modes."""

    def forward(self, x):
        y_hat = super().forward(x)
        return y_hat if self.training else y_hat.round()


@mistake("LogisticRegression")
class StartsSmall(reference.LogisticRegression):
    """The weights start from small random numbers of your own. They are those that torch gives the layer."""

    def __init__(self, in_dim):
        super().__init__(in_dim)
        torch.nn.init.normal_(self.linear.weight, std=0.01 * in_dim**-0.5)


@mistake("LogisticRegression")
class AsAColumn(reference.LogisticRegression):
    """The result has the shape (N, 1). Next to labels of shape (N,) that broadcasts to (N, N): it must be (N,)."""

    def forward(self, x):
        return torch.sigmoid(self.linear(x))


@mistake("LogisticRegression")
class AllSqueezed(reference.LogisticRegression):
    """squeeze() without a dimension takes away every dimension of size 1, also that of a batch of one row."""

    def forward(self, x):
        return torch.sigmoid(self.linear(x)).squeeze()


@mistake("LogisticRegression")
class SigmoidTwice(reference.LogisticRegression):
    """The sigmoid is taken twice. Once makes a probability of a score."""

    def forward(self, x):
        return torch.sigmoid(super().forward(x))


@mistake("LogisticRegression")
class SoftmaxOfOne(reference.LogisticRegression):
    """A softmax stands in place of the sigmoid. Over a single score it is always 1."""

    def forward(self, x):
        return torch.softmax(self.linear(x), dim=1).squeeze(1)


@mistake("LogisticRegression")
class SoftmaxOverRows(reference.LogisticRegression):
    """A softmax over the rows stands in place of the sigmoid. Rows have nothing to do with each other."""

    def forward(self, x):
        return torch.softmax(self.linear(x).squeeze(1), dim=0)


@mistake("LogisticRegression")
class TanhForSigmoid(reference.LogisticRegression):
    """tanh stands in place of the sigmoid. Its values lie between -1 and 1, and a probability between 0 and 1."""

    def forward(self, x):
        return torch.tanh(self.linear(x).squeeze(1))


@mistake("LogisticRegression")
class Rounded(reference.LogisticRegression):
    """The probabilities are rounded to 0 and 1. The loss needs them as they are."""

    def forward(self, x):
        return super().forward(x).round()


@mistake("LogisticRegression")
class ProbabilityOfNo(reference.LogisticRegression):
    """The result is the probability of a no. It is sigmoid(x w + b), without a minus."""

    def forward(self, x):
        return 1 - super().forward(x)


@mistake("LogisticRegression")
class NoBias(reference.LogisticRegression):
    """The layer has no bias."""

    def __init__(self, in_dim):
        super().__init__(in_dim)
        self.linear = torch.nn.Linear(in_dim, 1, bias=False)


@mistake("LogisticRegression")
class TwoOutputs(reference.LogisticRegression):
    """The layer has two outputs, one for each answer. One is enough: the other probability is what is left to 1."""

    def __init__(self, in_dim):
        super().__init__(in_dim)
        self.linear = torch.nn.Linear(in_dim, 2)

    def forward(self, x):
        return torch.softmax(self.linear(x), dim=1)[:, 1]


@mistake("LogisticRegression")
class StartsAtZero(reference.LogisticRegression):
    """The layer starts from zeros. It starts from the random numbers that nn.Linear gives it."""

    def __init__(self, in_dim):
        super().__init__(in_dim)
        torch.nn.init.zeros_(self.linear.weight)
        torch.nn.init.zeros_(self.linear.bias)


@mistake("LogisticRegression")
class FlatAtZero(reference.LogisticRegression):
    """The sigmoid is put together from two halves with abs or sign, which have no slope at a score of exactly 0. The
    sigmoid has one there."""

    def forward(self, x):
        score = self.linear(x).squeeze(1)
        return 0.5 + score.sign() * (torch.sigmoid(score.abs()) - 0.5)


@mistake("LogisticRegression")
class NormalisedOverRows(reference.LogisticRegression):
    """The scores are normalised over the rows. Each row's probability depends on that row alone."""

    def forward(self, x):
        score = self.linear(x).squeeze(1)
        return torch.sigmoid(score - score.mean())


@mistake("LogisticRegression")
class ComputedInFloat32(reference.LogisticRegression):
    """The probabilities are float32, whatever the model is. They have the dtype of the model."""

    def forward(self, x):
        return super().forward(x).float()


@mistake("LogisticRegression")
class CutFromTheGraph(reference.LogisticRegression):
    """The result is detached from the graph, so nothing can learn."""

    def forward(self, x):
        return super().forward(x).detach()


# ---- minibatches


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


# ---- train_minibatch


def in_old_order(x, y, batch_size, generator):
    """Batches that are not shuffled."""
    return cut(x, y, torch.arange(len(x)), batch_size)


def without_the_rest(x, y, batch_size, generator):
    """Full batches only."""
    return cut(x, y, torch.randperm(len(x), generator=generator)[: len(x) // batch_size * batch_size], batch_size)


def torn(x, y, batch_size, generator):
    """Inputs and targets in orders of their own."""
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
    """The loss of an epoch is the mean over its batches. A smaller last batch then counts as much as a full one; it is
    the mean over rows."""
    mean = lambda found: sum(loss for loss, _ in found) / len(found)  # noqa: E731
    return batchwise(model, x, y, loss_function, optimizer, epochs, batch_size, generator, mean=mean)


@mistake("train_minibatch")
def sum_over_batches(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The losses of the batches are added up. The mean per row is asked for."""
    mean = lambda found: sum(loss for loss, _ in found)  # noqa: E731
    return batchwise(model, x, y, loss_function, optimizer, epochs, batch_size, generator, mean=mean)


@mistake("train_minibatch")
def divided_by_the_rows(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The batch means are added up and divided by the number of rows. A batch mean stands for all rows of its batch:
    multiply it by their number first."""
    mean = lambda found: sum(loss for loss, _ in found) / sum(rows for _, rows in found)  # noqa: E731
    return batchwise(model, x, y, loss_function, optimizer, epochs, batch_size, generator, mean=mean)


@mistake("train_minibatch")
def batch_size_for_rows(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """Each batch mean is multiplied by batch_size. The last batch may have fewer rows."""
    mean = lambda found: sum(loss for loss, _ in found) * batch_size / sum(rows for _, rows in found)  # noqa: E731
    return batchwise(model, x, y, loss_function, optimizer, epochs, batch_size, generator, mean=mean)


@mistake("train_minibatch")
def loss_of_the_last_batch(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The loss of an epoch is that of its last batch. It is the mean over all of its rows."""
    mean = lambda found: found[-1][0]  # noqa: E731
    return batchwise(model, x, y, loss_function, optimizer, epochs, batch_size, generator, mean=mean)


@mistake("train_minibatch")
def one_loss_per_batch(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The list has one loss for each batch. One for each epoch is asked for."""
    found = []
    for _ in range(epochs):
        take = lambda pairs: found.extend(loss for loss, _ in pairs)  # noqa: E731
        batchwise(model, x, y, loss_function, optimizer, 1, batch_size, generator, mean=take)
    return found


@mistake("train_minibatch")
def not_cleared_between_batches(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The gradients are never cleared, so each batch's update is made with those of all batches before it, too."""
    return batchwise(model, x, y, loss_function, optimizer, epochs, batch_size, generator, clear=False)


@mistake("train_minibatch")
def one_update_per_epoch(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """There is one update for each epoch. There is one for each batch."""
    return batchwise(model, x, y, loss_function, optimizer, epochs, len(x), generator)


@mistake("train_minibatch")
def shuffled_once(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The batches are made once, and every epoch has the same. They are shuffled anew in each epoch."""
    pairs = list(reference.minibatches(x, y, batch_size, generator))
    same = lambda *_: pairs  # noqa: E731
    return batchwise(model, x, y, loss_function, optimizer, epochs, batch_size, generator, batches=same)


@mistake("train_minibatch")
def used_up_in_the_first_epoch(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The batches are made once, by a generator that is used up after the first epoch: the later epochs do nothing."""
    once = reference.minibatches(x, y, batch_size, generator)
    return batchwise(model, x, y, loss_function, optimizer, epochs, batch_size, generator, batches=lambda *_: once)


@mistake("train_minibatch")
def never_shuffled(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The rows come in their old order in every epoch. They are shuffled anew in each."""
    return batchwise(model, x, y, loss_function, optimizer, epochs, batch_size, generator, batches=in_old_order)


@mistake("train_minibatch")
def remainder_dropped(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The rows that remain at the end of an epoch are dropped. They make a last, smaller batch."""
    return batchwise(model, x, y, loss_function, optimizer, epochs, batch_size, generator, batches=without_the_rest)


@mistake("train_minibatch")
def pairs_torn(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """Inputs and targets are shuffled each for itself, so rows are compared with the targets of others."""
    return batchwise(model, x, y, loss_function, optimizer, epochs, batch_size, generator, batches=torn)


@mistake("train_minibatch")
def chance_of_its_own(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The generator is not used, so the same seed does not give the same training."""
    return batchwise(model, x, y, loss_function, optimizer, epochs, batch_size, generator, batches=by_chance)


@mistake("train_minibatch")
def seed_copied(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The rows are shuffled by another generator with the same seed, so each training has the orders of the first. The
    generator itself is the source, and goes on from training to training."""
    copied = torch.Generator().manual_seed(generator.initial_seed())
    return reference.train_minibatch(model, x, y, loss_function, optimizer, epochs, batch_size, copied)


@mistake("train_minibatch")
def mode_as_it_came(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The mode is left as it is. Training takes place in model.train() mode."""
    training = model.training
    model.train = lambda mode=True: model
    try:
        return batchwise(model, x, y, loss_function, optimizer, epochs, batch_size, generator)
    finally:
        del model.train
        model.train(training)


@mistake("train_minibatch")
def batch_losses_as_tensors(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The list holds tensors. Python floats are asked for: item() takes the number out of a tensor."""
    losses = reference.train_minibatch(model, x, y, loss_function, optimizer, epochs, batch_size, generator)
    return [torch.tensor(loss, dtype=torch.float64) for loss in losses]


@mistake("train_minibatch")
def stopped_when_flat(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The training stops when the loss no longer falls. It goes on for as many epochs as it was told."""
    losses = []
    for _ in range(epochs):
        losses += reference.train_minibatch(model, x, y, loss_function, optimizer, 1, batch_size, generator)
        if len(losses) > 1 and abs(losses[-1] - losses[-2]) < 1e-12:
            break
    return losses


@mistake("train_minibatch")
def stopped_when_it_rises(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The training stops as soon as the loss rises. It goes on for as many epochs as it was told."""
    losses = []
    for _ in range(epochs):
        losses += reference.train_minibatch(model, x, y, loss_function, optimizer, 1, batch_size, generator)
        if len(losses) > 1 and losses[-1] > losses[-2] + 1e-6:
            break
    return losses


@mistake("train_minibatch")
def one_epoch_at_least(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """There is always one epoch, even when epochs is 0."""
    return batchwise(model, x, y, loss_function, optimizer, max(epochs, 1), batch_size, generator)


@mistake("train_minibatch")
def cleared_after_the_step_only(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The gradients are cleared after each step only, so those that the model brings along spoil the first update.
    Clear them before backward()."""
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
    """A batch's loss is measured after its update. It is the loss that the gradient was taken of, before the update."""
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
    """The targets are turned into floats. Some losses want class numbers, which are whole: y goes into the loss as it
    is."""
    return batchwise(model, x, y.to(x.dtype), loss_function, optimizer, epochs, batch_size, generator)


@mistake("train_minibatch")
def trained_in_float64(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """Model and inputs are converted to float64, and the caller's model stays so. They keep their dtypes."""
    y = y.double() if y.is_floating_point() else y
    return batchwise(model.double(), x.double(), y, loss_function, optimizer, epochs, batch_size, generator)


@mistake("train_minibatch")
def own_optimizer_inside(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """An optimizer of its own is made inside. The one that is handed over makes the steps."""
    own = torch.optim.SGD(model.parameters(), lr=0.01)
    return batchwise(model, x, y, loss_function, own, epochs, batch_size, generator)


@mistake("train_minibatch")
def inputs_sorted_in_place(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The inputs are shuffled in place, so the caller's x is changed. It is left as it is: take rows into new
    tensors."""
    order = torch.arange(len(x)).flip(0)
    x.copy_(x[order] + 1)
    return batchwise(model, x - 1, y[order], loss_function, optimizer, epochs, batch_size, generator)


@mistake("train_minibatch")
def targets_scaled_in_place(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The targets are changed in place after the training. y is left as it is: the caller still needs it."""
    losses = batchwise(model, x, y, loss_function, optimizer, epochs, batch_size, generator)
    y.add_(1)
    return losses


@mistake("train_minibatch")
def target_before_prediction(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """The loss function gets the target first and then the prediction. It is loss_function(y_hat, y)."""
    turned = lambda prediction, target: loss_function(target, prediction)  # noqa: E731
    return batchwise(model, x, y, turned, optimizer, epochs, batch_size, generator)


# ---- accuracy


def share(model, x, y, threshold=0.5):
    """The share of right answers."""
    with torch.no_grad():
        return ((model(x) > threshold) == (y > 0)).double().mean().item()


@mistake("accuracy")
def mode_not_changed(model, x, y):
    """The model predicts in the mode in which it came. Some layers work differently in training: use model.eval()."""
    return share(model, x, y)


@mistake("accuracy")
def left_in_evaluation(model, x, y):
    """The model is left in evaluation mode. Afterwards it is in the mode in which it came."""
    model.eval()
    return share(model, x, y)


@mistake("accuracy")
def always_back_to_training(model, x, y):
    """The model is always put into training mode afterwards. It goes back to the mode in which it came."""
    model.eval()
    result = share(model, x, y)
    model.train()
    return result


@mistake("accuracy")
def layers_left_in_evaluation(model, x, y):
    """Only the model itself goes back to the mode in which it came, and its layers stay in evaluation mode.
    model.train(mode) reaches them all."""
    training = model.training
    result = reference.accuracy(model.eval(), x, y)
    model.training = training
    return result


@mistake("accuracy")
def with_a_graph_built(model, x, y):
    """The model predicts while autograd is watching, and builds a graph that nobody needs. Predict under
    torch.no_grad()."""
    training = model.training
    model.eval()
    right = (model(x) > 0.5) == (y > 0)
    model.train(training)
    return right.double().mean().item()


@mistake("accuracy")
def labels_of_floats_alone(model, x, y):
    """y is subtracted from, which truth values do not allow. It may be of any dtype: convert it first."""
    training = model.training
    model.eval()
    with torch.no_grad():
        wrong = ((model(x) > 0.5).to(y.dtype) - y).abs()
    model.train(training)
    return 1 - wrong.double().mean().item()


@mistake("accuracy")
def rounded_to_percent(model, x, y):
    """The share is rounded to two digits. It is right to within 1e-6."""
    return round(reference.accuracy(model, x, y), 2)


@mistake("accuracy")
def inputs_centred_in_place(model, x, y):
    """The inputs are changed in place after the prediction. x is left unchanged: the caller still needs it."""
    share_found = reference.accuracy(model, x, y)
    x -= 1
    return share_found


@mistake("accuracy")
def answers_inverted_in_place(model, x, y):
    """The answers are changed in place. y is left unchanged: compare with a new tensor."""
    share_found = reference.accuracy(model, x, y)
    y.copy_(y == 0)
    return share_found


@mistake("accuracy")
def number_of_right_ones(model, x, y):
    """The number of right answers is returned. The share is asked for: divide by the number of rows."""
    return reference.accuracy(model, x, y) * len(x)


@mistake("accuracy")
def in_percent(model, x, y):
    """The share is given in percent. It is a number from 0 to 1."""
    return reference.accuracy(model, x, y) * 100


@mistake("accuracy")
def share_of_wrong_ones(model, x, y):
    """The share of wrong answers is returned. That of the right ones is asked for."""
    return 1 - reference.accuracy(model, x, y)


@mistake("accuracy")
def threshold_of_scores(model, x, y):
    """The threshold is 0, as for scores. The model gives probabilities, so it is 0.5."""
    training = model.training
    model.eval()
    result = share(model, x, y, threshold=0.0)
    model.train(training)
    return result


@mistake("accuracy")
def accuracy_as_tensor(model, x, y):
    """A tensor is returned. A Python float is asked for: item() takes the number out of it."""
    return torch.tensor(reference.accuracy(model, x, y))


@mistake("accuracy")
def yes_share(model, x, y):
    """The share of yes answers is returned, right or wrong. Compare them with y."""
    return reference.accuracy(model, x, torch.ones_like(y))


@mistake("accuracy")
def found_among_the_yes(model, x, y):
    """Only rows whose right answer is yes are looked at. All rows count."""
    yes = y > 0
    return reference.accuracy(model, x[yes], y[yes]) if yes.any() else 0.0


@mistake("accuracy")
def not_rounded(model, x, y):
    """The probabilities are compared with y as they are. Make answers of them first: above 0.5 is a yes."""
    training = model.training
    model.eval()
    with torch.no_grad():
        result = (model(x) == y).double().mean().item()
    model.train(training)
    return result


# ---- checkpoints


@mistake("save_model")
def whole_model_saved(model, path):
    """The whole model is saved, class and all. The state dict is asked for: it can be loaded without trusting the
    file."""
    torch.save(model, path)


@mistake("save_model")
def state_wrapped(model, path):
    """The state dict is wrapped in another dict. The file holds the state dict itself."""
    torch.save({"state": model.state_dict()}, path)


@mistake("save_model")
def parameters_in_a_list(model, path):
    """The parameters are saved as a list, without their names. model.state_dict() has both, and the buffers, too."""
    torch.save(list(model.parameters()), path)


@mistake("save_model")
def nothing_saved(model, path):
    """Nothing is written into the file. torch.save does it."""
    model.state_dict()


@mistake("save_model")
def first_parameter_saved(model, path):
    """Only a part of the state is saved. The state dict has all of it."""
    name, value = next(iter(model.state_dict().items()))
    torch.save({name: value}, path)


@mistake("save_model")
def zeros_saved(model, path):
    """The state is changed before it is saved. It is saved as it is."""
    torch.save({name: torch.zeros_like(value) for name, value in model.state_dict().items()}, path)


@mistake("save_model")
def buffers_left_out(model, path):
    """Only the parameters are saved. A state dict has the buffers as well, such as the running means of batch norm."""
    torch.save({name: value.detach() for name, value in model.named_parameters()}, path)


@mistake("save_model")
def saved_as_float32(model, path):
    """The numbers are converted to float32 before they are saved. They are saved in the dtypes that they have."""
    state = model.state_dict()
    torch.save({name: value.float() if value.is_floating_point() else value for name, value in state.items()}, path)


@mistake("save_model")
def converted_for_saving(model, path):
    """The model itself is converted to float32, and stays so. It is only read, and saved as it is."""
    torch.save(model.float().state_dict(), path)


@mistake("save_model")
def left_in_evaluation_mode(model, path):
    """The model is put into evaluation mode and stays there. It is left unchanged: saving needs no mode."""
    model.eval()
    torch.save(model.state_dict(), path)


@mistake("save_model")
def dtype_beside_the_state(model, path):
    """The file holds more than the state dict. Its entries are the model's parameters and buffers, and nothing else."""
    torch.save({**model.state_dict(), "epoch": torch.tensor(0)}, path)


@mistake("save_model")
def file_name_only(model, path):
    """The file is opened by its name, so a file that is open already is refused. torch.save takes both: hand it on."""
    with pathlib.Path(path).open("wb") as file:
        torch.save(model.state_dict(), file)


@mistake("load_model")
def file_name_read_only(model, path):
    """The file is opened by its name, so a file that is open already is refused. torch.load takes both: hand it on."""
    with pathlib.Path(path).open("rb") as file:
        model.load_state_dict(torch.load(file, weights_only=True))


@mistake("load_model")
def parameters_alone_loaded(model, path):
    """Only the parameters are taken over. The buffers, such as the running means of batch norm, are part of the
    state."""
    state = torch.load(path, weights_only=True)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(state[name])


@mistake("load_model")
def parameters_assigned(model, path):
    """The model gets new tensors, and whoever shares the old ones, such as an optimizer, goes on with those. The model
    is changed in place."""
    model.load_state_dict(torch.load(path, weights_only=True), assign=True)


@mistake("load_model")
def refusal_renamed(model, path):
    """A file that is refused raises another error than torch.load's. Let that one through as it is."""
    try:
        state = torch.load(path, weights_only=True)
    except Exception as error:
        message = "the file cannot be trusted"
        raise RuntimeError(message) from error
    model.load_state_dict(state)


@mistake("load_model")
def everything_trusted(model, path):
    """torch.load is told to trust the file (weights_only=False), so a stranger's file can run code. Allow weights
    only."""
    model.load_state_dict(torch.load(path, weights_only=False))


@mistake("load_model")
def nothing_taken_over(model, path):
    """The file is read, but the model does not take it over: to bind the name model to what was read changes no model.
    model.load_state_dict does it."""
    model = torch.load(path, weights_only=True)  # noqa: F841


@mistake("load_model")
def nothing_read(model, path):
    """Nothing is read from the file."""


@mistake("load_model")
def refusal_swallowed(model, path):
    """A file that is refused is passed over in silence, and everybody believes that it was loaded. Let the error
    through."""
    import pickle
    from contextlib import suppress

    with suppress(pickle.UnpicklingError):
        model.load_state_dict(torch.load(path, weights_only=True))

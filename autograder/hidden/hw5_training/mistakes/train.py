"""Mistakes that students make in `train`, each with what they should read."""

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

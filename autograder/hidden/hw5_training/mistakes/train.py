"""Mistakes that students make in `train`, each with what they should read."""

import io
from contextlib import redirect_stdout

import reference
import torch

from gradkit.bank import mistake


def report(epoch, loss, report_every):
    """Print the report line every few epochs."""
    if epoch % report_every == 0:
        print(f"epoch: {epoch}, loss is: {loss:.6f}")


def silently(model, x, y, loss_function, optimizer, epochs):
    """Train as the solution does, and print nothing."""
    with redirect_stdout(io.StringIO()):
        return reference.train(model, x, y, loss_function, optimizer, epochs)


# ---- the order of the steps


@mistake("train")
def gradients_never_cleared(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The gradients are never cleared. backward() adds to existing gradients, so each update uses the sum over all
    epochs so far."""
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
    """The gradients are cleared only once, before the loop. backward() adds to existing gradients, so clear them in
    every epoch."""
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
    """The gradients are cleared only at the end of each epoch, so gradients left over from before the call distort the
    first update. Clear them before backward()."""
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
    """The parameters never change: step() is missing, or the gradients are cleared between backward() and step()."""
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
    """step() comes before backward(), so each update uses the gradient of the previous epoch. Call backward() first,
    then step()."""
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
    """Each epoch takes two steps with the same gradient. Take exactly one."""
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
    """Each row gives a separate step. Here training is full-batch: each epoch is one step on all rows."""
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
    """The parameters move uphill: the gradient is that of the negative loss. The optimizer subtracts the gradient for
    you."""
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
    """The prediction is made once, before the loop, and its graph is reused, so every epoch uses the initial model. The
    parameters change: predict again in each epoch."""
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
    """Each epoch predicts twice, once for the gradient and once for the list. Batch norm and dropout make the two
    differ: use the loss that you already have."""
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
    """The loss function gets the target first. Pass the prediction first: many losses are not symmetric."""
    return reference.train(
        model, x, y, lambda y_hat, target: loss_function(target, y_hat), optimizer, epochs, report_every
    )


@mistake("train")
def divided_by_the_rows_again(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The loss is divided by the number of rows. The loss function has already averaged: use its value unchanged."""
    return reference.train(
        model, x, y, lambda y_hat, target: loss_function(y_hat, target) / len(x), optimizer, epochs, report_every
    )


@mistake("train")
def inputs_standardized(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The inputs are standardized first. Train on x unchanged; preprocessing is a separate step."""
    return reference.train(model, (x - x.mean(0)) / x.std(0), y, loss_function, optimizer, epochs, report_every)


@mistake("train")
def own_loss(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The loss is computed inside, as the mean squared error. Use the loss_function argument."""
    return reference.train(
        model, x, y, lambda y_hat, target: ((y_hat - target) ** 2).mean(), optimizer, epochs, report_every
    )


@mistake("train")
def predictions_squeezed(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """Dimensions of size 1 are squeezed out of the prediction. Shapes (N,) and (N, 1) then broadcast to N x N
    differences. Pass prediction and target to the loss unchanged."""
    return reference.train(
        model, x, y, lambda y_hat, target: loss_function(y_hat.squeeze(), target), optimizer, epochs, report_every
    )


@mistake("train")
def sigmoid_on_top(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """A sigmoid is applied to the prediction before the loss. Pass the output of the model to the loss function
    unchanged."""
    return reference.train(
        model, x, y, lambda y_hat, target: loss_function(y_hat.sigmoid(), target), optimizer, epochs, report_every
    )


@mistake("train")
def targets_as_integers(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The targets are converted to integers. Only some losses need class indices, and fractions are lost: pass y
    unchanged."""
    return reference.train(model, x, y.long(), loss_function, optimizer, epochs, report_every)


@mistake("train")
def targets_as_floats(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The targets are converted to the dtype of the inputs. Some losses need class indices, which are integers: pass y
    unchanged."""
    return reference.train(model, x, y.to(x.dtype), loss_function, optimizer, epochs, report_every)


@mistake("train")
def loss_taken_for_a_module(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The loss is treated as a module: its forward method is called, which a plain function does not have. Call
    loss_function(y_hat, y)."""
    return reference.train(model, x, y, loss_function.forward, optimizer, epochs, report_every)


@mistake("train")
def penalty_added(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The squares of the parameters are added to the loss (weight decay). Such a penalty is the caller's choice: use
    the loss unchanged."""
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
    """A fifth of the rows is held out for validation. The caller has already split the data: train on all rows of x and
    y."""
    kept = int(0.8 * len(x))
    return reference.train(model, x[:kept], y[:kept], loss_function, optimizer, epochs, report_every)


@mistake("train")
def rows_shuffled_apart(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The rows of x are shuffled and those of y are not, so each prediction is compared with another row's target. Use
    the same order for both."""
    order = torch.randperm(len(x))
    return reference.train(model, x[order], y, loss_function, optimizer, epochs, report_every)


@mistake("train")
def inputs_changed(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The inputs are standardized in place, so the caller's x is modified. Leave x unchanged."""
    x -= x.mean(0)
    x /= x.std(0)
    return reference.train(model, x, y, loss_function, optimizer, epochs, report_every)


@mistake("train")
def targets_changed(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The targets are scaled in place, so the caller's y is modified. Leave y unchanged."""
    y /= y.abs().max()
    return reference.train(model, x, y, loss_function, optimizer, epochs, report_every)


@mistake("train")
def everything_in_float32(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """Model and data are converted to float32. Keep their dtypes."""
    return reference.train(model.float(), x.float(), y.float(), loss_function, optimizer, epochs, report_every)


@mistake("train")
def everything_in_float64(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """Model and data are converted to float64, and the caller's model stays converted. Keep their dtypes."""
    return reference.train(model.double(), x.double(), y.double(), loss_function, optimizer, epochs, report_every)


@mistake("train")
def evaluation_mode(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The model is put into evaluation mode. Train in training mode: dropout and batch norm behave differently
    there."""
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
    """The mode of the model is left unchanged. It may be evaluation mode: call model.train() before the first
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
    """The model is put into training mode at the end of the first epoch, so the first prediction uses the original
    mode. Call model.train() before it."""
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
    """The model is put into evaluation mode for a report and stays there. Later epochs must predict in training mode
    again."""
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
    """A separate optimizer is created inside. Use the given one: its type and learning rate are the caller's choice."""
    return reference.train(
        model, x, y, loss_function, torch.optim.SGD(model.parameters(), lr=0.01), epochs, report_every
    )


@mistake("train")
def own_adam(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """A separate Adam is created inside. Use the given optimizer: its type and learning rate are the caller's
    choice."""
    return reference.train(model, x, y, loss_function, torch.optim.Adam(model.parameters()), epochs, report_every)


@mistake("train")
def optimizer_made_anew(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """A new optimizer of the same type is created inside. It lacks the state of earlier steps (momentum, Adam's
    averages), which the given optimizer has."""
    fresh = type(optimizer)(model.parameters(), **optimizer.defaults)
    return reference.train(model, x, y, loss_function, fresh, epochs, report_every)


@mistake("train")
def optimizer_forgets(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """A new optimizer of the same type is created in every epoch, so the state of momentum and Adam is lost. Use the
    given optimizer throughout."""
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
    """The learning rate is lowered after each epoch. Use the optimizer's step with the learning rate that it has."""
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
    """The parameters are reinitialized before training. Train the model from its current parameters: it may already be
    trained."""
    for part in model.modules():
        if hasattr(part, "reset_parameters"):
            part.reset_parameters()
    return reference.train(model, x, y, loss_function, optimizer, epochs, report_every)


@mistake("train")
def best_parameters_restored(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """At the end the parameters with the lowest loss are restored. Keep the parameters after the last update."""
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
    """The parameters are updated by hand: minus the learning rate times the gradient. Only plain SGD does that.
    optimizer.step() works for every optimizer."""
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
    """The learning rate is lowered after some epochs, as by a scheduler. Use the optimizer's step with the learning
    rate that it has."""
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
    """The gradients are clipped before the step. Use the optimizer's step with the gradients unchanged."""
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
    """There is one epoch too many. Epochs run from 0 to epochs - 1."""
    return reference.train(model, x, y, loss_function, optimizer, epochs + 1, report_every)


@mistake("train")
def one_epoch_too_few(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """There is one epoch too few. Epochs run from 0 to epochs - 1: use range(epochs)."""
    return reference.train(model, x, y, loss_function, optimizer, max(0, epochs - 1), report_every)


@mistake("train")
def at_least_one_epoch(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """There is always one epoch, even if epochs is 0. Check the condition of the loop before its first iteration."""
    return reference.train(model, x, y, loss_function, optimizer, max(1, epochs), report_every)


@mistake("train")
def returned_inside_the_loop(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The function returns at the end of the first epoch: the return statement is inside the loop. Move it after the
    loop."""
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
    """Training stops as soon as the loss hardly changes. Run all epochs."""
    losses = []
    for _ in range(epochs):
        losses += reference.train(model, x, y, loss_function, optimizer, 1, report_every)
        if len(losses) > 1 and abs(losses[-2] - losses[-1]) < 0.1 * losses[-1]:
            break
    return losses


@mistake("train")
def stopped_when_small(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """Training stops as soon as the loss is small. Run all epochs."""
    losses = []
    for _ in range(epochs):
        losses += reference.train(model, x, y, loss_function, optimizer, 1, report_every)
        if losses[-1] < 1e-6:
            break
    return losses


@mistake("train")
def stopped_when_rising(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """Training stops as soon as the loss rises. Run all epochs."""
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
    """The loss is computed after the update. Record the loss that backward() was called on, before the update."""
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
    """The list contains tensors. Each keeps its whole graph alive; .item() converts it to a Python float."""
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
    """The list contains detached tensors. Return Python floats: use .item()."""
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
    """The losses are collected but not returned. A function without a return statement returns None."""
    reference.train(model, x, y, loss_function, optimizer, epochs, report_every)


@mistake("train")
def model_returned_too(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The model is returned with the losses, as a pair. Return the list only; the model is trained in place."""
    losses = reference.train(model, x, y, loss_function, optimizer, epochs, report_every)
    return losses, model


@mistake("train")
def one_tensor_of_losses(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The losses are returned as one tensor. Return a list of Python floats."""
    return torch.tensor(reference.train(model, x, y, loss_function, optimizer, epochs, report_every))


@mistake("train")
def losses_as_arrays(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The list contains zero-dimensional NumPy arrays. Return Python floats: use .item()."""
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
    """The list has an extra entry for the loss before training. The first epoch's loss is computed before its update,
    so it is already that loss."""
    first = loss_function(model(x), y).item()
    return [first, *reference.train(model, x, y, loss_function, optimizer, epochs, report_every)]


@mistake("train")
def losses_times_rows(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """Each loss is multiplied by the number of rows, as in averaging over batches. Training is full-batch here: record
    the loss unchanged."""
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
    """The list grows from call to call: a default argument is created once, when the function is defined. Create a new
    list inside the function."""
    losses += reference.train(model, x, y, loss_function, optimizer, epochs, report_every)
    return losses


@mistake("train")
def last_loss_only(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """Only the last loss is returned. Return a list with one loss per epoch."""
    losses = reference.train(model, x, y, loss_function, optimizer, epochs, report_every)
    return losses[-1] if losses else 0.0


@mistake("train")
def reported_losses_only(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The list has one loss per printed line. It should have one per epoch."""
    return reference.train(model, x, y, loss_function, optimizer, epochs, report_every)[::report_every]


@mistake("train")
def running_mean(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """Each entry is the mean of all losses so far. It should be the loss of its own epoch."""
    losses = reference.train(model, x, y, loss_function, optimizer, epochs, report_every)
    return [sum(losses[: number + 1]) / (number + 1) for number in range(len(losses))]


@mistake("train")
def losses_added_up(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """Each entry is the sum of all losses so far. It should be the loss of its own epoch."""
    losses = reference.train(model, x, y, loss_function, optimizer, epochs, report_every)
    return [sum(losses[: number + 1]) for number in range(len(losses))]


@mistake("train")
def losses_rounded(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The losses in the list are rounded. Round only in the printed line."""
    losses = reference.train(model, x, y, loss_function, optimizer, epochs, report_every)
    return [round(loss, 4) for loss in losses]


@mistake("train")
def epochs_in_the_list(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The list contains pairs of epoch and loss. It should contain the losses only."""
    losses = reference.train(model, x, y, loss_function, optimizer, epochs, report_every)
    return list(enumerate(losses))


# ---- the printed lines


@mistake("train")
def never_reported(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """Nothing is printed. Print a line in every epoch whose number is a multiple of report_every, including epoch 0."""
    return silently(model, x, y, loss_function, optimizer, epochs)


@mistake("train")
def reported_as_tensor(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The line shows the loss as a tensor, tensor(...), which float() cannot read. Print the number: loss.item()."""
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
    """The line shows the loss as an integer. Print at least two significant digits, also for small losses."""
    losses = silently(model, x, y, loss_function, optimizer, epochs)
    for epoch in range(0, epochs, report_every):
        print(f"epoch: {epoch}, loss is: {int(losses[epoch])}")
    return losses


@mistake("train")
def reported_in_other_words(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The wording or punctuation of the line differs from the required form, epoch: 0, loss is: 0.6931. Programs parse
    such lines."""
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
    """The line shows the loss after the epoch's update. Print the loss in the list, from before the update."""
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
    """Nothing is printed in epoch 0. 0 is a multiple of report_every, so epoch 0 has the first line."""
    losses = silently(model, x, y, loss_function, optimizer, epochs)
    for epoch, loss in enumerate(losses):
        if epoch and epoch % report_every == 0:
            print(f"epoch: {epoch}, loss is: {loss:.6f}")
    return losses


@mistake("train")
def reported_in_every_epoch(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """A line is printed in every epoch. Print it only if the epoch's number is a multiple of report_every."""
    return reference.train(model, x, y, loss_function, optimizer, epochs, 1)


@mistake("train")
def reported_at_the_end_of_each_stretch(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The first line comes after report_every epochs. 0 is a multiple of report_every, so epoch 0 has the first
    line."""
    losses = silently(model, x, y, loss_function, optimizer, epochs)
    for epoch, loss in enumerate(losses):
        if (epoch + 1) % report_every == 0:
            print(f"epoch: {epoch}, loss is: {loss:.6f}")
    return losses


@mistake("train")
def epochs_counted_from_one(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The printed epochs are numbered from 1. Number them from 0, as range does."""
    losses = silently(model, x, y, loss_function, optimizer, epochs)
    for epoch, loss in enumerate(losses):
        if epoch % report_every == 0:
            print(f"epoch: {epoch + 1}, loss is: {loss:.6f}")
    return losses


@mistake("train")
def reported_by_a_count_from_one(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The epochs are numbered from 1, so each line comes one epoch late and epoch 0 has none. Number them from 0."""
    losses = silently(model, x, y, loss_function, optimizer, epochs)
    for epoch, loss in enumerate(losses, start=1):
        if epoch % report_every == 0:
            print(f"epoch: {epoch}, loss is: {loss:.6f}")
    return losses


@mistake("train")
def report_every_ignored(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """A line is printed every 500 epochs, whatever report_every is. 500 is only its default."""
    return reference.train(model, x, y, loss_function, optimizer, epochs, 500)


@mistake("train")
def last_epoch_reported_too(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """An extra line is printed after the last epoch. Print a line only if the epoch's number is a multiple of
    report_every."""
    losses = reference.train(model, x, y, loss_function, optimizer, epochs, report_every)
    if losses and (epochs - 1) % report_every:
        print(f"epoch: {epochs - 1}, loss is: {losses[-1]:.6f}")
    return losses

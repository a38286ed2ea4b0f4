"""Training: the loop that turns a model, a loss function and an optimizer into a model that has learned."""

from collections.abc import Callable

from torch import Tensor, nn
from torch.optim import Optimizer


def train(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    loss_function: Callable[[Tensor, Tensor], Tensor],
    optimizer: Optimizer,
    epochs: int,
    report_every: int = 500,
) -> list[float]:
    """Train a model on all rows at once, for a number of epochs.

    Epochs are counted from 0. Each of them goes through these steps, each exactly once:

        1. predict:         y_hat = model(x)
        2. compare:         L = loss_function(y_hat, y), in this order
        3. clear:           forget every gradient that is left over, also from before the call
        4. differentiate:   dL/dtheta, by back-propagation
        5. update:          theta becomes theta - (the optimizer's step)

    The model predicts in training mode, ``model.train()``, whatever mode it arrives in.

    In every epoch whose number is a multiple of ``report_every``, and in no other, print one line like this one, with
    the epoch's number and its loss:

        epoch: 0, loss is: 0.6931

    The loss may have any format that ``float()`` can read. Other lines of your own do no harm.

    Args:
        model: any module that maps ``x`` to predictions.
        x: the inputs, one row each, shape (N, ...). It is not changed.
        y: the targets, in the shape that ``loss_function`` expects, N first. It is not changed.
        loss_function: ``loss_function(y_hat, y)`` gives the loss, shape ().
        optimizer: an optimizer that already holds the model's parameters. They are what changes.
        epochs: how many epochs; 0 is allowed.
        report_every: epochs between two printed lines, at least 1.

    Returns:
        One loss per epoch, in order: a list of ``epochs`` Python floats (not tensors). Each is the L of step 2, so it
        is the loss before that epoch's update.
    """
    model.train()
    losses = []
    for epoch in range(epochs):
        y_hat = model(x)
        loss = loss_function(y_hat, y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        if epoch % report_every == 0:
            print("epoch: {}, loss is: {:.5f}".format(epoch, loss.item()))
    return losses

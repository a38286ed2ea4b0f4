"""Training: the loop that turns a model, a loss function and an optimizer into a model that has learned."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import torch
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

    No epoch is skipped and none is cut off, however small or flat the loss is, and also if it rises.

    The model predicts in training mode, ``model.train()``, whatever mode it arrives in. Which mode you leave it in is
    up to you.

    In every epoch whose number is a multiple of ``report_every``, and in no other, print one line like this one, with
    the epoch's number and its loss:

        epoch: 0, loss is: 0.6931

    The loss may have any format that ``float()`` can read, with at least two significant digits. Other lines of your
    own do no harm.

    Args:
        model: any module that maps ``x`` to predictions. It keeps its dtype, and so do ``x`` and ``y``.
        x: the inputs, one row each, shape (N, ...). It is not changed.
        y: the targets, in the shape and the dtype that ``loss_function`` expects, N first. It is not changed.
        loss_function: ``loss_function(y_hat, y)`` gives the loss, shape (). It may be a module or a function.
        optimizer: an optimizer that already holds the model's parameters, and whose ``step()`` needs no arguments.
            What it remembers of earlier steps stays in it, from epoch to epoch and from call to call.
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
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if epoch % report_every == 0:
            print(f"epoch: {epoch}, loss is: {losses[-1]:.6f}")
    return losses


def sgd_step(parameters: Iterable[Tensor], lr: float) -> None:
    """One step of stochastic gradient descent, as optimizer.step() makes it.

        w becomes w - lr * dL/dw    for each parameter w, with its gradient in w.grad

    Each parameter changes in place: it stays the same tensor with the same storage. It stays a leaf that requires
    grad, and the step itself leaves no trace in the graph. Each ``.grad`` stays as it is: to clear it is the task of
    zero_grad. torch.optim is not allowed here.

    Args:
        parameters: what changes, such as ``model.parameters()``, which can be walked through only once. A list of
            parameters stays as it is. A parameter whose ``.grad`` is None is left alone.
        lr: the learning rate.
    """
    with torch.no_grad():
        for parameter in parameters:
            if parameter.grad is not None:
                parameter -= lr * parameter.grad


class Adam:
    """The optimizer Adam.

    With the gradient g of step t = 1, 2, ..., each element of each parameter w changes by

        m = b1 m + (1 - b1) g           v = b2 v + (1 - b2) g^2         both 0 at the start
        m_hat = m / (1 - b1^t)          v_hat = v / (1 - b2^t)
        w becomes w - lr * m_hat / (sqrt(v_hat) + eps)

    Each parameter has an m and a v of its own, and each Adam counts its own steps. Parameters change in place, as in
    ``sgd_step``, and each ``.grad`` stays as it is. A parameter whose ``.grad`` is None is skipped. If it has a
    gradient in some steps and in others not, it is up to you whether t counts all steps for it. torch.optim is not
    allowed here, not even as a base class.

    In float64 the parameters are right to within 1e-6, absolute plus relative, so a power of b1 or b2 that was rounded
    to float32 does no harm.

    Args:
        parameters: what changes, such as ``model.parameters()``, which can be walked through only once. A list of
            parameters stays as it is.
        lr: the learning rate.
        betas: b1 and b2.
        eps: what keeps the divisor from being zero.

    Source: Kingma and Ba, "Adam: a method for stochastic optimization" (2015), algorithm 1.
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        """Remember the parameters and the numbers, and begin with m = 0 and v = 0 for each parameter."""
        self.parameters = list(parameters)
        self.lr, self.betas, self.eps = lr, betas, eps
        self.m = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.v = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.steps = 0

    def step(self) -> None:
        """Change each parameter once, by the formulas above."""
        self.steps += 1
        b1, b2 = self.betas
        with torch.no_grad():
            for w, m, v in zip(self.parameters, self.m, self.v, strict=True):
                if w.grad is None:
                    continue
                m.mul_(b1).add_((1 - b1) * w.grad)
                v.mul_(b2).add_((1 - b2) * w.grad**2)
                m_hat = m / (1 - b1**self.steps)
                v_hat = v / (1 - b2**self.steps)
                w -= self.lr * m_hat / (v_hat.sqrt() + self.eps)

    def zero_grad(self) -> None:
        """Forget the gradients: afterwards each ``.grad`` is None or zeros."""
        for parameter in self.parameters:
            parameter.grad = None


class LogisticRegression(nn.Module):
    """The probability of a yes, from a weighted sum of features: y_hat = sigmoid(x w + b).

    Args:
        in_dim: the number of features.

    Attributes:
        linear: nn.Linear(in_dim, 1), which holds w and b. It starts from the random numbers that torch gives it.
    """

    def __init__(self, in_dim: int) -> None:
        """Create the layer."""
        super().__init__()
        self.linear = nn.Linear(in_dim, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Predict.

        Args:
            x: one row per example, shape (N, in_dim).

        Returns:
            The probabilities, shape (N,), not (N, 1): the labels have the shape (N,) as well.
        """
        return torch.sigmoid(self.linear(x).squeeze(1))


def minibatches(x: Tensor, y: Tensor, batch_size: int, generator: torch.Generator) -> Iterator[tuple[Tensor, Tensor]]:
    """One pass over the data in shuffled batches.

    Each row comes once, whole and with its own target. The order is a random permutation of the rows that depends on
    ``generator`` alone. A generator with the same seed gives the same order. The next pass with the same generator has
    another one.

    Args:
        x: the inputs, one row each, shape (N, ...). It is left unchanged.
        y: the targets, shape (N, ...). It is left unchanged.
        batch_size: rows of a batch, at least 1; it may be larger than N. Every batch has that many, except that the
            last one has the rows that remain.
        generator: the source of randomness, as in ``torch.randperm(n, generator=generator)``.

    Yields:
        Pairs (xb, yb) of batches, of the dtypes of ``x`` and ``y``. A list of such pairs will do as well.
    """
    for rows in torch.randperm(len(x), generator=generator).split(batch_size):
        yield x[rows], y[rows]


def train_minibatch(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    loss_function: Callable[[Tensor, Tensor], Tensor],
    optimizer: Optimizer,
    epochs: int,
    batch_size: int,
    generator: torch.Generator,
) -> list[float]:
    """Train a model batch by batch: one update for each batch, shuffled anew in each epoch.

    Each batch goes through the five steps of ``train``, in training mode. No epoch is cut off, as in ``train``. No
    report is printed; lines of your own do no harm.

    Args:
        model: any module that maps ``x`` to predictions. It keeps its dtype, and so do ``x`` and ``y``.
        x: the inputs, one row each, shape (N, ...). It is not changed.
        y: the targets, in the dtype that ``loss_function`` expects, N first. It is not changed.
        loss_function: ``loss_function(y_hat, y)`` gives the *mean* loss of a batch, shape ().
        optimizer: an optimizer that already holds the model's parameters, as in ``train``.
        epochs: how many passes over the data; 0 is allowed.
        batch_size: rows of a batch, as in ``minibatches``: the last batch has the rows that remain.
        generator: the source of randomness, and the only one. The same seed gives the same training. The next training
            with the same generator has other orders.

    Returns:
        One Python float per epoch: the mean loss per *row*, each row with the loss that its batch had before its
        update. A smaller last batch so counts less than the others.
    """
    model.train()
    losses = []
    for _ in range(epochs):
        total = 0.0
        for xb, yb in minibatches(x, y, batch_size, generator):
            loss = loss_function(model(xb), yb)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(xb)
        losses.append(total / len(x))
    return losses


def accuracy(model: nn.Module, x: Tensor, y: Tensor) -> float:
    """The share of rows for which the more probable answer is the right one.

    The model predicts in evaluation mode. It predicts without building a graph. Afterwards the model and its layers are
    in the mode in which they came: all of them in training mode, or all in evaluation mode.

    Args:
        model: maps ``x`` to probabilities of a yes, shape (N,).
        x: the inputs, shape (N, ...). It is left unchanged.
        y: the right answers, 0 or 1, in any dtype, shape (N,). It is left unchanged.

    Returns:
        The share, a Python float from 0 to 1, right to within 1e-6. A probability above 0.5 is a yes, one below it a
        no; what exactly 0.5 is, is up to you.
    """
    training = model.training
    model.eval()
    with torch.no_grad():
        right = (model(x) > 0.5) == (y > 0)
    model.train(training)
    return right.double().mean().item()


def save_model(model: nn.Module, path: str | Path | BinaryIO) -> None:
    """Write a model's state dict, and nothing else, into a file.

    The state dict is saved whole, buffers included, in the dtypes that it has.

    Args:
        model: the model; it is left unchanged.
        path: the file's name, or a file that is open for writing in binary mode. torch.save takes both: hand it on.
    """
    torch.save(model.state_dict(), path)


def load_model(model: nn.Module, path: str | Path | BinaryIO) -> None:
    """Read what ``save_model`` wrote back into a model of the same form.

    A file from a stranger can hold any Python object, and code that runs when it is unpickled. A file that holds more
    than tensors and plain containers is refused with the error that torch.load raises for it.

    Args:
        model: the model that takes over the state, buffers included. It is changed in place.
        path: the file's name, or a file that is open for reading in binary mode. torch.load takes both: hand it on.

    Raises:
        pickle.UnpicklingError: the file needs other objects than tensors and plain containers.
    """
    model.load_state_dict(torch.load(path, weights_only=True))

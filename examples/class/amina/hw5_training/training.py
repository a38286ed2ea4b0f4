"""Training: the training loop, SGD and Adam, logistic regression, minibatches and checkpoints."""

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
    """Train a model on the full batch for a number of epochs.

    Epochs are numbered from 0. Each epoch takes these steps, each exactly once:

        1. predict:         y_hat = model(x)
        2. compare:         L = loss_function(y_hat, y), in this order
        3. clear:           reset every gradient, also those from before the call
        4. differentiate:   dL/dtheta, by back-propagation
        5. update:          theta becomes theta - (the optimizer's step)

    Every epoch runs to the end, even if the loss is small, flat or rising: there is no early stopping.

    The model predicts in training mode, ``model.train()``, whatever mode it was in before. The mode afterwards is up to
    you.

    In every epoch whose number is a multiple of ``report_every``, and in no other, print one line of this form, with
    the epoch's number and its loss:

        epoch: 0, loss is: 0.6931

    The loss may be in any format that ``float()`` can read, with at least two significant digits. You may print other
    lines as well.

    Args:
        model: any module that maps ``x`` to predictions. It keeps its dtype, and so do ``x`` and ``y``.
        x: the inputs, one row per example, shape (N, ...). It is not changed.
        y: the targets, in the shape and dtype that ``loss_function`` expects, with N first. It is not changed.
        loss_function: ``loss_function(y_hat, y)`` gives the loss, shape (). It may be a module or a function.
        optimizer: an optimizer of the model's parameters, whose ``step()`` needs no arguments. Its state, such as
            momentum, is kept from epoch to epoch and from call to call.
        epochs: the number of epochs; 0 is allowed.
        report_every: the number of epochs from one printed line to the next, at least 1.

    Returns:
        One loss per epoch, in order: a list of ``epochs`` Python floats (not tensors). Each is the L of step 2, so it
        is the loss before that epoch's update.
    """
    losses: list[float] = []
    model.train()
    for epoch in range(epochs):
        optimizer.zero_grad()
        y_hat = model(x)
        loss = loss_function(y_hat, y)
        loss.backward()
        optimizer.step()

        loss_value = loss.item()
        losses.append(loss_value)
        if epoch % report_every == 0:
            print(f"epoch: {epoch}, loss is: {loss_value:.4f}")
    return losses


def sgd_step(parameters: Iterable[Tensor], lr: float) -> None:
    """One step of stochastic gradient descent (SGD), as in optimizer.step().

        w becomes w - lr * dL/dw    for each parameter w, with its gradient in w.grad

    Each parameter is updated in place: it stays the same tensor with the same storage. It stays a leaf that requires
    grad, and autograd does not record the step. Each ``.grad`` is left unchanged: clearing it is the job of zero_grad.
    torch.optim is not allowed here.

    Args:
        parameters: the parameters to update, such as ``model.parameters()``, a generator that can be iterated over only
            once. A list of parameters is not modified. A parameter whose ``.grad`` is None is left unchanged.
        lr: the learning rate.
    """
    with torch.no_grad():
        for p in parameters:
            if p.grad is not None:
                p -= lr * p.grad


class Adam:
    """The optimizer Adam.

    With the gradient g in step t = 1, 2, ..., each element of each parameter w is updated by

        m = b1 m + (1 - b1) g           v = b2 v + (1 - b2) g^2         both 0 at the start
        m_hat = m / (1 - b1^t)          v_hat = v / (1 - b2^t)
        w becomes w - lr * m_hat / (sqrt(v_hat) + eps)

    Each parameter has its own m and v, and each Adam object counts its own steps. Parameters are updated in place, as
    in ``sgd_step``, and each ``.grad`` is left unchanged. A parameter whose ``.grad`` is None is skipped. If it has a
    gradient in some steps but not in others, it is up to you whether t counts all steps for it. torch.optim is not
    allowed here, not even as a base class.

    In float64 the parameters are accurate to 1e-6, absolute plus relative, so rounding a power of b1 or b2 to float32
    does no harm.

    Args:
        parameters: the parameters to update, such as ``model.parameters()``, a generator that can be iterated over only
            once. A list of parameters is not modified.
        lr: the learning rate.
        betas: b1 and b2.
        eps: a small number that keeps the divisor from being zero.

    Source: Kingma and Ba, "Adam: a method for stochastic optimization" (2015), algorithm 1.
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        """Store the parameters and settings, and start with m = 0 and v = 0 for each parameter."""
        self.parameters = list(parameters)
        self.lr = lr
        self.beta1, self.beta2 = betas
        self.eps = eps
        self.t = 0
        self.m = [torch.zeros_like(p) for p in self.parameters]
        self.v = [torch.zeros_like(p) for p in self.parameters]

    def step(self) -> None:
        """Update each parameter once, by the formulas above."""
        self.t += 1
        with torch.no_grad():
            for i, p in enumerate(self.parameters):
                if p.grad is None:
                    continue
                self.m[i] = self.beta1 * self.m[i] + (1 - self.beta1) * p.grad
                self.v[i] = self.beta2 * self.v[i] + (1 - self.beta2) * p.grad**2
                m_hat = self.m[i] / (1 - self.beta1**self.t)
                v_hat = self.v[i] / (1 - self.beta2**self.t)
                p -= self.lr * m_hat / (torch.sqrt(v_hat) + self.eps)

    def zero_grad(self) -> None:
        """Clear the gradients: afterwards each ``.grad`` is None or zeros."""
        for p in self.parameters:
            p.grad = None


class LogisticRegression(nn.Module):
    """Logistic regression: the probability of class 1, y_hat = sigmoid(x w + b).

    Args:
        in_dim: the number of features.

    Attributes:
        linear: nn.Linear(in_dim, 1), which holds w and b. It keeps the default initialization of nn.Linear.
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
        return torch.sigmoid(self.linear(x)).squeeze(1)


def minibatches(x: Tensor, y: Tensor, batch_size: int, generator: torch.Generator) -> Iterator[tuple[Tensor, Tensor]]:
    """One pass over the data in shuffled batches.

    Each row occurs exactly once, whole and with its own target. The order is a random permutation of the rows that
    depends on ``generator`` alone. A generator with the same seed gives the same order. The next pass with the same
    generator has a different one.

    Args:
        x: the inputs, one row per example, shape (N, ...). It is left unchanged.
        y: the targets, shape (N, ...). It is left unchanged.
        batch_size: the number of rows per batch, at least 1; it may be larger than N. Every batch has that many rows,
            except the last, which has the rows that remain.
        generator: the source of randomness, as in ``torch.randperm(n, generator=generator)``.

    Yields:
        Pairs (xb, yb) of batches, of the dtypes of ``x`` and ``y``. A list of such pairs is accepted as well.
    """
    order = torch.randperm(len(x), generator=generator)
    for start in range(0, len(x), batch_size):
        rows = order[start : start + batch_size]
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
    """Train a model on minibatches: one update per batch, with the rows reshuffled in each epoch.

    Each batch goes through the five steps of ``train``, in training mode. As in ``train``, there is no early stopping.
    No report is required; you may print lines of your own.

    Args:
        model: any module that maps ``x`` to predictions. It keeps its dtype, and so do ``x`` and ``y``.
        x: the inputs, one row per example, shape (N, ...). It is not changed.
        y: the targets, in the dtype that ``loss_function`` expects, with N first. It is not changed.
        loss_function: ``loss_function(y_hat, y)`` gives the *mean* loss of a batch, shape ().
        optimizer: an optimizer of the model's parameters, as in ``train``.
        epochs: the number of passes over the data; 0 is allowed.
        batch_size: the number of rows per batch, as in ``minibatches``: the last batch has the rows that remain.
        generator: the only source of randomness. The same seed gives the same training. The next training with the same
            generator has different orders.

    Returns:
        One Python float per epoch: the mean loss per *row*, where each row counts with its batch's loss before the
        update. So a smaller last batch counts less than the others.
    """
    model.train()
    losses = []
    for epoch in range(epochs):
        total = 0.0
        for xb, yb in minibatches(x, y, batch_size, generator):
            y_hat = model(xb)
            loss = loss_function(y_hat, yb)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(xb)
        losses.append(total / len(x))
    return losses


def accuracy(model: nn.Module, x: Tensor, y: Tensor) -> float:
    """The accuracy: the fraction of rows that are classified correctly.

    The model predicts in evaluation mode. It predicts without building a graph. Afterwards the model and its layers are
    back in their original mode, which is the same for all of them: training or evaluation.

    Args:
        model: maps ``x`` to probabilities of class 1, shape (N,).
        x: the inputs, shape (N, ...). It is left unchanged.
        y: the labels, 0 or 1, in any dtype, shape (N,). It is left unchanged.

    Returns:
        The accuracy, a Python float from 0 to 1, correct to within 1e-6. A probability above 0.5 predicts class 1, one
        below it class 0; exactly 0.5 may count as either.
    """
    was_training = model.training
    model.eval()
    with torch.no_grad():
        y_hat = model(x)
    model.train(was_training)
    return ((y_hat > 0.5) == (y > 0.5)).float().mean().item()


def save_model(model: nn.Module, path: str | Path | BinaryIO) -> None:
    """Save a model's state dict, and nothing else, to a file.

    The whole state dict is saved, buffers included, with its dtypes unchanged.

    Args:
        model: the model; it is left unchanged.
        path: the file's name, or a file object open for writing in binary mode. torch.save accepts both: pass it on.
    """
    torch.save(model.state_dict(), path)


def load_model(model: nn.Module, path: str | Path | BinaryIO) -> None:
    """Load what ``save_model`` wrote into a model of the same architecture.

    An untrusted file can contain any Python object, and code that runs when it is unpickled. A file that contains more
    than tensors and plain containers is rejected with the error that torch.load raises for it.

    Args:
        model: the model to load the state into, buffers included. It is modified in place.
        path: the file's name, or a file object open for reading in binary mode. torch.load accepts both: pass it on.

    Raises:
        pickle.UnpicklingError: the file contains objects other than tensors and plain containers.
    """
    model.load_state_dict(torch.load(path, weights_only=True))

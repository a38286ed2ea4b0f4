"""Homework 1: linear regression as a module that PyTorch can train."""

import torch
from torch import Tensor, nn


class LinearRegression(nn.Module):
    """Linear regression with the bias in the last row of the weights.

        y_hat = [x, 1] w

    Here [x, 1] is ``x`` with a column of ones appended as its *last* column. ``nn.Linear`` and ``F.linear`` are not
    allowed in this question.

    Args:
        in_dim: the number of features, at least 1.

    Attributes:
        w: the only parameter, an ``nn.Parameter`` of shape (in_dim + 1, 1). Each new model draws new values from a
            standard normal distribution (mean 0, standard deviation 1).
    """

    def __init__(self, in_dim: int) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.rand(in_dim + 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Predict one number for each row of ``x``, the same in training and evaluation mode.

        Args:
            x: features, shape (N, in_dim). It is left unchanged.

        Returns:
            The predictions y_hat, shape (N, 1), with the dtype of ``x`` and ``w``, still attached to the graph, so that
            ``backward()`` reaches both ``w`` and ``x``.
        """
        ones = torch.ones(x.shape[0], 1, dtype=x.dtype)
        x = torch.cat([x, ones], dim=1)
        y_hat = x @ self.w
        return y_hat


class LinearModel:
    """Linear regression with several targets, built from PyTorch's own classes, and its training loop.

    Args:
        in_dim: the number of features, at least 1.
        out_dim: the number of targets, at least 1.
        learning_rate: the learning rate of gradient descent.
        epochs: the number of steps that ``train`` takes, at least 1; each uses all rows (full batch).

    Attributes:
        model: a new ``nn.Linear(in_dim, out_dim)`` with PyTorch's default random initialization.
        optimizer: a ``torch.optim.SGD`` over the parameters of ``model``, with ``learning_rate`` and all other settings
            at their defaults.
        loss_function: an ``nn.MSELoss()``, the mean over all N * out_dim elements.
    """

    def __init__(self, in_dim: int, out_dim: int, learning_rate: float = 0.01, epochs: int = 10_000) -> None:
        self.epochs = epochs
        self.model = nn.Linear(in_dim, out_dim)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=learning_rate)
        self.loss_function = nn.MSELoss()

    def train(self, x: Tensor, y: Tensor) -> list[float]:
        """Fit ``model`` to the data by full-batch gradient descent.

        A second call continues where the first ended. No call stops early, even if the loss is 0, stops changing, or
        rises, even to inf.

        Args:
            x: features, shape (N, in_dim). They are left unchanged.
            y: targets, shape (N, out_dim). They are left unchanged.

        Returns:
            A list of ``epochs`` Python floats: the loss of each epoch, computed before that epoch's update.
        """
        losses = []
        for epoch in range(self.epochs):
            y_hat = self.model(x)
            loss = self.loss_function(y_hat, y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            losses.append(self.loss_function(self.model(x), y).item())
        return losses

    def predict(self, x: Tensor) -> Tensor:
        """Predict the targets with the current model.

        Args:
            x: features, shape (N, in_dim). They are left unchanged.

        Returns:
            The predictions, shape (N, out_dim), with the dtype of ``x`` and ``model``, without a graph: their
            ``requires_grad`` is False.
        """
        with torch.no_grad():
            return self.model(x)


def normal_equation(x: Tensor, y: Tensor) -> Tensor:
    """The weights with the smallest mean squared error, in closed form.

    With X = [x, 1], the column of ones *last*, they solve the normal equation

        X^T X w = X^T y

    If columns of X are linearly dependent, or X has fewer rows than columns, there are many solutions. Then return the
    minimum-norm solution, which has the smallest sum of squares: use ``torch.linalg.pinv``, or ``torch.linalg.lstsq``
    with ``driver="gelsd"`` (the default driver of ``lstsq`` is not reliable there, and X^T X has no inverse).

    Features may have different units. Columns are linearly independent even if one is up to 1,000,000 times as large as
    another, so keep the default tolerance (``rtol``) of ``pinv``. In these cases, the weights are compared with a
    relative tolerance of 1e-5, and in float32 of 1e-3.

    Args:
        x: features, shape (N, in_dim). It is left unchanged.
        y: targets, shape (N, out_dim). It is left unchanged.

    Returns:
        The weights, shape (in_dim + 1, out_dim), with the biases in the last row and the dtype of ``x`` and ``y``. If
        the columns of X are linearly independent, ``backward()`` reaches ``x`` and ``y``.
    """
    ones = torch.ones(x.shape[0], 1, dtype=x.dtype)
    x = torch.cat([x, ones], dim=1)
    return torch.inverse(x.T @ x) @ x.T @ y

"""Homework 1: linear regression as a module that PyTorch can train."""

import torch
from torch import Tensor, nn


class LinearRegression(nn.Module):

    def __init__(self, in_dim: int) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.randn(in_dim + 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        # the last row of w is the bias, so instead of appending ones I split w
        weights = self.w[:-1]
        bias = self.w[-1]
        return torch.matmul(x, weights) + bias


class LinearModel:
    """Linear regression with several targets, by PyTorch's own parts, and the loop that trains it.

    Args:
        in_dim: the number of features.
        out_dim: the number of targets.
        learning_rate: how far each step of gradient descent goes.
        epochs: how many steps ``train`` takes; each sees all rows.

    Attributes:
        model: an ``nn.Linear(in_dim, out_dim)``, as PyTorch starts it.
        optimizer: a ``torch.optim.SGD`` over the parameters of ``model``, at ``learning_rate``, else as it comes.
        loss_function: an ``nn.MSELoss()``.
    """

    def __init__(self, in_dim: int, out_dim: int, learning_rate: float = 0.01, epochs: int = 10_000) -> None:
        self.epochs = epochs
        self.model = nn.Linear(in_dim, out_dim)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=learning_rate)
        self.loss_function = nn.MSELoss()

    def train(self, x: Tensor, y: Tensor) -> list[float]:
        """Fit ``model`` to the data by full-batch gradient descent; a second call goes on where the first ended.

        Args:
            x: features, shape (N, in_dim). They are left unchanged.
            y: targets, shape (N, out_dim). They are left unchanged.

        Returns:
            ``epochs`` Python floats: the loss of each epoch, taken before that epoch's update.
        """
        losses = []
        self.model.train()
        for epoch in range(self.epochs):
            y_hat = self.model(x)
            loss = self.loss_function(y_hat, y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            losses.append(loss.item())
        return losses

    def predict(self, x: Tensor) -> Tensor:
        """Predict the targets with the model as it is now.

        Args:
            x: features, shape (N, in_dim). They are left unchanged.

        Returns:
            The predictions, shape (N, out_dim), without a graph: their ``requires_grad`` is False.
        """
        return self.model(x).detach()


def normal_equation(x: Tensor, y: Tensor) -> Tensor:
    """The weights with the smallest mean squared error, computed at once.

    With X = [x, 1], the column of ones *last*, they solve the normal equation

        X^T X w = X^T y

    Where columns of X depend on each other, or rows are fewer than columns, many w do. Then the one with the smallest
    sum of squares is asked for; ``torch.linalg.pinv``, or ``torch.linalg.lstsq`` with ``driver="gelsd"``, finds it
    (the default driver of ``lstsq`` is not reliable there, and X^T X has no inverse).

    Args:
        x: features, shape (N, in_dim). It is left unchanged.
        y: targets, shape (N, out_dim). It is left unchanged.

    Returns:
        The weights, shape (in_dim + 1, out_dim), with the biases in the last row, of the dtype of ``x`` and ``y``.
        Where the columns of X are independent, ``backward()`` reaches ``x`` and ``y``.
    """
    n = x.shape[0]
    X = torch.cat([x, torch.ones(n, 1).to(x)], dim=1)
    return torch.linalg.pinv(X.T @ X) @ X.T @ y

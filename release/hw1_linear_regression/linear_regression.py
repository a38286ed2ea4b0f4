"""Homework 1: linear regression as a module that PyTorch can train."""

import torch
from torch import Tensor, nn


class LinearRegression(nn.Module):
    """Linear regression whose bias is the last row of the weights.

        y_hat = [x, 1] w

    Here [x, 1] is ``x`` with a column of ones appended as its *last* column. ``nn.Linear`` and ``F.linear`` are not
    allowed in this question.

    Args:
        in_dim: the number of features, at least 1.

    Attributes:
        w: the only parameter, an ``nn.Parameter`` of shape (in_dim + 1, 1). Every new model draws its own
            numbers from a standard normal distribution (mean 0, standard deviation 1).
    """

    def __init__(self, in_dim: int) -> None:
        super().__init__()
        # TODO(LinearRegression): make the parameter self.w, with numbers from a standard normal.
        raise NotImplementedError("LinearRegression")

    def forward(self, x: Tensor) -> Tensor:
        """Predict one number for each row of ``x``, in training and in evaluation mode alike.

        Args:
            x: features, shape (N, in_dim). It is left unchanged.

        Returns:
            The predictions y_hat, shape (N, 1), of the dtype of ``x`` and ``w``, still attached to the graph, so
            that ``backward()`` reaches both ``w`` and ``x``.
        """
        # TODO(LinearRegression): append the column of ones, then multiply by w.
        # nn.Linear and F.linear are not allowed here.
        raise NotImplementedError("LinearRegression")


class LinearModel:
    """Linear regression with several targets, by PyTorch's own parts, and the loop that trains it.

    Args:
        in_dim: the number of features, at least 1.
        out_dim: the number of targets, at least 1.
        learning_rate: how far each step of gradient descent goes.
        epochs: how many steps ``train`` takes, at least 1; each uses all rows at once.

    Attributes:
        model: a new ``nn.Linear(in_dim, out_dim)``, with the random numbers that PyTorch draws for it.
        optimizer: a ``torch.optim.SGD`` over the parameters of ``model``, at ``learning_rate``, with all other settings
            at their defaults.
        loss_function: an ``nn.MSELoss()``, the mean over all N * out_dim numbers.
    """

    def __init__(self, in_dim: int, out_dim: int, learning_rate: float = 0.01, epochs: int = 10_000) -> None:
        # TODO(LinearModel): make the three attributes, and keep the number of epochs.
        raise NotImplementedError("LinearModel")

    def train(self, x: Tensor, y: Tensor) -> list[float]:
        """Fit ``model`` to the data by full-batch gradient descent.

        A second call goes on where the first ended. No call stops early, even where the loss is 0, no longer changes,
        or rises, be it to inf.

        Args:
            x: features, shape (N, in_dim). They are left unchanged.
            y: targets, shape (N, out_dim). They are left unchanged.

        Returns:
            A list of ``epochs`` Python floats: the loss of each epoch, taken before that epoch's update.
        """
        # TODO(LinearModel): in each epoch predict, take the loss, clear the gradients, back-propagate, step.
        raise NotImplementedError("LinearModel")

    def predict(self, x: Tensor) -> Tensor:
        """Predict the targets with the model as it is now.

        Args:
            x: features, shape (N, in_dim). They are left unchanged.

        Returns:
            The predictions, shape (N, out_dim), of the dtype of ``x`` and ``model``, without a graph: their
            ``requires_grad`` is False.
        """
        # TODO(LinearModel): the model's output, cut off from the graph.
        raise NotImplementedError("LinearModel")


def normal_equation(x: Tensor, y: Tensor) -> Tensor:
    """The weights with the smallest mean squared error, computed at once.

    With X = [x, 1], the column of ones *last*, they solve the normal equation

        X^T X w = X^T y

    Where columns of X depend on each other, or rows are fewer than columns, many w do. Then return the one with the
    smallest sum of squares: ``torch.linalg.pinv``, or ``torch.linalg.lstsq`` with ``driver="gelsd"``, finds it (the
    default driver of ``lstsq`` is not reliable there, and X^T X has no inverse).

    Features may have different units. Columns are independent even where one is up to 1,000,000 times as large as
    another, so leave the cut-off of ``pinv`` at its default. In these cases, the weights are compared to one part in
    100,000, and in float32 to one part in 1,000.

    Args:
        x: features, shape (N, in_dim). It is left unchanged.
        y: targets, shape (N, out_dim). It is left unchanged.

    Returns:
        The weights, shape (in_dim + 1, out_dim), with the biases in the last row, of the dtype of ``x`` and ``y``.
        Where the columns of X are independent, ``backward()`` reaches ``x`` and ``y``.
    """
    # TODO(normal_equation): append the column of ones, then find the least-squares solution.
    raise NotImplementedError("normal_equation")

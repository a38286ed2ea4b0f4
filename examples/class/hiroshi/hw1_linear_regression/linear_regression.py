"""Homework 1: linear regression as a module that PyTorch can train."""

import torch
from torch import Tensor, nn


class LinearRegression(nn.Module):
    """Linear regression whose bias is the last row of the weights.

        y_hat = [x, 1] w

    Here [x, 1] is ``x`` with a column of ones appended as its *last* column.

    Args:
        in_dim: the number of features, at least 1.

    Attributes:
        w: the only parameter, an ``nn.Parameter`` of shape (in_dim + 1, 1). Every new model draws its own
            numbers from a standard normal distribution (mean 0, standard deviation 1).
    """

    def __init__(self, in_dim: int) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.empty(in_dim + 1, 1).normal_())

    def forward(self, x: Tensor) -> Tensor:
        """Predict one number for each row of ``x``.

        Args:
            x: features, shape (N, in_dim). It is left unchanged.

        Returns:
            The predictions y_hat, shape (N, 1), of the dtype of ``x`` and ``w``, still attached to the graph, so
            that ``backward()`` reaches both ``w`` and ``x``.
        """
        x = nn.functional.pad(x, (0, 1), value=1.0)  # (N, in_dim + 1)
        return torch.einsum("nd,dk->nk", x, self.w)

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
        # weights and bias together, bias is the last one
        self.w = nn.Parameter(torch.randn(in_dim + 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Predict one number for each row of ``x``.

        Args:
            x: features, shape (N, in_dim). It is left unchanged.

        Returns:
            The predictions y_hat, shape (N, 1), of the dtype of ``x`` and ``w``, still attached to the graph, so
            that ``backward()`` reaches both ``w`` and ``x``.
        """
        ones = torch.ones(len(x), 1).to(x)
        x1 = torch.cat([x, ones], 1)
        return x1.mm(self.w)

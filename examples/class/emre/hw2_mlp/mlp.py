"""Homework 2: feed-forward networks, from one neuron to many layers."""

import torch
from torch import Tensor, nn


class MLPRegression(nn.Module):
    """A network of two layers, with the sigmoid f after *both* of them, as on the slide.

        z = f(x W1 + b1)
        y_hat = f(z W2 + b2)

    Args:
        in_dim: the number of features, at least 1.
        hidden_dim: the number of neurons in the hidden layer, at least 1.

    Attributes:
        first_layer: ``nn.Linear(in_dim, hidden_dim)``, which holds W1 (transposed) and b1.
        second_layer: ``nn.Linear(hidden_dim, 1)``, which holds W2 (transposed) and b2.
        sigmoid: ``nn.Sigmoid()``, the activation function f.
    """

    def __init__(self, in_dim: int, hidden_dim: int) -> None:
        super().__init__()
        self.first_layer = nn.Linear(in_dim, hidden_dim)
        self.second_layer = nn.Linear(hidden_dim, 1)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x: Tensor) -> Tensor:
        """Predict one number between 0 and 1 for each row of ``x``.

        Args:
            x: features, shape (N, in_dim). It is left unchanged.

        Returns:
            The predictions y_hat, shape (N, 1), of the dtype of ``x`` and the parameters, still attached to the
            graph, so that ``backward()`` reaches ``x`` and the weights and biases of both layers.
        """
        z = self.sigmoid(self.first_layer(x))
        return self.sigmoid(self.second_layer(z))


# quick test
net = MLPRegression(3, 5)
print(net(torch.randn(10, 5)))

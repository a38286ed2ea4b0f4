"""Homework 2: feed-forward networks, from one neuron to many layers."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn


def sigmoid(x: Tensor) -> Tensor:
    """The sigmoid of each element, a number between 0 and 1.

        sigmoid(x) = 1 / (1 + e^(-x))

    The derivative is sigmoid(x) * (1 - sigmoid(x)), also at exactly 0, where it is 1/4 (beware of forms with |x|, which
    is not differentiable at 0). For |x| <= 10,000, values and derivatives must be finite and accurate to 1e-6, in
    float64 and in float32.

    torch.sigmoid, torch.tanh, torch.relu, torch.special.expit, softplus and logsigmoid are not allowed in this question
    in any form (function, method or module, of torch or NumPy), nor are similar functions that do the same work
    (softmax, silu, threshold and so on). exp, where, clamp, maximum, logaddexp and your own functions are allowed.

    Args:
        x: floating-point numbers, of any shape, including (). It is left unchanged.

    Returns:
        The values, with the shape and dtype of ``x``, still attached to the graph, so that ``backward()`` reaches
        ``x``.
    """
    return torch.exp(-torch.logaddexp(torch.zeros_like(x), -x))


def relu(x: Tensor) -> Tensor:
    """The rectified linear unit of each element: positive values are kept, negative values become 0.

        relu(x) = max(0, x)

    The derivative is 1 where x > 0 and 0 where x < 0. At 0 it is not defined: any finite gradient is accepted. For |x|
    <= 10,000, values and derivatives must be finite and accurate to 1e-6. The calls not allowed in ``sigmoid`` are not
    allowed here either.

    Args:
        x: floating-point numbers, of any shape, including (). It is left unchanged.

    Returns:
        The values, with the shape and dtype of ``x``, still attached to the graph, so that ``backward()`` reaches
        ``x``.
    """
    return x.clamp(min=0)


def tanh(x: Tensor) -> Tensor:
    """The hyperbolic tangent of each element, a number between -1 and 1.

        tanh(x) = (e^x - e^(-x)) / (e^x + e^(-x))

    The derivative is 1 - tanh(x)^2, also at exactly 0, where it is 1. For |x| <= 10,000, values and derivatives must be
    finite and accurate to 1e-6, in float64 and in float32. The calls not allowed in ``sigmoid`` are not allowed here
    either.

    Args:
        x: floating-point numbers, of any shape, including (). It is left unchanged.

    Returns:
        The values, with the shape and dtype of ``x``, still attached to the graph, so that ``backward()`` reaches
        ``x``.
    """
    return 2 * sigmoid(2 * x) - 1


class MLPRegression(nn.Module):
    """A network of two layers, with the sigmoid f after *both* layers, as on the slide.

        z = f(x W1 + b1)
        y_hat = f(z W2 + b2)

    Args:
        in_dim: the number of features, at least 1.
        hidden_dim: the number of neurons in the hidden layer, at least 1.

    Attributes:
        first_layer: ``nn.Linear(in_dim, hidden_dim)``, which holds W1 (transposed) and b1.
        second_layer: ``nn.Linear(hidden_dim, 1)``, which holds W2 (transposed) and b2. Both layers keep PyTorch's
            default random initialization, drawn anew for each model.
        sigmoid: ``nn.Sigmoid()``, the activation function f.
    """

    def __init__(self, in_dim: int, hidden_dim: int) -> None:
        super().__init__()
        self.first_layer = nn.Linear(in_dim, hidden_dim)
        self.second_layer = nn.Linear(hidden_dim, 1)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x: Tensor) -> Tensor:
        """Predict one number between 0 and 1 for each row of ``x``, the same in training and evaluation mode.

        Args:
            x: features, shape (N, in_dim). It is left unchanged.

        Returns:
            The predictions y_hat, shape (N, 1), with the dtype of ``x`` and the parameters, still attached to the
            graph, so that ``backward()`` reaches ``x`` and the weights and biases of both layers.
        """
        z = self.sigmoid(self.first_layer(x))
        return self.sigmoid(self.second_layer(z))


class MLP(nn.Module):
    """A multilayer perceptron of any depth, with an activation function f after every layer except the last.

        a(0) = x
        z(l) = W(l) a(l-1) + b(l),    a(l) = f(z(l)),    l = 1 .. L
        y_hat = z(L)

    The L layers map ``layer_sizes[0] -> layer_sizes[1]``, ``layer_sizes[1] -> layer_sizes[2]`` and so on.

    Args:
        layer_sizes: the number of features, then the number of neurons of each layer: a list or tuple of at least two
            numbers, each at least 1. It is left unchanged.
        activation: f, any callable that maps a tensor to a tensor of the same shape: a function such as
            ``torch.sigmoid``, or a module such as ``nn.Tanh()``.

    Attributes:
        layers: an ``nn.ModuleList`` of the L = ``len(layer_sizes) - 1`` layers in order, each an ``nn.Linear`` with
            PyTorch's default random initialization, drawn anew for each model.
    """

    def __init__(self, layer_sizes: Sequence[int], activation: Callable[[Tensor], Tensor] = torch.sigmoid) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(*sizes) for sizes in pairwise(layer_sizes))
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        """Pass each row of ``x`` through all layers, the same in training and evaluation mode.

        Args:
            x: features, shape (N, layer_sizes[0]). It is left unchanged.

        Returns:
            y_hat, shape (N, layer_sizes[-1]), with the dtype of ``x`` and the parameters, still attached to the graph,
            so that ``backward()`` reaches ``x`` and the weights and biases of all layers.
        """
        *hidden, last = self.layers
        for layer in hidden:
            x = self.activation(layer(x))
        return last(x)


def parameter_table(model: nn.Module) -> list[tuple[str, tuple[int, ...], int]]:
    """List the parameters of a model, one row for each, in the order of ``model.named_parameters()``.

    For ``nn.Linear(3, 2)``: ``[("weight", (2, 3), 6), ("bias", (2,), 2)]``. A parameter shared by several modules is
    listed once, as in ``named_parameters()``; frozen parameters are listed; buffers are not. The model is left
    unchanged: its parameters, their gradients and ``requires_grad``, and its train/eval mode.

    Args:
        model: any module, with any number of parameters, including none.

    Returns:
        One tuple for each parameter: its name, its shape as a tuple (``torch.Size`` is a tuple), and its number of
        elements, a Python int. A parameter of shape () has 1 element. The table is compared with ``==``.
    """
    return [(name, tuple(parameter.shape), parameter.numel()) for name, parameter in model.named_parameters()]

"""Right answers to hw2 that look unlike the solution."""

import warnings

import numpy as np
import torch
from torch import nn

from gradkit.bank import accepted

E = float(np.e)


def verbose(method):
    """Print the shapes, and warn."""

    def wrapper(self, x):
        print("x:", tuple(x.shape))
        warnings.warn("forward", UserWarning, stacklevel=2)
        return method(self, x)

    return wrapper


class TwoLayers(nn.Module):
    """A base class with the layers in the other order."""

    def __init__(self, sizes):
        super().__init__()
        self.second_layer = nn.Linear(sizes[1], 1)
        self.first_layer = nn.Linear(*sizes)


class Neuron:
    """One neuron of a layer."""

    def __init__(self, layer, number):
        self.weight, self.bias = layer.weight[number], layer.bias[number]

    def __call__(self, inputs):
        """What it answers."""
        return 1 / (1 + torch.exp(-(self.weight @ inputs) - self.bias))


@accepted("MLPRegression", form="crlf")
class OtherOrder(TwoLayers):
    """Inheritance, parameters registered in another order, no module for the sigmoid, CRLF line ends."""

    def __init__(self, in_dim, hidden_dim):
        super().__init__((in_dim, hidden_dim))

    def forward(self, x):
        for layer in (self.first_layer, self.second_layer):
            x = torch.sigmoid(layer(x))
        return x


@accepted("MLPRegression", form="tabs")
class FormulaByHand(nn.Module):
    """The sigmoid as a formula with NumPy's e, a decorator that prints and warns, tabs."""

    def __init__(self, in_dim, hidden_dim):
        super().__init__()
        self.first_layer = nn.Linear(in_dim, hidden_dim)
        self.second_layer = nn.Linear(hidden_dim, 1)

    @staticmethod
    def f(t):
        return 1 / (1 + E ** (-t))

    @verbose
    def forward(self, x):
        return self.f(self.second_layer(self.f(self.first_layer(x))))


@accepted("MLPRegression", form="bom")
class Products(nn.Module):
    """einsum and matrix products, work in place on its own temporaries, a byte order mark."""

    def __init__(self, in_dim, hidden_dim):
        super().__init__()
        self.first_layer, self.second_layer = nn.Linear(in_dim, hidden_dim), nn.Linear(hidden_dim, 1)

    def forward(self, x):
        z = torch.einsum("nd,hd->nh", x, self.first_layer.weight)
        z += self.first_layer.bias
        z = z.sigmoid()
        y_hat = torch.addmm(self.second_layer.bias, z, self.second_layer.weight.t())
        return y_hat.sigmoid_()


@accepted("MLPRegression")
class NeuronByNeuron(nn.Module):
    """Loops over rows and neurons, and a helper class for a neuron."""

    def __init__(self, in_dim, hidden_dim):
        super().__init__()
        self.first_layer, self.second_layer = nn.Linear(in_dim, hidden_dim), nn.Linear(hidden_dim, 1)

    def forward(self, x):
        first = [Neuron(self.first_layer, number) for number in range(self.first_layer.out_features)]
        last = Neuron(self.second_layer, 0)
        return torch.stack([last(torch.stack([neuron(row) for neuron in first])) for row in x]).unsqueeze(1)


@accepted("MLPRegression")
class Windows(TwoLayers):
    """Each layer as windows (unfold) of a row that is as wide as they are; a lambda for the sigmoid."""

    def __init__(self, in_dim, hidden_dim):
        super().__init__((in_dim, hidden_dim))
        self.sigmoid = lambda t: torch.exp(nn.functional.logsigmoid(t))

    def forward(self, x):
        for layer in (self.first_layer, self.second_layer):
            x = self.sigmoid(x.unfold(1, layer.in_features, 1)[:, 0] @ layer.weight.T + layer.bias)
        return x


@accepted("MLPRegression")
class ContainerFirst(nn.Module):
    """Layers that are made inside an nn.Sequential, and get the names of the handout afterwards."""

    def __init__(self, in_dim, hidden_dim):
        super().__init__()
        self.f = nn.Sequential(nn.Linear(in_dim, hidden_dim), nn.Sigmoid(), nn.Linear(hidden_dim, 1), nn.Sigmoid())
        self.first_layer, self.sigmoid, self.second_layer, _ = self.f

    def forward(self, x):
        return self.f(x)


@accepted("MLPRegression")
class Container(nn.Module):
    """The layers inside an nn.Sequential as well; tanh in place of the sigmoid, to which it is related."""

    def __init__(self, in_dim, hidden_dim):
        super().__init__()
        self.first_layer = nn.Linear(in_dim, hidden_dim)
        self.second_layer = nn.Linear(hidden_dim, 1)
        self.layers = nn.Sequential(self.first_layer, nn.Sigmoid(), self.second_layer)

    def forward(self, x):
        return 0.5 * (1 + torch.tanh(0.5 * self.layers(x)))


@accepted("MLPRegression")
class 多层感知机(nn.Module):
    """Identifiers in Chinese, torch.where for a sigmoid that never overflows."""

    def __init__(self, 输入, 隐藏):
        super().__init__()
        self.first_layer = nn.Linear(输入, 隐藏)
        self.second_layer = nn.Linear(隐藏, 1)

    def 激活(self, t):
        小 = torch.exp(-t.abs())
        return torch.where(t >= 0, 1 / (1 + 小), 小 / (1 + 小))

    def forward(self, x):
        隐藏层 = self.激活(self.first_layer(x))
        return self.激活(self.second_layer(隐藏层))

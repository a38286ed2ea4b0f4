"""Correct solutions of hw2 that differ from the reference."""

import warnings
from itertools import pairwise

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
        """Its output."""
        return 1 / (1 + torch.exp(-(self.weight @ inputs) - self.bias))


@accepted("MLPRegression", form="crlf")
class OtherOrder(TwoLayers):
    """Inheritance, parameters registered in another order, no sigmoid module, CRLF line ends."""

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
    """einsum and matrix products, in-place operations on its own tensors, a byte order mark."""

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
    """Each layer by unfold with windows of the full row; a lambda for the sigmoid."""

    def __init__(self, in_dim, hidden_dim):
        super().__init__((in_dim, hidden_dim))
        self.sigmoid = lambda t: torch.exp(nn.functional.logsigmoid(t))

    def forward(self, x):
        for layer in (self.first_layer, self.second_layer):
            x = self.sigmoid(x.unfold(1, layer.in_features, 1)[:, 0] @ layer.weight.T + layer.bias)
        return x


@accepted("MLPRegression")
class ContainerFirst(nn.Module):
    """Layers created inside an nn.Sequential, then assigned to the names of the handout."""

    def __init__(self, in_dim, hidden_dim):
        super().__init__()
        self.f = nn.Sequential(nn.Linear(in_dim, hidden_dim), nn.Sigmoid(), nn.Linear(hidden_dim, 1), nn.Sigmoid())
        self.first_layer, self.sigmoid, self.second_layer, _ = self.f

    def forward(self, x):
        return self.f(x)


@accepted("MLPRegression")
class Container(nn.Module):
    """The layers also inside an nn.Sequential; the sigmoid expressed by tanh."""

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
        零 = torch.zeros_like(t)
        正, 负 = torch.exp(-torch.where(t >= 0, t, 零)), torch.exp(torch.where(t < 0, t, 零))
        return torch.where(t >= 0, 1 / (1 + 正), 负 / (1 + 负))

    def forward(self, x):
        隐藏层 = self.激活(self.first_layer(x))
        return self.激活(self.second_layer(隐藏层))


# ---- activations


@accepted("sigmoid")
def sigmoid_in_two_halves(x):
    """torch.where, with a safe argument in both branches."""
    zero = torch.zeros_like(x)
    right, left = torch.exp(-torch.where(x >= 0, x, zero)), torch.exp(torch.where(x < 0, x, zero))
    return torch.where(x >= 0, 1 / (1 + right), left / (1 + left))


@accepted("sigmoid", form="crlf")
def 逻辑函数(x):
    """By logsumexp, with a print; CRLF line ends."""
    print("形状", tuple(x.shape))
    stacked = torch.stack([torch.zeros_like(x), -x])
    return torch.logsumexp(stacked, dim=0).neg().exp()


@accepted("sigmoid")
def sigmoid_cut_far_out(x):
    """The argument is clamped where the function is constant."""
    return 1 / (1 + torch.exp(-torch.clamp(x, -60, 80)))


class OwnSlope(torch.autograd.Function):
    """The sigmoid with an explicit derivative."""

    @staticmethod
    def forward(ctx, x):
        s = 1 / (1 + torch.exp(-x.clamp(min=-700 if x.dtype == torch.float64 else -80)))
        ctx.save_for_backward(s)
        return s

    @staticmethod
    def backward(ctx, v):
        (s,) = ctx.saved_tensors
        return v * s * (1 - s)


@accepted("sigmoid")
def sigmoid_with_own_slope(x):
    """A custom autograd function."""
    return OwnSlope.apply(x)


@accepted("relu")
def relu_by_where(x):
    """torch.where."""
    return torch.where(x > 0, x, torch.zeros_like(x))


@accepted("relu")
def relu_by_maximum(x):
    """torch.maximum, with a warning."""
    warnings.warn("a kink", UserWarning, stacklevel=2)
    return torch.maximum(x, x.new_zeros(()))


@accepted("relu", form="bom")
def relu_by_mask(x):
    """A mask as a factor; a byte order mark."""
    return x * (x > 0)


@accepted("relu")
def relu_by_absolute_value(x):
    """Half of x and |x|."""
    return (x + x.abs()) / 2


@accepted("tanh")
def tanh_by_one_exponential(x):
    """e^-2|x|, with a sign that is never 0."""
    sign = torch.where(x < 0, -torch.ones_like(x), torch.ones_like(x))
    e = torch.exp(-2 * sign * x)
    return sign * (1 - e) / (1 + e)


@accepted("tanh", form="tabs")
def tanh_from_own_sigmoid(x):
    """2 sigmoid(2x) - 1, with a sigmoid of logaddexp; tabs."""

    def half(t):
        return torch.exp(-torch.logaddexp(torch.zeros_like(t), -t))

    return half(2 * x) - half(-2 * x)


@accepted("tanh")
def tanh_clamped_far_out(x):
    """The formula of the docstring where it does not overflow."""
    inside = x.clamp(-40, 40)
    up, down = inside.exp(), (-inside).exp()
    return (up - down) / (up + down)


@accepted("tanh")
def tanh_by_expm1(x):
    """expm1 of a non-positive number, in a loop over both signs."""
    parts = []
    for sign, here in ((1, x >= 0), (-1, x < 0)):
        e = torch.expm1(-2 * torch.where(here, sign * x, torch.zeros_like(x)))
        parts.append(-sign * e / (e + 2))
    return sum(parts[1:], parts[0])


# ---- MLP


@accepted("MLP", form="crlf")
class MLPByIndex(nn.Module):
    """Loops over indices; CRLF line ends."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__()
        self.f = activation
        self.layers = nn.ModuleList()
        for i in range(len(layer_sizes) - 1):
            self.layers.append(nn.Linear(layer_sizes[i], layer_sizes[i + 1]))

    def forward(self, x):
        L = len(self.layers)
        for i in range(L):
            x = self.layers[i](x)
            if i < L - 1:
                x = self.f(x)
        return x


@accepted("MLP")
class MLPByProducts(nn.Module):
    """Matrix products in place of calling the layers; prints."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__()
        print("sizes", layer_sizes)
        self.layers = nn.ModuleList([nn.Linear(m, n) for m, n in pairwise(layer_sizes)])
        self.activation = lambda z: activation(z)

    def forward(self, x):
        a = x
        for layer in self.layers[:-1]:
            a = self.activation(a @ layer.weight.T + layer.bias)
        return torch.addmm(self.layers[-1].bias, a, self.layers[-1].weight.t())


@accepted("MLP")
class MLPRecursive(nn.Module):
    """Recursion from the last layer."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__()
        sizes = list(layer_sizes)
        self.layers = nn.ModuleList(map(nn.Linear, sizes[:-1], sizes[1:]))
        self.activation = activation

    def z(self, number, x):
        return self.layers[number](x if number == 0 else self.activation(self.z(number - 1, x)))

    def forward(self, x):
        return self.z(len(self.layers) - 1, x)


@accepted("MLP", form="tabs")
class 多层(nn.Module):
    """Identifiers in Chinese, a while loop, einsum; tabs."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__()
        self.layers = nn.ModuleList()
        self.激活 = activation
        前 = layer_sizes[0]
        for 后 in layer_sizes[1:]:
            self.layers.append(nn.Linear(前, 后))
            前 = 后

    def forward(self, x):
        层 = list(self.layers)
        while 层:
            一 = 层.pop(0)
            x = torch.einsum("nd,hd->nh", x, 一.weight) + 一.bias
            x = self.激活(x) if 层 else x
        return x


@accepted("MLP")
class MLPInSequence(nn.Module):
    """An nn.Sequential of layers and activations, the layers also in a list; the activation wrapped in a module."""

    class F(nn.Module):
        """The activation as a module, stored where PyTorch does not register it."""

        def __init__(self, f):
            super().__init__()
            self.f = [f]

        def forward(self, z):
            """Apply it."""
            return self.f[0](z)

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(m, n) for m, n in pairwise(layer_sizes))
        parts = [part for layer in self.layers for part in (layer, self.F(activation))]
        self.network = [nn.Sequential(*parts[:-1])]

    def forward(self, x):
        return self.network[0](x)


# ---- parameter_table


@accepted("parameter_table")
def with_sizes(model):
    """torch.Size, which is a tuple."""
    return [(name, p.shape, p.numel()) for name, p in model.named_parameters()]


@accepted("parameter_table")
def in_a_loop(model):
    """A loop, the product by hand, with prints."""
    table = []
    for name, parameter in model.named_parameters():
        count = 1
        for n in parameter.shape:
            count *= n
        table.append((name, tuple(parameter.size()), count))
        print(f"{name:<30}{count:>10}")
    return table


@accepted("parameter_table", form="crlf")
def by_state(model):
    """By named_modules; CRLF line ends."""
    seen, table = set(), []
    for prefix, module in model.named_modules():
        for name, p in module._parameters.items():
            if p is not None and id(p) not in seen:
                seen.add(id(p))
                table += [(f"{prefix}.{name}" if prefix else name, tuple(p.shape), p.nelement())]
    return table


@accepted("parameter_table")
def by_numpy(model):
    """NumPy for the product."""
    return [(n, tuple(p.shape), int(np.prod(tuple(p.shape)))) for n, p in dict(model.named_parameters()).items()]

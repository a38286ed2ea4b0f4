"""Right answers to hw1 that look unlike the solution."""

import warnings

import numpy as np
import reference
import torch
from torch import nn

from gradkit.bank import accepted


def announced(cls):
    """Print when an object is made, and warn."""
    make = cls.__init__

    def init(self, *arguments):
        print("a new", cls.__name__)
        warnings.warn("random numbers ahead", UserWarning, stacklevel=2)
        make(self, *arguments)

    cls.__init__ = init
    return cls


class Affine(nn.Module):
    """A base class that does most of the work."""

    def forward(self, x):
        """The product, and the bias."""
        return x.matmul(self.w[:-1]) + self.w[-1]


class Product(torch.autograd.Function):
    """x w + b, with its derivatives written out."""

    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(x, w)
        return x @ w[:-1] + w[-1]

    @staticmethod
    def backward(ctx, v):
        x, w = ctx.saved_tensors
        return v @ w[:-1].T, torch.cat([x.T @ v, v.sum(dim=0, keepdim=True)])


@accepted("LinearRegression", form="crlf")
class Inherits(Affine):
    """Inheritance; the bias is added without a column of ones; CRLF line ends."""

    def __init__(self, in_dim):
        super().__init__()
        self.register_parameter("w", nn.Parameter(torch.empty(in_dim + 1, 1)))
        nn.init.normal_(self.w)


@accepted("LinearRegression", form="tabs")
@announced
class Announced(nn.Module):
    """A class decorator that prints and warns, numbers from NumPy, einsum, tabs."""

    def __init__(self, in_dim):
        super().__init__()
        rng = np.random.default_rng(torch.randint(2**31, ()).item())
        self.w = nn.Parameter(torch.as_tensor(rng.standard_normal((in_dim + 1, 1)), dtype=torch.float32))

    def forward(self, x):
        padded = nn.functional.pad(x, (0, 1), value=1.0)
        return torch.einsum("nd,dk->nk", padded, self.w)


@accepted("LinearRegression", form="bom")
class Loops(nn.Module):
    """Loops over rows and features, work in place on its own tensors, a byte order mark."""

    def __init__(self, in_dim):
        super().__init__()
        self.in_dim = in_dim
        self.w = nn.Parameter(torch.tensor([[torch.normal(0.0, 1.0, ()).item()] for _ in range(in_dim + 1)]))

    def forward(self, x):
        rows = []
        for row in x:
            total = self.w[-1].clone()
            for j in range(self.in_dim):
                total += row[j] * self.w[j]
            rows.append(total)
        return torch.stack(rows)


@accepted("LinearRegression")
class 线性回归(nn.Module):
    """Identifiers in Chinese, a buffer in a tensor of its own, torch.where."""

    def __init__(self, 维数):
        super().__init__()
        self.w = nn.Parameter(torch.normal(torch.zeros(维数 + 1, 1), 1.0))

    def forward(self, x):
        行数, 维数 = x.shape
        扩展 = x.new_empty(行数, 维数 + 1)
        扩展[:, :-1] = x
        是最后 = torch.arange(维数 + 1) == 维数
        扩展 = torch.where(是最后, torch.ones_like(扩展), 扩展)
        return 扩展 @ self.w


@accepted("LinearRegression")
class OwnDerivative(reference.LinearRegression):
    """An autograd function with a backward of its own."""

    def forward(self, x):
        return Product.apply(x, self.w)


@accepted("LinearRegression")
class Buffer(nn.Module):
    """A one in a buffer, registered before the parameter; windows by unfold."""

    def __init__(self, in_dim):
        super().__init__()
        self.register_buffer("one", torch.ones(1, 1))
        self.w = nn.Parameter(torch.randn(in_dim + 1, 1))

    def forward(self, x):
        extended = torch.cat([x, self.one.expand(len(x), 1)], dim=1)
        return (extended.unfold(1, len(self.w), 1) @ self.w)[:, 0]


@accepted("LinearRegression")
class Method(nn.Module):
    """Helper methods and a property."""

    def __init__(self, in_dim):
        super().__init__()
        self.in_dim = in_dim
        self.reset()

    @property
    def rows(self):
        return self.in_dim + 1

    def reset(self):
        self.w = nn.Parameter(torch.randn(self.rows).unsqueeze(1))

    def column(self, x):
        return torch.ones_like(x[:, :1])

    def forward(self, x):
        return torch.hstack((x, self.column(x))).mm(self.w)

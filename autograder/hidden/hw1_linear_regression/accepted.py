"""Correct solutions of hw1 that differ from the reference."""

import warnings

import numpy as np
import reference
import torch
from torch import nn

from gradkit.bank import accepted


def announced(cls):
    """Print and warn when an object is created."""
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
    """Loops over rows and features, in-place operations on its own tensors, a byte order mark."""

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
    """Identifiers in Chinese, a preallocated tensor, torch.where."""

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
    """A custom autograd function."""

    def forward(self, x):
        return Product.apply(x, self.w)


@accepted("LinearRegression")
class Buffer(nn.Module):
    """A buffer holding a one, registered before the parameter; windows by unfold."""

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


# ---- LinearModel


@accepted("LinearModel", form="crlf")
class Subclassed(nn.Module):
    """An nn.Module itself; gradients zeroed by the model; CRLF line ends."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10000):
        super().__init__()
        self.epochs = epochs
        self.model = nn.Linear(in_dim, out_dim)
        self.loss_function = nn.MSELoss()
        self.optimizer = torch.optim.SGD(params=list(self.model.parameters()), lr=learning_rate)

    def train(self, x, y):
        history = []
        for epoch in range(self.epochs):
            self.model.zero_grad()
            error = self.loss_function(self.model(x), y)
            history.append(float(error))
            error.backward()
            self.optimizer.step()
            if epoch % 1000 == 0:
                print(f"epoch {epoch}: {error.item():.4f}")
        return history

    def predict(self, x):
        self.model.eval()
        return self.model(x).detach()


@accepted("LinearModel", form="tabs")
class 模型(reference.LinearModel):
    """Identifiers in Chinese, inference mode, a while loop, a closure; tabs."""

    def train(self, x, y):
        损失 = []

        def 一步():
            self.optimizer.zero_grad()
            误差 = self.loss_function(self.model(x), y)
            误差.backward()
            return 误差

        while len(损失) < self.epochs:
            损失.append(self.optimizer.step(一步).item())
        return 损失

    @torch.inference_mode()
    def predict(self, x):
        return self.model(x)


@accepted("LinearModel")
class ByFunctional(reference.LinearModel):
    """Gradients from torch.autograd.grad, written into .grad; the prediction by a matrix product."""

    def train(self, x, y):
        return [self.epoch(x, y) for _ in range(self.epochs)]

    def epoch(self, x, y):
        parameters = list(self.model.parameters())
        loss = ((self.model(x) - y) ** 2).mean()
        for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            parameter.grad = gradient
        self.optimizer.step()
        return loss.item()

    def predict(self, x):
        return x @ self.model.weight.data.T + self.model.bias.data


@accepted("LinearModel")
class WithCopies(reference.LinearModel):
    """Works on copies of the data, warns, and keeps its own history."""

    def train(self, x, y):
        warnings.warn("training may take a while", UserWarning, stacklevel=2)
        data = torch.utils.data.TensorDataset(x.clone(), y.clone())
        self.history = []
        for _ in range(self.epochs):
            xb, yb = data[:]
            loss = nn.functional.mse_loss(self.model(xb), yb)
            self.optimizer.zero_grad(set_to_none=False)
            loss.backward()
            self.optimizer.step()
            self.history.append(loss.detach().numpy().item())
        return list(self.history)


@accepted("LinearModel")
class ByHand(reference.LinearModel):
    """The update by hand, with the optimizer's learning rate; predictions row by row."""

    def train(self, x, y):
        rate = self.optimizer.param_groups[0]["lr"]
        losses = [0.0] * self.epochs
        for epoch in range(self.epochs):
            self.model.zero_grad()
            loss = self.loss_function(self.model(x), y)
            loss.backward()
            losses[epoch] = loss.tolist()
            with torch.no_grad():
                for parameter in self.model.parameters():
                    parameter -= rate * parameter.grad
        return losses

    def predict(self, x):
        with torch.no_grad():
            return torch.stack([self.model(row) for row in x])


# ---- normal_equation


@accepted("normal_equation")
def least_squares(x, y):
    """lstsq with the driver for linearly dependent columns."""
    rows = torch.hstack([x, x.new_ones(len(x), 1)])
    return torch.linalg.lstsq(rows, y, driver="gelsd").solution


@accepted("normal_equation", form="bom")
def by_singular_values(x, y):
    """The singular value decomposition by hand, without small singular values; a byte order mark."""
    rows = nn.functional.pad(x, (0, 1), value=1.0)
    u, s, vh = torch.linalg.svd(rows, full_matrices=False)
    keep = s > s.max() * max(rows.shape) * torch.finfo(x.dtype).eps
    u, s, vh = u[:, keep], s[keep], vh[keep]
    return vh.mT @ ((u.mT @ y) / s[:, None])


@accepted("normal_equation")
def pseudo_inverse_of_the_product(x, y):
    """(X^T X)^+ X^T y: the normal equation with the pseudo-inverse in place of the inverse."""
    rows = torch.cat((x, torch.ones_like(x[:, :1])), 1)
    return torch.linalg.pinv(rows.T @ rows) @ (rows.T @ y)


@accepted("normal_equation")
def by_numpy(x, y):
    """NumPy's least squares where no gradient is required, else the pseudo-inverse."""
    rows = torch.cat((x, torch.ones_like(x[:, :1])), 1)
    if x.requires_grad or y.requires_grad:
        return torch.linalg.pinv(rows) @ y
    return torch.from_numpy(np.linalg.lstsq(rows.numpy(), y.numpy(), rcond=None)[0])


@accepted("normal_equation")
def target_by_target(x, y):
    """A loop over the targets."""
    inverse = torch.pinverse(torch.column_stack([x, torch.ones(len(x), dtype=x.dtype)]))
    return torch.stack([inverse @ y[:, k] for k in range(y.shape[1])], dim=1)


@accepted("normal_equation")
def by_einsum(x, y):
    """einsum, with a warning and a print."""
    warnings.warn("pinv is slow", UserWarning, stacklevel=2)
    行 = torch.concat([x, torch.full((x.size(0), 1), 1.0).to(x)], -1)
    print("rows", tuple(行.shape))
    return torch.einsum("dn,nk->dk", torch.linalg.pinv(行), y)

"""Homework 4: back-propagation, written out by hand. Nothing here may use torch.autograd, backward() or torch.func."""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor


def sigmoid_vjp(z: Tensor, v: Tensor) -> Tensor:
    """The vector-Jacobian product of the element-wise sigmoid.

    With s = sigmoid(z), the Jacobian J of s with respect to z is diagonal, with the entries s (1 - s). So

        v^T J = v * s * (1 - s)    element by element.

    Args:
        z: where the sigmoid is taken, of any shape. It is left unchanged.
        v: the gradient that comes from above (dL/ds), of the shape of ``z``. It is left unchanged.

    Returns:
        The gradient dL/dz, of the shape and dtype of ``z``. torch.sigmoid is allowed here.
    """
    return v / (2 + torch.exp(z) + torch.exp(-z))


def linear_vjp(x: Tensor, w: Tensor, b: Tensor, v: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The vector-Jacobian products of a linear layer, z = x w^T + b, with respect to each of its three inputs.

    Args:
        x: the layer's input, shape (N, D). It is left unchanged, as are all the others.
        w: the weights, shape (M, D).
        b: the biases, shape (M,).
        v: the gradient that comes from above (dL/dz), shape (N, M).

    Returns:
        The tuple (dL/dx, dL/dw, dL/db), shapes (N, D), (M, D) and (M,), of the dtype of ``x``.
    """
    return torch.einsum("nm,md->nd", v, w), torch.einsum("nm,nd->md", v, x), torch.einsum("nm->m", v)


def jacobian(f: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """The Jacobian of ``f`` at ``x``, by central differences.

        J[i, j] = df_i / dx_j    is about    (f_i(x + h e_j) - f_i(x - h e_j)) / (2 h)

    where e_j is 1 at place j and 0 elsewhere. It must be right to one part in a million: the Frobenius norm of the
    error is at most 1e-6 times that of J. Arguments and derivatives are of the order of 1, so an h of about 1e-5 is
    good: with a larger one the curve bends, with a smaller one the difference drowns in rounding.

    Args:
        f: a function from (n,) to (m,), which may be called as often as needed.
        x: where, shape (n,), float64. It is left unchanged.

    Returns:
        The Jacobian, shape (m, n), float64.
    """
    steps = 1e-5 * torch.eye(len(x), dtype=x.dtype)
    return torch.stack([f(x + e) - f(x - e) for e in steps]).T / 2e-5


def forward_pass(weights: Sequence[Tensor], biases: Sequence[Tensor], x: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    """Send ``x`` through a network of L layers, and keep everything on the way.

        a(0) = x,    z(l) = a(l-1) W(l)^T + b(l),    a(l) = sigmoid(z(l)),    but a(L) = z(L)

    So the sigmoid stands after every layer but the last.

    Args:
        weights: W(1) to W(L), the one of layer l of shape (M_l, M_{l-1}). L is at least 1.
        biases: b(1) to b(L), the one of layer l of shape (M_l,).
        x: the input, shape (N, M_0). Nothing that is handed over is changed.

    Returns:
        The tuple (zs, activations): the list of z(1) to z(L), and the list of a(0) to a(L), which is one longer.
        ``activations[0]`` equals ``x``, and ``activations[-1]`` equals ``zs[-1]``. torch.sigmoid is allowed here.
    """
    zs = []
    activations = [x]
    for w, b in zip(weights, biases):
        zs.append(torch.addmm(b, activations[-1], w.t()))
        activations.append(zs[-1].sigmoid())
    activations[-1] = zs[-1]
    return zs, activations


def backward_pass(
    weights: Sequence[Tensor], biases: Sequence[Tensor], x: Tensor, y: Tensor
) -> tuple[list[Tensor], list[Tensor]]:
    """The gradients of a network's loss with respect to all weights and biases, by back-propagation.

    The network is that of ``forward_pass``, and the loss the mean over *all* N M_L elements of (y_hat - y)^2. With
    delta(l) = dL/dz(l), it starts at the last layer and goes back:

        delta(l-1) = (delta(l) W(l)) * f'(z(l-1))
        dL/dW(l) = delta(l)^T a(l-1)
        dL/db(l) = the sum of the rows of delta(l)

    Args:
        weights: W(1) to W(L), the one of layer l of shape (M_l, M_{l-1}).
        biases: b(1) to b(L), the one of layer l of shape (M_l,).
        x: the input, shape (N, M_0). Nothing that is handed over is changed.
        y: the targets, shape (N, M_L).

    Returns:
        The tuple (dws, dbs) of two lists: the gradients of W(1) to W(L) and of b(1) to b(L), in this order, each of the
        shape of what it belongs to. Your own functions above may be used.
    """
    zs, activations = forward_pass(weights, biases, x)
    v = (activations[-1] - y) * (2 / y.nelement())
    gradients = []
    for l in reversed(range(len(weights))):
        da, dw, db = linear_vjp(activations[l], weights[l], biases[l], v)
        gradients.append((dw, db))
        if l:
            v = sigmoid_vjp(zs[l - 1], da)
    dws, dbs = zip(*reversed(gradients))
    return list(dws), list(dbs)


class Value:
    """A number that remembers how it was computed, so that derivatives can be taken.

    ``c = a * b + 2`` makes new Values; ``c.backward()`` then writes dc/da into ``a.grad`` and dc/db into ``b.grad``.
    Numbers may stand on either side of + - * /. All is done with Python's floats, for ``|data|`` up to 100.

    Args:
        data: the number.

    Attributes:
        data: the number, a float.
        grad: the derivative of the Value that ``backward()`` was last called on with respect to this one, a float; 0.0
            before that.
    """

    def __neg__(self) -> "Value":
        """Minus a."""
        return self * -1

    def __sub__(self, other: "Value | float") -> "Value":
        """The difference a - b."""
        return self + -other

    def __truediv__(self, other: "Value | float") -> "Value":
        """The quotient a / b."""
        return self * other**-1

    def __radd__(self, other: float) -> "Value":
        """A number on the left: 2 + a."""
        return self + other

    def __rsub__(self, other: float) -> "Value":
        """A number on the left: 2 - a."""
        return -self + other

    def __rmul__(self, other: float) -> "Value":
        """A number on the left: 2 * a."""
        return self * other

    def __rtruediv__(self, other: float) -> "Value":
        """A number on the left: 2 / a."""
        return self**-1 * other

    def __init__(self, data: float, parents: tuple[tuple["Value", float], ...] = ()) -> None:
        """Keep the number.

        A Value is made from a number alone. ``parents`` is for your operations below, if you want it: the Values that
        it was computed from, each with its derivative.
        """
        self.data = data
        self.grad = 0.0
        self._pull = lambda: None
        self._from = parents

    def __add__(self, other: "Value | float") -> "Value":
        """The sum a + b, where b is a Value or a number."""
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other))

        def pull():
            self.grad += out.grad
            other.grad += out.grad

        out._pull = pull
        return out

    def __mul__(self, other: "Value | float") -> "Value":
        """The product a * b, where b is a Value or a number."""
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other))

        def pull():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._pull = pull
        return out

    def __pow__(self, exponent: float) -> "Value":
        """The power a ** n, where n is a number, not a Value; it may be negative or a fraction."""
        return self._unary(self.data**exponent, lambda y: exponent * self.data ** (exponent - 1))

    def exp(self) -> "Value":
        """The exponential e^a."""
        return self._unary(math.exp(self.data), lambda y: y)

    def log(self) -> "Value":
        """The natural logarithm of a, for a > 0."""
        return self._unary(math.log(self.data), lambda y: 1 / self.data)

    def tanh(self) -> "Value":
        """The hyperbolic tangent of a."""
        return self._unary(math.tanh(self.data), lambda y: 1 - y * y)

    def relu(self) -> "Value":
        """The larger of 0 and a; its slope at 0 is free."""
        return self._unary(max(self.data, 0.0), lambda y: 1.0 if y > 0 else 0.0)

    def sigmoid(self) -> "Value":
        """The sigmoid, 1 / (1 + e^(-a))."""
        return self._unary(1 / (1 + math.exp(-self.data)), lambda y: y * (1 - y))

    def _unary(self, y: float, slope: Callable[[float], float]) -> "Value":
        out = Value(y, (self,))

        def pull():
            self.grad += slope(y) * out.grad

        out._pull = pull
        return out

    def backward(self) -> None:
        """Write into ``grad`` of every Value that this one was computed from the derivative of this one.

        Where a Value was used on several paths, the contributions of all paths add up. The gradients are set anew: what
        was in ``grad`` before has no effect, so calling it twice gives the same as calling it once. Chains of 10,000
        Values must work; Python allows about 1,000 calls inside each other, so do not walk by recursion.
        """
        # how often is each node used? it is finished when all of its users are
        users = {self: 0}
        todo = [self]
        while todo:
            for parent in todo.pop()._from:
                if parent not in users:
                    users[parent] = 0
                    todo.append(parent)
                users[parent] += 1
        for node in users:
            node.grad = 0.0
        self.grad = 1.0
        free = [self]
        while free:
            node = free.pop()
            node._pull()
            for parent in node._from:
                users[parent] -= 1
                if users[parent] == 0:
                    free.append(parent)


def sgd_update(parameter: Tensor, gradient: Tensor, lr: float) -> Tensor:
    """One step of gradient descent: w - lr * dL/dw.

    Args:
        parameter: w, of any shape. It is left unchanged.
        gradient: dL/dw, of the shape of ``parameter``. It is left unchanged.
        lr: the learning rate.

    Returns:
        A new tensor with the updated parameter, of the shape and dtype of ``parameter``.
    """
    return torch.sub(parameter, gradient, alpha=lr)

"""Homework 4: back-propagation, written out by hand. Nothing here may use torch.autograd, backward() or torch.func."""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor


def sigmoid_vjp(z: Tensor, v: Tensor) -> Tensor:
    """The vector-Jacobian product of the element-wise sigmoid.

    With s = sigmoid(z), the Jacobian J of s with respect to z is diagonal, with entries s (1 - s). So

        v^T J = v * s * (1 - s)    element by element.

    Args:
        z: the input of the sigmoid, of any shape, float64 or float32. It is left unchanged.
        v: the upstream gradient dL/ds, of the shape and dtype of ``z``. It is left unchanged.

    Returns:
        The gradient dL/dz, of the shape and dtype of ``z``. torch.sigmoid is allowed here.
    """
    s = torch.sigmoid(z)
    return v * s * (1 - s)


def linear_vjp(x: Tensor, w: Tensor, b: Tensor, v: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The vector-Jacobian products of a linear layer, z = x w^T + b, with respect to each of its three inputs.

    Args:
        x: the layer's input, shape (N, D). It is left unchanged, like the other arguments.
        w: the weights, shape (M, D).
        b: the biases, shape (M,).
        v: the upstream gradient dL/dz, shape (N, M).

    Returns:
        The tuple (dL/dx, dL/dw, dL/db), shapes (N, D), (M, D) and (M,), of the dtype of ``x``; a list is accepted as
        well.
    """
    dx = v @ w
    dw = v.T @ x
    db = v.sum(0)
    return dx, dw, db


def jacobian(f: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """The Jacobian of ``f`` at ``x``, by central differences.

        J[i, j] = df_i / dx_j    is about    (f_i(x + h e_j) - f_i(x - h e_j)) / (2 h)

    where e_j, the j-th unit vector, is 1 at index j and 0 elsewhere. It must be accurate to one part in a million: the
    Frobenius norm of the error is at most 1e-6 times that of J. Arguments and derivatives are of order 1, so h = 1e-5
    works well: a larger h increases the truncation error, a smaller one the rounding error. Other finite differences
    are accepted if they are as accurate.

    Args:
        f: a function that takes a float64 tensor of shape (n,) and returns one of shape (m,), without an autograd
            graph. It may be called as often as needed.
        x: the point at which to differentiate, shape (n,), float64. It is left unchanged.

    Returns:
        The Jacobian, shape (m, n), float64.
    """
    h = 1e-5
    J = torch.empty(len(f(x)), len(x), dtype=x.dtype)
    for j in range(len(x)):
        plus, minus = x.clone(), x.clone()
        plus[j] += h
        minus[j] -= h
        J[:, j] = (f(plus) - f(minus)) / (2 * h)
    return J


def forward_pass(weights: Sequence[Tensor], biases: Sequence[Tensor], x: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    """Pass ``x`` through a network of L layers, and keep every intermediate result.

        a(0) = x,    z(l) = a(l-1) W(l)^T + b(l),    a(l) = sigmoid(z(l)),    but a(L) = z(L)

    So the sigmoid follows every layer but the last. No argument is modified, neither a tensor nor a list.

    Args:
        weights: the list of W(1) to W(L); W(l) has the shape (M_l, M_{l-1}). L is at least 1.
        biases: the list of b(1) to b(L); b(l) has the shape (M_l,).
        x: the input, shape (N, M_0), float64 or float32, like the weights and biases.

    Returns:
        The tuple (zs, activations): the list of z(1) to z(L), and the list of a(0) to a(L), which is one longer; lists
        and tuples are interchangeable. All have the dtype of ``x``. ``activations[0]`` equals ``x``, and
        ``activations[-1]`` equals ``zs[-1]``. torch.sigmoid is allowed here.
    """
    zs, activations = [], [x]
    a = x
    for l in range(len(weights)):
        z = a @ weights[l].T + biases[l]
        a = torch.sigmoid(z) if l < len(weights) - 1 else z
        zs.append(z)
        activations.append(a)
    return zs, activations


def backward_pass(
    weights: Sequence[Tensor], biases: Sequence[Tensor], x: Tensor, y: Tensor
) -> tuple[list[Tensor], list[Tensor]]:
    """The gradients of a network's loss with respect to all weights and biases, by back-propagation.

    The network is that of ``forward_pass``, and its loss is the mean over *all* N M_L elements of (y_hat - y)^2. No
    argument is modified, neither a tensor nor a list. Back-propagation computes delta(l) = dL/dz(l) from the last layer
    to the first:

        delta(l-1) = (delta(l) W(l)) * f'(z(l-1))
        dL/dW(l) = delta(l)^T a(l-1)
        dL/db(l) = the sum of the rows of delta(l)

    Args:
        weights: the list of W(1) to W(L); W(l) has the shape (M_l, M_{l-1}).
        biases: the list of b(1) to b(L); b(l) has the shape (M_l,).
        x: the input, shape (N, M_0), float64 or float32, like the other arguments.
        y: the targets, shape (N, M_L).

    Returns:
        The tuple (dws, dbs) of two lists: the gradients of W(1) to W(L) and of b(1) to b(L), in this order, each with
        the shape and dtype of its parameter; lists and tuples are interchangeable. You may call your own functions
        above.
    """
    zs, activations = forward_pass(weights, biases, x)
    delta = 2 * (activations[-1] - y) / y.numel()
    dws, dbs = [], []
    for l in range(len(weights) - 1, -1, -1):
        dws.append(delta.T @ activations[l])
        dbs.append(delta.sum(dim=0))
        if l > 0:
            delta = (delta @ weights[l]) * activations[l] * (1 - activations[l])
    return dws[::-1], dbs[::-1]


class Value:
    """A number that records how it was computed, for reverse-mode automatic differentiation.

    ``c = a * b + 2`` makes new Values; ``c.backward()`` then writes dc/da into ``a.grad`` and dc/db into ``b.grad``.
    Either operand of + - * / may be a plain number, int or float. All computations use Python floats and are accurate
    to eight digits (1e-8 of the value, or 1e-8 if it is less than 1), for operands with ``|data|`` up to 100.

    Args:
        data: the number, a float or an int.

    Attributes:
        data: the number, a float or an int.
        grad: the derivative of the Value that ``backward()`` was last called on with respect to this one, a float or an
            int; 0.0 before that.
    """

    def __neg__(self) -> "Value":
        """The negative -a."""
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
        """Store the number.

        Outside this class, a Value is created from a number alone. ``parents`` is optional, for your operations below:
        the operands, each with its local derivative.
        """
        self.data = data
        self.grad = 0.0
        self.parents = parents

    def __add__(self, other: "Value | float") -> "Value":
        """The sum a + b, where b is a Value or a number."""
        if not isinstance(other, Value):
            other = Value(other)
        return Value(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other: "Value | float") -> "Value":
        """The product a * b, where b is a Value or a number."""
        if not isinstance(other, Value):
            other = Value(other)
        return Value(self.data * other.data, ((self, other.data), (other, self.data)))

    def __pow__(self, exponent: float) -> "Value":
        """The power a ** n, where n is a number, not a Value; n may be negative, fractional or 0.

        a may be negative or 0 wherever a^n and its derivative n a^(n - 1) are real numbers: 0^2 is 0, with derivative
        0.
        """
        return Value(self.data**exponent, ((self, exponent * self.data ** (exponent - 1)),))

    def exp(self) -> "Value":
        """The exponential e^a."""
        y = math.exp(self.data)
        return Value(y, ((self, y),))

    def log(self) -> "Value":
        """The natural logarithm of a, for a > 0."""
        return Value(math.log(self.data), ((self, 1 / self.data),))

    def tanh(self) -> "Value":
        """The hyperbolic tangent of a."""
        y = math.tanh(self.data)
        return Value(y, ((self, 1 - y**2),))

    def relu(self) -> "Value":
        """The ReLU, max(0, a); its derivative at 0 is up to you."""
        return Value(self.data, ((self, 1.0),)) if self.data > 0 else Value(0.0, ((self, 0.0),))

    def sigmoid(self) -> "Value":
        """The sigmoid, 1 / (1 + e^(-a))."""
        y = 1 / (1 + math.exp(-self.data))
        return Value(y, ((self, y * (1 - y)),))

    def backward(self) -> None:
        """Write the derivative of this Value with respect to v into ``v.grad``, for every v that it depends on.

        Its own ``grad`` becomes 1. Where a Value is used on several paths, their contributions add up. Gradients do not
        accumulate from call to call: what was in ``grad`` before has no effect, so two calls give the same result as
        one. Chains of 10,000 Values must work; Python's recursion limit is about 1,000 calls, so do not use recursion.
        """
        # depth first with a stack of my own; a node goes into the order when its parents are there
        order, done, stack = [], set(), [(self, False)]
        while stack:
            node, ready = stack.pop()
            if ready:
                order.append(node)
            elif node not in done:
                done.add(node)
                node.grad = 0.0
                stack.append((node, True))
                stack.extend((parent, False) for parent, _ in node.parents)
        self.grad = 1.0
        for node in reversed(order):
            for parent, slope in node.parents:
                parent.grad += slope * node.grad


def sgd_update(parameter: Tensor, gradient: Tensor, lr: float) -> Tensor:
    """One step of gradient descent: w - lr * dL/dw.

    Args:
        parameter: w, of any shape. It is left unchanged.
        gradient: dL/dw, of the shape of ``parameter``. It is left unchanged.
        lr: the learning rate.

    Returns:
        A new tensor with the updated parameter, of the shape and dtype of ``parameter``.
    """
    return parameter - lr * gradient

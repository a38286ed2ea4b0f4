"""Right answers to hw4 that look unlike the solution."""

import math
import warnings

import numpy as np
import torch

from gradkit.bank import accepted

# ---- sigmoid_vjp


@accepted("sigmoid_vjp")
def by_exponentials(z, v):
    """The derivative from exponentials, with a print."""
    e = torch.exp(-z.abs())
    print("shape", tuple(z.shape))
    return v * e / (1 + e) ** 2


@accepted("sigmoid_vjp", form="crlf")
def by_two_sigmoids(z, v):
    """sigmoid(z) sigmoid(-z); CRLF line ends."""
    return torch.sigmoid(z).mul(torch.sigmoid(-z)).mul(v)


@accepted("sigmoid_vjp", form="tabs")
def 斜率(z, v):
    """In place on its own copy, identifiers in Chinese; tabs."""
    值 = z.clone().sigmoid_()
    结果 = 值 - 值 * 值
    结果 *= v
    return 结果


@accepted("sigmoid_vjp")
def by_the_full_jacobian(z, v):
    """The Jacobian as a matrix, then a product; numpy for a constant."""
    s = torch.sigmoid(z.reshape(-1))
    one = float(np.ones(()))
    return (v.reshape(-1) @ torch.diag(s * (one - s))).reshape(z.shape)


# ---- linear_vjp


@accepted("linear_vjp")
def by_einsum(x, w, b, v):
    """einsum."""
    return torch.einsum("nm,md->nd", v, w), torch.einsum("nm,nd->md", v, x), torch.einsum("nm->m", v)


@accepted("linear_vjp")
def row_by_row(x, w, b, v):
    """Loops over the rows."""
    dw, db = torch.zeros_like(w), torch.zeros_like(b)
    dx = []
    for row, above in zip(x, v):
        dw += torch.outer(above, row)
        db += above
        dx.append(w.T @ above)
    return torch.stack(dx), dw, db


@accepted("linear_vjp", form="bom")
def transposed_twice(x, w, b, v):
    """x^T v, transposed; ones for the biases; a byte order mark."""
    ones = torch.ones(len(x), dtype=v.dtype)
    return (w.t() @ v.t()).t(), (x.t() @ v).t(), ones @ v


@accepted("linear_vjp")
def as_a_list(x, w, b, v):
    """Three tensors made by one loop, with no_grad and a warning."""
    warnings.warn("by hand", UserWarning, stacklevel=2)
    with torch.no_grad():
        return tuple([v.matmul(w), v.T.matmul(x), v.sum(0, keepdim=True).squeeze(0)])


# ---- jacobian


@accepted("jacobian")
def into_a_matrix(f, x):
    """Fills a matrix column by column, with another step."""
    h = 3e-6
    first = f(x)
    result = torch.empty(first.numel(), x.numel(), dtype=x.dtype)
    for j in range(x.numel()):
        up, down = x.clone(), x.clone()
        up[j] += h
        down[j] -= h
        result[:, j] = (f(up).detach() - f(down).detach()) / (up[j] - down[j])
    return result


@accepted("jacobian", form="tabs")
def by_identity(f, x):
    """Rows of a scaled identity matrix; tabs."""
    h = 1e-5
    steps = h * torch.eye(len(x), dtype=torch.float64)
    return torch.stack([(f(x + s) - f(x - s)) / (2 * h) for s in steps]).T.detach()


@accepted("jacobian")
def with_numpy(f, x):
    """Collects f's values as NumPy arrays."""
    h, n = 1e-5, x.numel()
    columns = []
    for j in range(n):
        moved = [x.numpy() + sign * h * np.eye(n)[j] for sign in (1, -1)]
        up, down = (f(torch.from_numpy(point)).numpy() for point in moved)
        columns.append((up - down) / (2 * h))
    return torch.from_numpy(np.stack(columns, axis=1))


@accepted("jacobian")
def to_one_side(f, x):
    """One-sided differences, with a step that is small enough for them."""
    tiny = 1e-8
    return torch.stack([(f(x + tiny * row) - f(x)) / tiny for row in torch.eye(len(x), dtype=x.dtype)], dim=1)


@accepted("jacobian")
def of_fourth_order(f, x):
    """A fourth-order central difference."""
    h = 1e-3
    eye = torch.eye(len(x), dtype=x.dtype)

    def at(k, j):
        return f(x + k * h * eye[j]).detach()

    columns = [(8 * (at(1, j) - at(-1, j)) - (at(2, j) - at(-2, j))) / (12 * h) for j in range(len(x))]
    return torch.stack(columns, 1)


@accepted("jacobian", form="crlf")
@torch.no_grad()
def with_single_entries(f, x):
    """Entry by entry, as a list of lists; CRLF line ends."""
    h = 1e-6
    m, n = len(f(x)), len(x)
    J = [[0.0] * n for _ in range(m)]
    for j in range(n):
        e = torch.zeros(n, dtype=torch.double)
        e[j] = h
        d = f(x + e) - f(x - e)
        for i in range(m):
            J[i][j] = d[i].item() / (2 * h)
    return torch.tensor(J, dtype=torch.double)


# ---- forward_pass


@accepted("forward_pass")
def with_an_index(weights, biases, x):
    """An index and a condition."""
    L = len(weights)
    zs, activations = [], [x]
    for l in range(L):
        zs.append(torch.nn.functional.linear(activations[l], weights[l], biases[l]))
        activations.append(zs[l] if l == L - 1 else zs[l].sigmoid())
    return zs, activations


@accepted("forward_pass")
def recursively(weights, biases, x):
    """Recursion; tuples in place of inner lists."""
    z = x.mm(weights[0].T).add(biases[0])
    if len(weights) == 1:
        return [z], [x.clone(), z.clone()]
    zs, activations = recursively(weights[1:], biases[1:], 1 / (1 + torch.exp(-z)))
    return [z, *zs], [x, *activations]


@accepted("forward_pass", form="bom")
def by_columns(weights, biases, x):
    """Works on columns, a byte order mark, prints."""
    a = x.T
    zs, activations = [], [x]
    for w, b in zip(weights, biases):
        z = w @ a + b[:, None]
        print(tuple(z.shape))
        a = torch.sigmoid(z)
        zs.append(z.T)
        activations.append(a.T)
    activations[-1] = zs[-1]
    return zs, activations


@accepted("forward_pass")
def in_tuples(weights, biases, x):
    """Tuples, and a copied list that is consumed."""
    layers = list(zip(weights, biases))
    z = x @ layers[0][0].T + layers.pop(0)[1]
    zs, activations = (z,), (x,)
    while layers:
        w, b = layers.pop(0)
        activations += (torch.sigmoid(z),)
        z = activations[-1] @ w.T + b
        zs += (z,)
    return zs, (*activations, z)


@accepted("forward_pass")
def last_layer_apart(weights, biases, x):
    """The last layer, handled after the loop."""
    zs, activations = [], [x]
    for w, b in list(zip(weights, biases))[:-1]:
        zs += [activations[-1] @ w.T + b]
        activations += [torch.special.expit(zs[-1])]
    zs += [activations[-1] @ weights[-1].T + biases[-1]]
    return zs, activations + zs[-1:]


# ---- backward_pass


@accepted("backward_pass")
def all_in_one(weights, biases, x, y):
    """Without the other functions; the lists are reversed at the end."""
    a, zs = [x], []
    for w, b in zip(weights, biases):
        zs.append(a[-1] @ w.T + b)
        a.append(torch.sigmoid(zs[-1]))
    delta = (zs[-1] - y) * (2 / (y.shape[0] * y.shape[1]))
    dws, dbs = [], []
    for l in range(len(weights) - 1, -1, -1):
        dws.append(delta.T @ a[l])
        dbs.append(delta.sum(0))
        delta = (delta @ weights[l]) * a[l] * (1 - a[l])
    return dws[::-1], dbs[::-1]


@accepted("backward_pass")
def example_by_example(weights, biases, x, y):
    """One row at a time, summed."""
    dws, dbs = [torch.zeros_like(w) for w in weights], [torch.zeros_like(b) for b in biases]
    for row, target in zip(x, y):
        a = [row]
        for l, (w, b) in enumerate(zip(weights, biases)):
            z = w @ a[-1] + b
            a.append(z if l == len(weights) - 1 else torch.sigmoid(z))
        delta = 2 * (a[-1] - target) / y.numel()
        for l in reversed(range(len(weights))):
            dws[l] += torch.outer(delta, a[l])
            dbs[l] += delta
            delta = (weights[l].T @ delta) * (a[l] - a[l] ** 2)
    return dws, dbs


@accepted("backward_pass", form="crlf")
def with_preallocated_lists(weights, biases, x, y):
    """Lists of None that are filled in; CRLF line ends."""
    zs, activations = forward_pass(weights, biases, x)
    L = len(weights)
    dws, dbs = [None] * L, [None] * L
    above = 2 * (activations[L] - y) / y.nelement()
    for l in range(L, 0, -1):
        if l < L:
            above = sigmoid_vjp(zs[l - 1], above)
        above, dws[l - 1], dbs[l - 1] = linear_vjp(activations[l - 1], weights[l - 1], biases[l - 1], above)
    return dws, dbs


@accepted("backward_pass", form="tabs")
def 反向传播(weights, biases, x, y):
    """einsum, a deque, identifiers in Chinese; tabs."""
    from collections import deque

    _, 激活 = forward_pass(weights, biases, x)
    权重梯度, 偏置梯度 = deque(), deque()
    误差 = (激活[-1] - y).mul(2).div(float(np.prod(y.shape)))
    for 权重, 输入 in zip(reversed(list(weights)), reversed(激活[:-1])):
        权重梯度.appendleft(torch.einsum("nm,nd->md", 误差, 输入))
        偏置梯度.appendleft(误差.sum(dim=0))
        误差 = torch.einsum("nm,md->nd", 误差, 权重) * 输入 * (1 - 输入)
    return list(权重梯度), list(偏置梯度)


# ---- Value


class WithClosures:
    """A Value as in many tutorials: each operation leaves a function that passes the gradient on."""

    def __init__(self, data, children=()):
        self.data = data
        self.grad = 0
        self._children = children
        self._pass_on = lambda: None

    def _lift(self, other):
        return other if isinstance(other, WithClosures) else type(self)(other)

    def _unary(self, value, slope):
        out = type(self)(value, (self,))

        def pass_on():
            self.grad += slope * out.grad

        out._pass_on = pass_on
        return out

    def __add__(self, other):
        other = self._lift(other)
        out = type(self)(self.data + other.data, (self, other))

        def pass_on():
            self.grad += out.grad
            other.grad += out.grad

        out._pass_on = pass_on
        return out

    __radd__ = __add__

    def __mul__(self, other):
        other = self._lift(other)
        out = type(self)(self.data * other.data, (self, other))

        def pass_on():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._pass_on = pass_on
        return out

    __rmul__ = __mul__

    def __pow__(self, n):
        return self._unary(self.data**n, n * self.data ** (n - 1))

    def __neg__(self):
        return self._unary(-self.data, -1)

    def __sub__(self, other):
        return self + (-self._lift(other))

    def __rsub__(self, other):
        return self._lift(other) - self

    def __truediv__(self, other):
        return self * self._lift(other) ** -1

    def __rtruediv__(self, other):
        return self._lift(other) / self

    def exp(self):
        return self._unary(math.exp(self.data), math.exp(self.data))

    def log(self):
        return self._unary(math.log(self.data), 1 / self.data)

    def tanh(self):
        return self._unary(math.tanh(self.data), 1 / math.cosh(self.data) ** 2)

    def relu(self):
        return self._unary(self.data if self.data > 0 else 0, int(self.data > 0))

    def sigmoid(self):
        s = 0.5 * (1 + math.tanh(self.data / 2))
        return self._unary(s, s * (1 - s))

    def _order(self):
        order, seen, stack = [], {id(self)}, [(self, iter(self._children))]
        while stack:
            node, children = stack[-1]
            for child in children:
                if id(child) not in seen:
                    seen.add(id(child))
                    stack.append((child, iter(child._children)))
                    break
            else:
                order.append(node)
                stack.pop()
        return order

    def backward(self):
        order = self._order()
        for node in order:
            node.grad = 0
        self.grad = 1
        for node in reversed(order):
            node._pass_on()


@accepted("Value")
class WithWholePowersApart(WithClosures):
    """The powers 0 and 1 as special cases, NumPy floats for the others."""

    def __pow__(self, n):
        if n in (0, 1):
            return self._unary(self.data if n else 1, n)
        return self._unary(np.float64(self.data) ** n, n * np.float64(self.data) ** (n - 1))


@accepted("Value")
class Tutorial(WithClosures):
    """Closures, ints where they occur, an iterative depth-first search."""


@accepted("Value", form="crlf")
class WithPrints(WithClosures):
    """Prints and warns, and has a __repr__; CRLF line ends."""

    def __repr__(self):
        return f"Value({self.data:.4f}, grad={self.grad:.4f})"

    def backward(self):
        warnings.warn("backwards", UserWarning, stacklevel=2)
        super().backward()
        print(self)


@accepted("Value", form="tabs")
class WithCounts(WithClosures):
    """Counts the pending contributions of each Value (Kahn's algorithm); tabs."""

    def _order(self):
        waiting, counts, nodes = [self], {}, {id(self): self}
        while waiting:
            node = waiting.pop()
            for child in node._children:
                counts[id(child)] = counts.get(id(child), 0) + 1
                if id(child) not in nodes:
                    nodes[id(child)] = child
                    waiting.append(child)
        order, ready = [], [self]
        while ready:
            node = ready.pop()
            order.append(node)
            for child in node._children:
                counts[id(child)] -= 1
                if counts[id(child)] == 0:
                    ready.append(child)
        return order[::-1]


@accepted("Value")
class WithNumpy(WithClosures):
    """numpy for the functions, floats for the results, slots for equality by identity."""

    def exp(self):
        return self._unary(float(np.exp(self.data)), float(np.exp(self.data)))

    def sigmoid(self):
        return 1 / (1 + (-self).exp())

    def tanh(self):
        t = float(np.tanh(self.data))
        return self._unary(t, 1 - t**2)


# ---- sgd_update


@accepted("sgd_update")
def by_sub(parameter, gradient, lr):
    """sub with alpha."""
    return torch.sub(parameter, gradient, alpha=lr)


@accepted("sgd_update")
def on_a_copy(parameter, gradient, lr):
    """In place on a copy, under no_grad."""
    with torch.no_grad():
        new = parameter.clone()
        new -= lr * gradient
    return new


@accepted("sgd_update", form="bom")
def by_addition(parameter, gradient, lr):
    """The negative added; a byte order mark."""
    print("step", lr)
    return parameter + gradient.neg().mul(lr)


@accepted("sgd_update")
def by_lerp(parameter, gradient, lr):
    """A weighted sum, stacked."""
    both = torch.stack([parameter, gradient])
    factors = torch.tensor([1.0, -lr], dtype=both.dtype).reshape(2, *[1] * parameter.dim())
    return (both * factors).sum(0)

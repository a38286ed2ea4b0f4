"""Mistakes that students make in hw4, each with what they should read."""

import math

import reference
import torch

from gradkit.bank import mistake

# ---- sigmoid_vjp


@mistake("sigmoid_vjp")
def slope_alone(z, v):
    """The slope s (1 - s) is returned, and v is not used. The vector-Jacobian product multiplies it by what comes from
    above."""
    return reference.sigmoid_vjp(z, torch.ones_like(v))


@mistake("sigmoid_vjp")
def value_for_slope(z, v):
    """v is multiplied by the sigmoid itself. What belongs there is its slope, s (1 - s)."""
    return v * torch.sigmoid(z)


@mistake("sigmoid_vjp")
def slope_of_z(z, v):
    """The slope is written as z (1 - z). That is right only where z has been through the sigmoid already; here it has
    not."""
    return v * z * (1 - z)


@mistake("sigmoid_vjp")
def slope_of_tanh(z, v):
    """The slope is written as 1 - s^2. That is the one of tanh; the sigmoid's is s (1 - s)."""
    return v * (1 - torch.sigmoid(z) ** 2)


@mistake("sigmoid_vjp")
def slope_without_minus(z, v):
    """The slope is written as s (1 + s). It is s (1 - s)."""
    s = torch.sigmoid(z)
    return v * s * (1 + s)


@mistake("sigmoid_vjp")
def slope_of_v(z, v):
    """The two arguments have changed places: the slope is taken at v and multiplied by z."""
    return reference.sigmoid_vjp(v, z)


@mistake("sigmoid_vjp")
def product_summed(z, v):
    """The product is summed to one number. Each element of z has a derivative of its own."""
    return reference.sigmoid_vjp(z, v).sum()


@mistake("sigmoid_vjp")
def divided_by_the_slope(z, v):
    """v is divided by the slope. The chain rule multiplies."""
    s = torch.sigmoid(z)
    return v / (s * (1 - s))


@mistake("sigmoid_vjp")
def slope_twice(z, v):
    """The slope is multiplied in twice. Once for each sigmoid that is passed."""
    return reference.sigmoid_vjp(z, reference.sigmoid_vjp(z, v))


@mistake("sigmoid_vjp")
def gradient_always_double(z, v):
    """The gradient is always float64. It should have the dtype of z and v."""
    return reference.sigmoid_vjp(z.double(), v.double())


@mistake("sigmoid_vjp")
def gradient_always_float(z, v):
    """The gradient is always float32. It should have the dtype of z and v."""
    return reference.sigmoid_vjp(z.float(), v.float())


@mistake("sigmoid_vjp")
def v_overwritten(z, v):
    """The product is written into v, in place, so the caller's v is lost. Make a new tensor."""
    result = reference.sigmoid_vjp(z, v)
    v.copy_(result)
    return result


@mistake("sigmoid_vjp")
def z_overwritten(z, v):
    """The sigmoid is written into z, in place, so the caller's z is lost. torch.sigmoid makes a new tensor."""
    s = z.sigmoid_()
    return v * s * (1 - s)


@mistake("sigmoid_vjp")
def by_autograd(z, v):
    """torch differentiates. That is what you work out by hand here."""
    z = z.detach().requires_grad_()
    return torch.autograd.grad(torch.sigmoid(z), z, v)[0]


# ---- linear_vjp


@mistake("linear_vjp")
def weights_transposed_in_dx(x, w, b, v):
    """dL/dx is multiplied by w transposed. z = x w^T, so what goes back is v w, without the transpose."""
    _, dw, db = reference.linear_vjp(x, w, b, v)
    return (v @ w.T if w.shape[0] == w.shape[1] else v @ w.T.reshape(w.shape)), dw, db


@mistake("linear_vjp")
def dw_transposed(x, w, b, v):
    """dL/dw has the shape (D, M). It has the shape of w, (M, D): v^T x, not x^T v."""
    dx, dw, db = reference.linear_vjp(x, w, b, v)
    return dx, dw.T, db


@mistake("linear_vjp")
def dw_averaged(x, w, b, v):
    """dL/dw is averaged over the rows. The rows' contributions are added up; a mean, where there is one, is in v
    already."""
    dx, dw, db = reference.linear_vjp(x, w, b, v)
    return dx, dw / len(x), db


@mistake("linear_vjp")
def db_averaged(x, w, b, v):
    """dL/db is averaged over the rows. The rows' contributions are added up; a mean, where there is one, is in v
    already."""
    dx, dw, db = reference.linear_vjp(x, w, b, v)
    return dx, dw, db / len(x)


@mistake("linear_vjp")
def db_not_summed(x, w, b, v):
    """dL/db is v itself. Every row uses the same b, so the rows are added up."""
    dx, dw, _ = reference.linear_vjp(x, w, b, v)
    return dx, dw, v


@mistake("linear_vjp")
def db_over_the_outputs(x, w, b, v):
    """dL/db is summed over the outputs. There is one bias for each output, so the sum is over the rows."""
    dx, dw, _ = reference.linear_vjp(x, w, b, v)
    return dx, dw, v.sum(dim=1)


@mistake("linear_vjp")
def db_keeps_a_dimension(x, w, b, v):
    """dL/db has the shape (1, M). It has the shape of b, (M,)."""
    dx, dw, db = reference.linear_vjp(x, w, b, v)
    return dx, dw, db[None]


@mistake("linear_vjp")
def db_of_ones(x, w, b, v):
    """dL/db is the number of rows, as if v were all ones. The rows of v are added up."""
    dx, dw, _ = reference.linear_vjp(x, w, b, v)
    return dx, dw, torch.full_like(b, len(x))


@mistake("linear_vjp")
def in_another_order(x, w, b, v):
    """The gradients are returned in another order. It is (dx, dw, db), like the arguments."""
    dx, dw, db = reference.linear_vjp(x, w, b, v)
    return dw, dx, db


@mistake("linear_vjp")
def without_dx(x, w, b, v):
    """Only the gradients of w and b are returned. The layers below need that of x."""
    return reference.linear_vjp(x, w, b, v)[1:]


@mistake("linear_vjp")
def bias_in_dx(x, w, b, v):
    """The bias is part of dL/dx. It is added in the layer, so it has no influence on that derivative."""
    dx, dw, db = reference.linear_vjp(x, w, b, v)
    return dx + (v @ b[:, None]), dw, db


@mistake("linear_vjp")
def gradients_always_double(x, w, b, v):
    """The gradients are always float64. They should have the dtype of the inputs."""
    return reference.linear_vjp(x.double(), w.double(), b.double(), v.double())


@mistake("linear_vjp")
def gradients_always_float(x, w, b, v):
    """The gradients are always float32. They should have the dtype of the inputs."""
    return reference.linear_vjp(x.float(), w.float(), b.float(), v.float())


@mistake("linear_vjp")
def inputs_overwritten(x, w, b, v):
    """v is scaled in place, so the caller's tensor is changed. Make new tensors."""
    result = reference.linear_vjp(x, w, b, v)
    v.mul_(2)
    return result


# ---- jacobian


def difference(f, x, h, divisor, both=True):
    """Differences of step h, divided by a number."""
    columns = []
    for j in range(len(x)):
        step = torch.zeros_like(x)
        step[j] = h
        columns.append((f(x + step) - (f(x - step) if both else f(x))) / divisor)
    return torch.stack(columns, dim=1)


@mistake("jacobian")
def forward_difference(f, x):
    """The difference is taken to one side only. With a step of 1e-5 its error is of the order of 1e-5; the central
    difference, to both sides, is far nearer."""
    return difference(f, x, 1e-5, 1e-5, both=False)


@mistake("jacobian")
def divided_by_h(f, x):
    """The difference from -h to h is divided by h, so everything is twice too large. The distance is 2 h."""
    return difference(f, x, 1e-5, 1e-5)


@mistake("jacobian")
def step_too_small(f, x):
    """The step is so small that the difference drowns in rounding. About 1e-5 is good for central differences."""
    return difference(f, x, 1e-11, 2e-11)


@mistake("jacobian")
def step_too_large(f, x):
    """The step is so large that the curve bends on the way. About 1e-5 is good for central differences."""
    return difference(f, x, 0.05, 0.1)


@mistake("jacobian")
def jacobian_transposed(f, x):
    """The Jacobian is transposed. It has a row for each output of f and a column for each input."""
    return reference.jacobian(f, x).T


@mistake("jacobian")
def in_single_precision(f, x):
    """x is turned into float32, which has too few digits for small differences. It is float64, and stays so."""
    return reference.jacobian(lambda t: f(t.double()), x.float()).double()


@mistake("jacobian")
def all_elements_moved(f, x):
    """All elements of x are moved at once. Each column of the Jacobian belongs to one element, moved alone."""
    h = 1e-5
    column = (f(x + h) - f(x - h)) / (2 * h)
    return column[:, None].expand(-1, len(x)).clone()


@mistake("jacobian")
def steps_pile_up(f, x):
    """An element that was moved is not put back before the next one is. Each column starts from x itself."""
    h = 1e-2
    columns = []
    moved = x.clone()
    for j in range(len(x)):
        up, down = moved.clone(), moved.clone()
        up[j] += h / 1000
        down[j] -= h / 1000
        columns.append((f(up) - f(down)) / (2 * h / 1000))
        moved[j] += h
    return torch.stack(columns, dim=1)


@mistake("jacobian")
def x_is_moved(f, x):
    """The caller's x is moved and never put back. Work on a copy."""
    result = reference.jacobian(f, x)
    x += 1e-5
    return result


@mistake("jacobian")
def all_steps_in_one_batch(f, x):
    """f is given a matrix of inputs in one call. It takes one vector of shape (n,), so it is called for each."""
    h = 1e-5
    steps = h * torch.eye(len(x), dtype=x.dtype)
    return ((f(x + steps) - f(x - steps)) / (2 * h)).T


@mistake("jacobian")
def relative_step(f, x):
    """The step is a fraction of the element itself, and 0 where the element is 0. The step is a number of its own."""
    columns = []
    for j in range(len(x)):
        step = torch.zeros_like(x)
        step[j] = 1e-5 * x[j]
        columns.append((f(x + step) - f(x - step)) / (2 * step[j]))
    return torch.stack(columns, dim=1)


@mistake("jacobian")
def outputs_added_up(f, x):
    """The outputs of f are added up first, which leaves a gradient. The Jacobian has a row for each output."""
    return reference.jacobian(lambda t: f(t).sum()[None], x)


@mistake("jacobian")
def diagonal_only(f, x):
    """Only the diagonal is kept. It is all there is where f works element by element; other functions mix."""
    full = reference.jacobian(f, x)
    return torch.diag(full.diagonal()) if full.shape[0] == full.shape[1] else full * torch.eye(*full.shape)


@mistake("jacobian")
def rounded(f, x):
    """The result is rounded to a few decimal places. One part in a million is asked for."""
    return reference.jacobian(f, x).round(decimals=4)


@mistake("jacobian")
def sign_turned(f, x):
    """The sign is wrong: f(x + h) comes first, and f(x - h) is subtracted."""
    return -reference.jacobian(f, x)


@mistake("jacobian")
def returned_as_float(f, x):
    """The Jacobian is returned in float32. x is float64, and so is the Jacobian."""
    return reference.jacobian(f, x).float()


@mistake("jacobian")
def jacobian_by_autograd(f, x):
    """torch differentiates. Central differences are asked for here: they need nothing but calls of f."""
    return torch.autograd.functional.jacobian(f, x)


# ---- forward_pass


@mistake("forward_pass")
def sigmoid_at_the_end(weights, biases, x):
    """The sigmoid stands after the last layer, too. There a(L) is z(L) itself."""
    zs, activations = reference.forward_pass(weights, biases, x)
    return zs, [*activations[:-1], torch.sigmoid(activations[-1])]


@mistake("forward_pass")
def no_sigmoid(weights, biases, x):
    """There is no sigmoid between the layers. It stands after every layer but the last."""
    zs, activations = [], [x]
    for w, b in zip(weights, biases, strict=True):
        zs.append(activations[-1] @ w.T + b)
        activations.append(zs[-1])
    return zs, activations


@mistake("forward_pass")
def without_the_input(weights, biases, x):
    """activations has L entries and starts with a(1). It starts with a(0), which is x."""
    zs, activations = reference.forward_pass(weights, biases, x)
    return zs, activations[1:]


@mistake("forward_pass")
def without_the_output(weights, biases, x):
    """activations ends before the last layer. Its last entry is a(L) = z(L)."""
    zs, activations = reference.forward_pass(weights, biases, x)
    return zs, activations[:-1]


@mistake("forward_pass")
def input_among_the_zs(weights, biases, x):
    """zs starts with x. It has one entry for each layer, z(1) to z(L)."""
    zs, activations = reference.forward_pass(weights, biases, x)
    return [x, *zs], activations


@mistake("forward_pass")
def biases_forgotten(weights, biases, x):
    """The biases are not added. z(l) = a(l-1) W(l)^T + b(l)."""
    return reference.forward_pass(weights, [torch.zeros_like(b) for b in biases], x)


@mistake("forward_pass")
def lists_swapped(weights, biases, x):
    """The two lists are returned in the other order. It is (zs, activations)."""
    zs, activations = reference.forward_pass(weights, biases, x)
    return activations, zs


@mistake("forward_pass")
def zs_after_the_sigmoid(weights, biases, x):
    """zs holds the activations. z(l) is what goes *into* the sigmoid; the backward pass needs it."""
    _, activations = reference.forward_pass(weights, biases, x)
    return activations[1:], activations


@mistake("forward_pass")
def input_through_sigmoid(weights, biases, x):
    """x goes through the sigmoid before the first layer. a(0) is x itself."""
    return reference.forward_pass(weights, biases, torch.sigmoid(x))


@mistake("forward_pass")
def tanh_for_sigmoid(weights, biases, x):
    """The activation function is tanh. It is the sigmoid here."""
    zs, activations = [], [x]
    for w, b in zip(weights, biases, strict=True):
        zs.append(activations[-1] @ w.T + b)
        activations.append(torch.tanh(zs[-1]))
    activations[-1] = zs[-1]
    return zs, activations


@mistake("forward_pass")
def only_the_output(weights, biases, x):
    """Only the output is returned. What came up on the way is needed too: the tuple (zs, activations)."""
    return reference.forward_pass(weights, biases, x)[1][-1]


@mistake("forward_pass")
def pass_in_single_precision(weights, biases, x):
    """Everything becomes float32. It should have the dtype of what is handed over."""
    zs, activations = reference.forward_pass(weights, biases, x)
    return [z.float() for z in zs], [a.float() for a in activations]


@mistake("forward_pass")
def pass_in_double_precision(weights, biases, x):
    """Everything becomes float64. It should have the dtype of what is handed over."""
    zs, activations = reference.forward_pass(weights, biases, x)
    return [z.double() for z in zs], [a.double() for a in activations]


@mistake("forward_pass")
def lists_used_up(weights, biases, x):
    """The layers are taken out of the caller's lists, which are empty afterwards. Walk through them, or copy them."""
    result = reference.forward_pass(weights, biases, x)
    while weights:
        weights.pop(0), biases.pop(0)
    return result


@mistake("forward_pass")
def input_overwritten(weights, biases, x):
    """x is changed in place, so the caller's data are lost. Make new tensors."""
    zs, activations = reference.forward_pass(weights, biases, x.clone())
    x -= x.mean()
    return zs, activations


# ---- backward_pass


def walk(weights, zs, activations, delta, slope):
    """Back-propagation with another slope."""
    dws, dbs = [], []
    for layer in reversed(range(len(weights))):
        dws.insert(0, delta.T @ activations[layer])
        dbs.insert(0, delta.sum(dim=0))
        if layer > 0:
            delta = (delta @ weights[layer]) * slope(zs[layer - 1])
    return dws, dbs


def sigmoid_slope(z):
    """s (1 - s)."""
    return reference.sigmoid_vjp(z, torch.ones_like(z))


def scaled(gradients, factor):
    """All gradients times a factor."""
    return tuple([g * factor for g in part] for part in gradients)


@mistake("backward_pass")
def factor_two_forgotten(weights, biases, x, y):
    """All gradients are half of what they should be: the square's derivative is 2 (y_hat - y)."""
    return scaled(reference.backward_pass(weights, biases, x, y), 0.5)


@mistake("backward_pass")
def mean_over_the_rows_only(weights, biases, x, y):
    """The loss is averaged over the rows only. The mean is over all N M elements of y."""
    return scaled(reference.backward_pass(weights, biases, x, y), y.shape[1])


@mistake("backward_pass")
def sum_for_mean(weights, biases, x, y):
    """The gradients are those of the sum of squares. The loss is their mean: divide by the number of elements of y."""
    return scaled(reference.backward_pass(weights, biases, x, y), y.numel())


@mistake("backward_pass")
def sign_of_the_error(weights, biases, x, y):
    """All signs are turned: the error is y_hat - y, not y - y_hat."""
    return scaled(reference.backward_pass(weights, biases, x, y), -1)


@mistake("backward_pass")
def slope_left_out(weights, biases, x, y):
    """The slope of the sigmoid is left out on the way back. delta(l-1) = (delta(l) W(l)) * f'(z(l-1))."""
    zs, activations = reference.forward_pass(weights, biases, x)
    return walk(weights, zs, activations, 2 * (zs[-1] - y) / y.numel(), torch.ones_like)


@mistake("backward_pass")
def sigmoid_for_its_slope(weights, biases, x, y):
    """On the way back, the sigmoid itself stands where its slope belongs: s (1 - s)."""
    zs, activations = reference.forward_pass(weights, biases, x)
    return walk(weights, zs, activations, 2 * (zs[-1] - y) / y.numel(), torch.sigmoid)


@mistake("backward_pass")
def slope_at_the_activation(weights, biases, x, y):
    """The sigmoid's slope is taken at the activation a(l-1). It is taken at z(l-1), before the sigmoid."""
    zs, activations = reference.forward_pass(weights, biases, x)
    delta = 2 * (zs[-1] - y) / y.numel()
    return walk(weights, zs, activations, delta, lambda z: sigmoid_slope(torch.sigmoid(z)))


@mistake("backward_pass")
def slope_at_the_end(weights, biases, x, y):
    """The slope of a sigmoid is multiplied in at the last layer. There is no sigmoid there: y_hat = z(L)."""
    zs, activations = reference.forward_pass(weights, biases, x)
    delta = 2 * (zs[-1] - y) / y.numel() * sigmoid_slope(zs[-1])
    return walk(weights, zs, activations, delta, sigmoid_slope)


@mistake("backward_pass")
def slope_of_the_wrong_layer(weights, biases, x, y):
    """The inputs of each layer are replaced by what goes into its sigmoid: dL/dW(l) needs a(l-1), not z(l-1)."""
    zs, _ = reference.forward_pass(weights, biases, x)
    return walk(weights, zs, [x, *zs], 2 * (zs[-1] - y) / y.numel(), sigmoid_slope)


@mistake("backward_pass")
def lists_backwards(weights, biases, x, y):
    """The lists run from the last layer to the first. They are asked for from the first to the last."""
    dws, dbs = reference.backward_pass(weights, biases, x, y)
    return dws[::-1], dbs[::-1]


@mistake("backward_pass")
def lists_of_pairs(weights, biases, x, y):
    """One list of pairs is returned. Two lists are asked for: (dws, dbs)."""
    return list(zip(*reference.backward_pass(weights, biases, x, y), strict=True))


@mistake("backward_pass")
def biases_before_weights(weights, biases, x, y):
    """The gradients of the biases come first. The order is (dws, dbs)."""
    dws, dbs = reference.backward_pass(weights, biases, x, y)
    return dbs, dws


@mistake("backward_pass")
def weight_gradients_transposed(weights, biases, x, y):
    """The gradients of the weights are transposed. Each has the shape of its W(l): delta(l)^T a(l-1)."""
    dws, dbs = reference.backward_pass(weights, biases, x, y)
    return [dw.T for dw in dws], dbs


@mistake("backward_pass")
def bias_gradients_averaged(weights, biases, x, y):
    """The gradients of the biases are averaged over the rows. The mean is in delta already: add the rows up."""
    dws, dbs = reference.backward_pass(weights, biases, x, y)
    return dws, [db / len(x) for db in dbs]


@mistake("backward_pass")
def last_layer_only(weights, biases, x, y):
    """Only the last layer has gradients; the others are zero. Walk back through all of them."""
    dws, dbs = reference.backward_pass(weights, biases, x, y)
    zeros = [[torch.zeros_like(g) for g in part[:-1]] + part[-1:] for part in (dws, dbs)]
    return zeros[0], zeros[1]


@mistake("backward_pass")
def weights_changed(weights, biases, x, y):
    """The weights are updated in place while the gradients are still being worked out. Nothing handed over is
    changed; the update is a step of its own."""
    dws, dbs = reference.backward_pass(weights, biases, x, y)
    for w, dw in zip(weights, dws, strict=True):
        w -= 0.1 * dw
    return dws, dbs


@mistake("backward_pass")
def weights_reversed(weights, biases, x, y):
    """The caller's list of weights is turned round by reverse(), and stays so. reversed(weights) leaves it as it is."""
    gradients = reference.backward_pass(list(weights), biases, x, y)
    weights.reverse()
    return gradients


@mistake("backward_pass")
def gradients_always_double_precision(weights, biases, x, y):
    """The gradients are always float64. Each should have the dtype of what it belongs to."""
    return tuple([g.double() for g in part] for part in reference.backward_pass(weights, biases, x, y))


@mistake("backward_pass")
def backward_by_autograd(weights, biases, x, y):
    """torch differentiates. That is what you work out by hand here."""
    ws = [w.clone().requires_grad_() for w in weights]
    bs = [b.clone().requires_grad_() for b in biases]
    loss = ((reference.forward_pass(ws, bs, x)[1][-1] - y) ** 2).mean()
    loss.backward()
    return [w.grad for w in ws], [b.grad for b in bs]


# ---- Value


def of_own_class(name):
    """The reference's operation, but its result is of the class of its first argument, whose backward() then counts."""

    def operation(self, *arguments):
        result = getattr(reference.Value, name)(self, *arguments)
        result.__class__ = type(self)
        return result

    return operation


class Base(reference.Value):
    """What the mistaken classes stand on."""

    for name in ("__add__", "__mul__", "__pow__", "exp", "log", "tanh", "relu", "sigmoid"):
        locals()[name] = of_own_class(name)


def graph_of(result):
    """All Values that a result was made from, and itself."""
    nodes, seen = [result], {result}
    for node in nodes:
        for parent, _ in node.parents:
            if parent not in seen:
                seen.add(parent)
                nodes.append(parent)
    return nodes


@mistake("Value")
class StartsWithOne(Base):
    """The gradient of a new Value is 1. It is 0.0 until backward() is called."""

    def __init__(self, data, parents=()):
        super().__init__(data, parents)
        self.grad = 1.0


@mistake("Value")
class StartsWithNone(Base):
    """The gradient of a new Value is None. It is 0.0 until backward() is called."""

    def __init__(self, data, parents=()):
        super().__init__(data, parents)
        self.grad = None


@mistake("Value")
class SinglePrecision(Base):
    """Numbers are rounded to float32, which holds seven digits. Python's own floats hold sixteen."""

    def __init__(self, data, parents=()):
        super().__init__(float(torch.tensor(float(data))), parents)

    def exp(self):
        return type(self)(math.exp(self.data), ((self, math.exp(self.data)),))


@mistake("Value")
class ExponentCutOff(Base):
    """The exponent is cut off at 30. Up to 100, exp is far from an overflow."""

    def exp(self):
        value = math.exp(min(self.data, 30.0))
        return reference.Value(value, ((self, value),))


@mistake("Value")
class SumInPlace(Base):
    """A sum is written into its first summand. Each operation makes a new Value."""

    def __add__(self, other):
        result = super().__add__(other)
        self.data = result.data
        return result


@mistake("Value")
class WholeNumbersRefused(Base):
    """Only floats count as numbers next to a Value. An int is a number, too."""

    def __add__(self, other):
        return super().__add__(other if isinstance(other, float) else reference.Value(other.data, ((other, 1.0),)))

    def __mul__(self, other):
        return super().__mul__(other if isinstance(other, float) else reference.Value(other.data, ((other, 1.0),)))


@mistake("Value")
class SecondSummandForgotten(Base):
    """In a sum only the first summand gets a gradient. It is 1 for both."""

    def __add__(self, other):
        other = other if isinstance(other, reference.Value) else reference.Value(other)
        return type(self)(self.data + other.data, ((self, 1.0),))


@mistake("Value")
class MinusWithoutGradient(Base):
    """-a is made from the number alone, so no gradient reaches a. d(-a)/da is -1."""

    def __neg__(self):
        return type(self)(-self.data)


@mistake("Value")
class SumsOnTheLeft(Base):
    """2 + a is made from the numbers alone, so no gradient reaches a. It is a + 2."""

    def __radd__(self, other):
        return type(self)(other + self.data)


@mistake("Value")
class ProductsOnTheLeft(Base):
    """2 * a is made from the numbers alone, so no gradient reaches a. It is a * 2."""

    def __rmul__(self, other):
        return type(self)(other * self.data)


@mistake("Value")
class PowerByLogarithm(Base):
    """The power is computed as e^(n ln a), which has no value for a = 0 or less. Python's a**n knows those."""

    def __pow__(self, exponent):
        value = math.exp(exponent * math.log(self.data))
        return reference.Value(value, ((self, exponent * value / self.data),))


@mistake("Value")
class PowerDividedByTheBase(Base):
    """The slope of a power is computed as n a^n / a, which divides by zero at a = 0. It is n a^(n - 1)."""

    def __pow__(self, exponent):
        value = self.data**exponent
        return reference.Value(value, ((self, exponent * value / self.data),))


@mistake("Value")
class ChainBreaksAtFunctions(Base):
    """exp passes on its own slope without what came from above. The chain rule multiplies the two."""

    def exp(self):
        result = super().exp()
        result.forgets = True
        return result

    def backward(self):
        nodes = graph_of(self)
        for node in nodes:
            node.grad = 0.0
        self.grad = 1.0
        for node in sorted(nodes, key=lambda node: -node.depth):
            for parent, slope in node.parents:
                parent.grad += slope * (1.0 if hasattr(node, "forgets") else node.grad)


@mistake("Value")
class OnlyTheFirstAreReset(Base):
    """Only the Values at the beginning are set to zero before anything is added. Those between pile up, too."""

    def backward(self):
        nodes = graph_of(self)
        for node in nodes:
            node.grad = node.grad if node.parents else 0.0
        self.grad = 1.0
        for node in sorted(nodes, key=lambda node: -node.depth):
            for parent, slope in node.parents:
                parent.grad += slope * node.grad


@mistake("Value")
class GradientsReplaced(Base):
    """Where a Value is used several times, the last path replaces the others. The contributions are added: +=, not
    =."""

    def backward(self):
        nodes = graph_of(self)
        for node in nodes:
            node.grad = 0.0
        self.grad = 1.0
        for node in sorted(nodes, key=lambda node: -node.depth):
            for parent, slope in node.parents:
                parent.grad = slope * node.grad


@mistake("Value")
class FunctionsReplaceGradients(Base):
    """Sums and products add to the gradient, but functions and powers replace it, so that of several paths some are
    lost. The contributions are added everywhere: +=, not =."""

    def backward(self):
        nodes = graph_of(self)
        for node in nodes:
            node.grad = 0.0
        self.grad = 1.0
        for node in sorted(nodes, key=lambda node: -node.depth):
            for parent, slope in node.parents:
                parent.grad = slope * node.grad + (parent.grad if len(node.parents) > 1 else 0.0)


@mistake("Value")
class GradientsPileUp(Base):
    """A second call of backward() adds to the gradients of the first. They are set to zero before anything is added."""

    def backward(self):
        nodes = graph_of(self)
        self.grad = 1.0
        for node in sorted(nodes, key=lambda node: -node.depth):
            for parent, slope in node.parents:
                parent.grad += slope * node.grad


@mistake("Value")
class PassedOnTooEarly(Base):
    """A Value passes its gradient on before all of it has arrived: the Values are visited in the order in which they
    are met. Each must come after all that were made from it."""

    def backward(self):
        nodes = graph_of(self)
        for node in nodes:
            node.grad = 0.0
        self.grad = 1.0
        for node in nodes:
            for parent, slope in node.parents:
                parent.grad += slope * node.grad


@mistake("Value")
class Recursive(Base):
    """The graph is walked through by recursion, which Python stops after about a thousand calls. Use a list of Values
    still to visit."""

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for parent, _ in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        for node in order:
            node.grad = 0.0
        self.grad = 1.0
        for node in reversed(order):
            for parent, slope in node.parents:
                parent.grad += slope * node.grad


@mistake("Value")
class StartsWithItself(Base):
    """The result's own gradient starts with its data. The derivative of a number with respect to itself is 1."""

    def backward(self):
        super().backward()
        for node in graph_of(self):
            node.grad *= self.data


@mistake("Value")
class ResultWithoutGradient(Base):
    """The result's own gradient stays 0. The derivative of a number with respect to itself is 1."""

    def backward(self):
        super().backward()
        self.grad = 0.0


@mistake("Value")
class LeavesOnly(Base):
    """Only the Values at the beginning get a gradient. Those between get theirs, too."""

    def backward(self):
        super().backward()
        for node in graph_of(self):
            if node.parents and node is not self:
                node.grad = 0.0


@mistake("Value")
class OneFactorOnly(Base):
    """In a product only the first factor gets a gradient. Each factor's is the other factor."""

    def __mul__(self, other):
        other = other if isinstance(other, reference.Value) else reference.Value(other)
        return type(self)(self.data * other.data, ((self, other.data),))


@mistake("Value")
class FactorsSwapped(Base):
    """In a product each factor gets itself as its slope. d(a b)/da is b."""

    def __mul__(self, other):
        other = other if isinstance(other, reference.Value) else type(self)(other)
        return type(self)(self.data * other.data, ((self, self.data), (other, other.data)))


@mistake("Value")
class SquaresCountOnce(Base):
    """In a * a the factor gets a gradient only once. It is used twice, and both count: 2 a."""

    def __mul__(self, other):
        if other is self:
            return type(self)(self.data**2, ((self, self.data),))
        return super().__mul__(other)


@mistake("Value")
class PowerWithoutFactor(Base):
    """The slope of a power is a^(n - 1). The factor n belongs in front of it."""

    def __pow__(self, exponent):
        return reference.Value(self.data**exponent, ((self, self.data ** (exponent - 1)),))


@mistake("Value")
class PowerOfTheSameExponent(Base):
    """The slope of a power is n a^n. The exponent goes down by one: n a^(n - 1)."""

    def __pow__(self, exponent):
        return reference.Value(self.data**exponent, ((self, exponent * self.data**exponent),))


@mistake("Value")
class ExponentialWithSlopeOne(Base):
    """The slope of the exponential is missing. It is e^a, its own value."""

    def exp(self):
        return reference.Value(math.exp(self.data), ((self, 1.0),))


@mistake("Value")
class DecimalLogarithm(Base):
    """The logarithm is that to the base 10. The natural one is asked for: math.log."""

    def log(self):
        return super().log() * (1 / math.log(10))


@mistake("Value")
class SlopeOfTheLogarithm(Base):
    """The slope of the logarithm is the logarithm. It is 1 / a."""

    def log(self):
        value = super().log()
        return reference.Value(value.data, ((self, value.data),))


@mistake("Value")
class SlopeOfTanh(Base):
    """The slope of tanh is t (1 - t). That is the sigmoid's; tanh has 1 - t^2."""

    def tanh(self):
        t = math.tanh(self.data)
        return reference.Value(t, ((self, t * (1 - t)),))


@mistake("Value")
class TanhByTheFormula(Base):
    """tanh is made of powers of a plain number, and its derivative is lost on the way. Give the new Value its slope."""

    def tanh(self):
        return reference.Value(math.tanh(self.data))


@mistake("Value")
class ReluWithSlopeOne(Base):
    """relu passes the gradient on below zero, too. There its slope is 0."""

    def relu(self):
        return reference.Value(max(0.0, self.data), ((self, 1.0),))


@mistake("Value")
class ReluOfTheAbsoluteValue(Base):
    """relu changes the sign of what is negative. It becomes 0."""

    def relu(self):
        return reference.Value(abs(self.data), ((self, math.copysign(1.0, self.data)),))


@mistake("Value")
class SlopeOfTheSigmoid(Base):
    """The slope of the sigmoid is 1 - s^2. That is tanh's; the sigmoid has s (1 - s)."""

    def sigmoid(self):
        s = 1 / (1 + math.exp(-self.data))
        return reference.Value(s, ((self, 1 - s * s),))


@mistake("Value")
class DifferenceAsSum(Base):
    """In a difference the second Value gets a positive gradient. d(a - b)/db is -1."""

    def __sub__(self, other):
        other = other if isinstance(other, reference.Value) else reference.Value(other)
        return reference.Value(self.data - other.data, ((self, 1.0), (other, 1.0)))


@mistake("Value")
class QuotientOfNumbersOnly(Base):
    """In a quotient the divisor gets no gradient. d(a / b)/db is -a / b^2."""

    def __truediv__(self, other):
        number = other.data if isinstance(other, reference.Value) else other
        return self * (1 / number)


@mistake("Value")
class DifferencesOnTheLeft(Base):
    """2 - a is computed as a - 2. A number on the left calls __rsub__, in which the sign turns."""

    def __rsub__(self, other):
        return self - other


@mistake("Value")
class QuotientsOnTheLeft(Base):
    """2 / a is computed as a / 2. A number on the left calls __rtruediv__, in which the quotient turns over."""

    def __rtruediv__(self, other):
        return self / other


# ---- sgd_update


@mistake("sgd_update")
def uphill(parameter, gradient, lr):
    """The step goes uphill: the gradient is added. It points to where the loss grows, so it is subtracted."""
    return parameter + lr * gradient


@mistake("sgd_update")
def rate_left_out(parameter, gradient, lr):
    """The learning rate is not used. It says how far the step goes: lr times the gradient."""
    return parameter - gradient


@mistake("sgd_update")
def divided_by_the_rate(parameter, gradient, lr):
    """The gradient is divided by the learning rate. It is multiplied by it."""
    return parameter - gradient / (lr + 1e-12)


@mistake("sgd_update")
def parameter_shrinks(parameter, gradient, lr):
    """The parameter is scaled as well. w - lr * dL/dw leaves w alone but for the step."""
    return (1 - lr) * parameter - lr * gradient


@mistake("sgd_update")
def step_alone(parameter, gradient, lr):
    """Only the step is returned. The updated parameter is asked for: w minus the step."""
    return -lr * gradient


@mistake("sgd_update")
def in_place(parameter, gradient, lr):
    """The parameter is updated in place, so the old one is lost. A new tensor is asked for."""
    parameter -= lr * gradient
    return parameter


@mistake("sgd_update")
def gradient_scaled_in_place(parameter, gradient, lr):
    """The gradient is multiplied by the learning rate in place, so the caller's is changed. Make a new tensor."""
    gradient *= lr
    return parameter - gradient


@mistake("sgd_update")
def sign_of_the_gradient(parameter, gradient, lr):
    """Only the sign of the gradient is used. Its size counts, too."""
    return parameter - lr * gradient.sign()


@mistake("sgd_update")
def update_always_double(parameter, gradient, lr):
    """The result is always float64. It should have the dtype of the parameter."""
    return reference.sgd_update(parameter.double(), gradient.double(), lr)


@mistake("sgd_update")
def update_always_float(parameter, gradient, lr):
    """The result is always float32. It should have the dtype of the parameter."""
    return reference.sgd_update(parameter.float(), gradient.float(), lr)


@mistake("sgd_update")
def gradient_averaged(parameter, gradient, lr):
    """The gradient is averaged over its elements. Each element of the parameter has its own."""
    return parameter - lr * gradient.mean()

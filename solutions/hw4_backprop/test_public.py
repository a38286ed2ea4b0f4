"""Public checks of homework 4. They are a first look: grading tries more sizes and expressions."""

import math

import backprop
import torch

DTYPES = torch.float32, torch.float64


def check_tensor(name, found, expected):
    """A tensor of the expected shape, dtype and values."""
    assert isinstance(found, torch.Tensor), f"{name} must be a tensor; yours is a {type(found).__name__}"
    shape, right = tuple(found.shape), tuple(expected.shape)
    assert shape == right, f"{name} must have the shape {right}; yours has {shape}"
    assert found.dtype == expected.dtype, f"{name} must be {expected.dtype}, like the inputs; yours is {found.dtype}"
    tolerance = 1e-5 if found.dtype == torch.float32 else 1e-8
    assert torch.allclose(found, expected, rtol=tolerance, atol=tolerance), (
        f"{name} must be {expected.tolist()}; yours is {found.tolist()}"
    )


def check_unchanged(**inputs):
    """Each input, by name with its value before the call, is not modified."""
    for name, (after, before) in inputs.items():
        assert torch.equal(after, before), f"{name} must not be modified: make a new tensor, or work on a copy"


def test_sigmoid_vjp_of_four_numbers():
    """At 0 the derivative is 1/4; at ln 3 and -ln 3, where the sigmoid is 3/4 and 1/4, it is 3/16."""
    for dtype in DTYPES:
        z = torch.tensor([[0.0, math.log(3)], [-math.log(3), 0.0]], dtype=dtype)
        v = torch.tensor([[8.0, 16.0], [32.0, -4.0]], dtype=dtype)
        before = z.clone(), v.clone()
        found = backprop.sigmoid_vjp(z, v)
        check_tensor("v^T J", found, torch.tensor([[2.0, 3.0], [6.0, -1.0]], dtype=dtype))
        check_unchanged(z=(z, before[0]), v=(v, before[1]))


def test_linear_vjp_of_one_row():
    """For x = (1, 2), w = (3, 4) and v = 10, the gradients are (30, 40), (10, 20) and 10."""
    x, w, b, v = torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 4.0]]), torch.tensor([5.0]), torch.tensor([[10.0]])
    dx, dw, db = backprop.linear_vjp(x, w, b, v)
    check_tensor("dx, which is v w,", dx, torch.tensor([[30.0, 40.0]]))
    check_tensor("dw, which is v^T x,", dw, torch.tensor([[10.0, 20.0]]))
    check_tensor("db, the sum of the rows of v,", db, torch.tensor([10.0]))


def test_linear_vjp_of_three_rows():
    """Three rows, two inputs and two outputs; the contributions of all rows add up."""
    for dtype in DTYPES:
        x = torch.tensor([[1.0, 2.0], [0.0, -1.0], [3.0, 1.0]], dtype=dtype)
        w, b = torch.tensor([[1.0, -2.0], [0.0, 4.0]], dtype=dtype), torch.tensor([5.0, 6.0], dtype=dtype)
        v = torch.tensor([[1.0, 0.0], [2.0, -1.0], [0.0, 3.0]], dtype=dtype)
        before = [tensor.clone() for tensor in (x, w, b, v)]
        found = backprop.linear_vjp(x, w, b, v)
        assert len(found) == 3, f"three gradients are expected, (dx, dw, db); yours are {len(found)}"
        dx, dw, db = found
        check_tensor("dx", dx, torch.tensor([[1.0, -2.0], [2.0, -8.0], [0.0, 12.0]], dtype=dtype))
        check_tensor("dw", dw, torch.tensor([[1.0, 0.0], [9.0, 4.0]], dtype=dtype))
        check_tensor("db", db, torch.tensor([3.0, 2.0], dtype=dtype))
        check_unchanged(**dict(zip("xwbv", zip((x, w, b, v), before, strict=True), strict=True)))


def check_jacobian(f, point, expected):
    """The Jacobian of a function, to one part in a million."""
    x = torch.tensor(point, dtype=torch.float64)
    before = x.clone()
    found = backprop.jacobian(f, x)
    expected = torch.tensor(expected, dtype=torch.float64)
    shape, right = tuple(found.shape), tuple(expected.shape)
    assert shape == right, f"J has a row for each output and a column for each input, {right}; yours has {shape}"
    assert found.dtype == torch.float64, f"J must be float64, like x; yours is {found.dtype}"
    error = float((found - expected).norm() / expected.norm())
    assert error <= 1e-6, f"the error must be at most 1e-6 of the norm of J; yours is {error:.1g} of it"
    check_unchanged(x=(x, before))


def test_jacobian_of_a_product():
    """f(x, y) = (x y, x + y, x) has the Jacobian (y, x), (1, 1), (1, 0)."""
    check_jacobian(
        lambda t: torch.stack([t[0] * t[1], t[0] + t[1], t[0]]), [2.0, 5.0], [[5.0, 2.0], [1.0, 1.0], [1.0, 0.0]]
    )


def test_jacobian_of_one_number():
    """With one output the Jacobian has one row, with one input one column, and with both the shape (1, 1)."""
    check_jacobian(lambda t: (t * t).sum(0, keepdim=True), [1.0, -2.0, 3.0], [[2.0, -4.0, 6.0]])
    check_jacobian(lambda t: torch.cat([t.sin(), 3 * t]), [0.0], [[1.0], [3.0]])
    check_jacobian(torch.exp, [0.5], [[math.exp(0.5)]])


def test_jacobian_of_curves():
    """f(x, y) = (x^3 + e^y, sin(x y)) has the Jacobian (3 x^2, e^y), (y cos(x y), x cos(x y)), also at y = 0."""

    def f(t):
        assert t.shape == (2,), f"f takes one vector of shape (2,); you called it with shape {tuple(t.shape)}"
        assert t.dtype == torch.float64, f"f takes float64, like x; you called it with {t.dtype}"
        return torch.stack([t[0] ** 3 + t[1].exp(), (t[0] * t[1]).sin()])

    for x, y in ((0.5, 0.0), (1.5, -0.75)):
        check_jacobian(f, [x, y], [[3 * x**2, math.exp(y)], [y * math.cos(x * y), x * math.cos(x * y)]])


def network(dtype):
    """A network with 2 inputs, 3 and 2 hidden units and 2 outputs; two rows of data, and targets."""
    weights = [[[1.0, -1.0], [0.5, 2.0], [-1.0, 0.0]], [[1.0, -2.0, 0.5], [0.0, 1.0, 1.0]], [[4.0, -1.0], [2.0, 3.0]]]
    biases = [[0.0, 0.5, -1.0], [0.25, -0.5], [1.0, -2.0]]
    tensors = [[torch.tensor(numbers, dtype=dtype) for numbers in part] for part in (weights, biases)]
    x, y = torch.tensor([[2.0, 1.0], [-1.0, 0.5]], dtype=dtype), torch.tensor([[3.0, 0.0], [1.0, -1.0]], dtype=dtype)
    return *tensors, x, y


def check_network_unchanged(weights, biases, x, y):
    """Neither the lists nor their tensors are modified."""
    right = network(x.dtype)
    for name, found, expected in zip(("weights", "biases"), (weights, biases), right, strict=False):
        assert len(found) == len(expected), f"the list {name} had {len(expected)} entries; now it has {len(found)}"
        same = all(torch.equal(one, other) for one, other in zip(found, expected, strict=True))
        assert same, f"the list {name} and its tensors must not be modified: work on copies"
    check_unchanged(x=(x, right[2]), y=(y, right[3]))


def test_forward_pass_of_a_small_network():
    """With z(1) = 0, the hidden unit outputs 0.5, and y_hat = 4 * 0.5 + 1 = 3."""
    weights, biases = [torch.tensor([[1.0, -1.0]]), torch.tensor([[4.0]])], [torch.tensor([0.0]), torch.tensor([1.0])]
    found = backprop.forward_pass(weights, biases, torch.tensor([[2.0, 2.0]]))
    assert isinstance(found, tuple | list) and len(found) == 2, "forward_pass returns the tuple (zs, activations)"  # noqa: PT018
    zs, activations = found
    assert len(zs) == 2, f"two layers have two z; yours has {len(zs)}"
    assert len(activations) == 3, f"activations has x, one hidden layer and the output: 3; yours has {len(activations)}"
    check_tensor("activations[0], which is x,", activations[0], torch.tensor([[2.0, 2.0]]))
    check_tensor("activations[1], which is sigmoid(0),", activations[1], torch.tensor([[0.5]]))
    check_tensor("activations[2], without a sigmoid,", activations[2], torch.tensor([[3.0]]))


def test_forward_pass_layer_by_layer():
    """Two rows, three layers: each z(l) is a(l-1) W(l)^T + b(l), each a(l) its sigmoid, and a(L) is z(L)."""
    for dtype in DTYPES:
        weights, biases, x, y = network(dtype)
        zs, activations = backprop.forward_pass(weights, biases, x)
        check_network_unchanged(weights, biases, x, y)
        assert (len(zs), len(activations)) == (3, 4), "three layers have three z and four activations, with x"
        check_tensor("activations[0], which is x,", activations[0], x)
        for layer in range(3):
            z = activations[layer] @ weights[layer].T + biases[layer]
            check_tensor(f"zs[{layer}]", zs[layer], z)
            a = 1 / (1 + torch.exp(-z)) if layer < 2 else z
            check_tensor(f"activations[{layer + 1}]", activations[layer + 1], a)


def test_backward_pass_of_a_small_network():
    """With y_hat = 3 and y = 1, delta(2) is 4, and the gradients follow by hand."""
    weights, biases = [torch.tensor([[1.0, -1.0]]), torch.tensor([[4.0]])], [torch.tensor([0.0]), torch.tensor([1.0])]
    dws, dbs = backprop.backward_pass(weights, biases, torch.tensor([[2.0, 2.0]]), torch.tensor([[1.0]]))
    assert len(dws) == len(dbs) == 2, "each list has one gradient for each of the two layers"
    check_tensor("dbs[1], which is 2 (y_hat - y),", dbs[1], torch.tensor([4.0]))
    check_tensor("dws[1], 4 times the hidden 0.5,", dws[1], torch.tensor([[2.0]]))
    check_tensor("dbs[0], 4 * 4 * the derivative 1/4,", dbs[0], torch.tensor([4.0]))
    check_tensor("dws[0], 4 * x,", dws[0], torch.tensor([[8.0, 8.0]]))


def test_backward_pass_against_differences():
    """Two rows, three layers: the gradients agree with finite differences of the loss."""
    for dtype in DTYPES:
        weights, biases, x, y = network(dtype)
        dws, dbs = backprop.backward_pass(weights, biases, x, y)
        check_network_unchanged(weights, biases, x, y)
        assert len(dws) == len(dbs) == 3, "each list has one gradient for each of the three layers"
        for name, gradients, right in zip(("dws", "dbs"), (dws, dbs), slopes(), strict=True):
            for layer, (gradient, slope) in enumerate(zip(gradients, right, strict=True)):
                check_tensor(f"{name}[{layer}]", gradient, slope.to(dtype))


def slopes():
    """The gradients of the loss of `network`, by finite differences in float64."""
    weights, biases, x, y = network(torch.float64)

    def loss():
        a = x
        for layer, (w, b) in enumerate(zip(weights, biases, strict=True)):
            z = a @ w.T + b
            a = 1 / (1 + torch.exp(-z)) if layer < 2 else z
        return ((a - y) ** 2).mean()

    def slope(tensor, place):
        losses = []
        for step in (1e-5, -1e-5):
            tensor.view(-1)[place] += step
            losses.append(loss())
            tensor.view(-1)[place] -= step
        return (losses[0] - losses[1]) / 2e-5

    return [
        [torch.stack([slope(t, place) for place in range(t.numel())]).reshape(t.shape) for t in part]
        for part in (weights, biases)
    ]


def check_value(what, expression, *numbers, right=None):
    """An expression of Values has the value and derivatives of ``right`` (or of itself) on floats."""
    right = right or expression
    values = [backprop.Value(number) for number in numbers]
    result = expression(*values)
    assert isinstance(result, backprop.Value), f"{what} must be a Value; yours is a {type(result).__name__}"
    result.backward()
    for place, (value, number) in enumerate(zip(values, numbers, strict=True)):
        assert value.data == number, f"{what} must not modify its operands: make a new Value"
        floats = [[n + step * (i == place) for i, n in enumerate(numbers)] for step in (1e-6, -1e-6)]
        slope = (right(*floats[0]) - right(*floats[1])) / 2e-6
        found = value.grad
        close = isinstance(found, (int, float)) and abs(found - slope) <= 1e-6 * (1 + abs(slope))
        assert close, f"{what} at {numbers}: the derivative is about {slope:.6g}; yours is {found}"
    data = right(*numbers)
    close = isinstance(result.data, (int, float)) and abs(result.data - data) <= 1e-8 * (1 + abs(data))
    assert close, f"{what} at {numbers} is {data}; yours is {result.data}"
    assert result.grad == 1, f"the derivative of the result with respect to itself is 1; yours is {result.grad}"


FUNCTIONS = {
    "exp": math.exp,
    "log": math.log,
    "tanh": math.tanh,
    "relu": lambda a: max(0.0, a),
    "sigmoid": lambda a: 1 / (1 + math.exp(-a)),
}


def test_Value_before_backward():
    """A new Value has its number and the gradient 0."""
    a = backprop.Value(2.5)
    assert a.data == 2.5, f"data is the number, 2.5; yours is {a.data}"
    assert a.grad == 0, f"grad is 0.0 before backward() is called; yours is {a.grad}"


def test_Value_of_a_small_expression():
    """For result = a b + a at a = 2, b = -3: data -4, gradients b + 1 = -2 and a = 2."""
    a, b = backprop.Value(2.0), backprop.Value(-3.0)
    p = a * b
    result = p + a
    result.backward()
    assert abs(result.data + 4) < 1e-9, f"2 * (-3) + 2 = -4; yours is {result.data}"
    assert abs(b.grad - 2) < 1e-9, f"the derivative with respect to b is a = 2; yours is {b.grad}"
    assert abs(a.grad + 2) < 1e-9, f"a is used twice: b + 1 = -2; yours is {a.grad}. Do both paths add up?"
    assert abs(p.grad - 1) < 1e-9, f"intermediate Values have gradients: a b has 1; yours is {p.grad}"


def test_Value_arithmetic():
    """Sums, differences, products and quotients, of two Values and with a number on either side."""
    for b in (2.5, -1.25):
        check_value("a + b", lambda a, b: a + b, 1.5, b)
        check_value("a - b", lambda a, b: a - b, 1.5, b)
        check_value("a * b", lambda a, b: a * b, 1.5, b)
        check_value("a / b", lambda a, b: a / b, 1.5, b)
    check_value("-a", lambda a: -a, 1.5)
    for number in (3, -0.5):
        for what, left, right in (
            ("sum", lambda a, n=number: a + n, lambda a, n=number: n + a),
            ("difference", lambda a, n=number: a - n, lambda a, n=number: n - a),
            ("product", lambda a, n=number: a * n, lambda a, n=number: n * a),
            ("quotient", lambda a, n=number: a / n, lambda a, n=number: n / a),
        ):
            check_value(f"the {what} of a and {number}", left, 1.75)
            check_value(f"the {what} of {number} and a", right, 1.75)


def test_Value_powers():
    """Powers of positive and negative numbers and of 0, with negative exponents, fractions and 0."""
    for a, n in ((1.5, 3), (-1.5, 2), (2.0, -2), (-2.0, -1), (4.0, 0.5), (0.0, 2), (0.0, 3.0), (1.5, 1), (2.5, 0)):
        check_value(f"a ** {n}", lambda a, n=n: a**n, a)
        check_value(f"a ** {n} + a ** {n}", lambda a, n=n: a**n + a**n, a)


def test_Value_functions():
    """exp, log, tanh, relu and sigmoid, alone and inside larger expressions."""
    for name, right in FUNCTIONS.items():
        for a in (0.5, 2.0, 3.0) if name == "log" else (0.5, -0.5, 2.0):
            check_value(name, lambda a, name=name: getattr(a, name)(), a, right=right)
            check_value(
                f"3 times {name}",
                lambda a, name=name: getattr(a, name)() * 3.0,
                a,
                right=lambda a, right=right: 3 * right(a),
            )
            check_value(
                f"{name} + 2 {name}",
                lambda a, name=name: getattr(a, name)() + getattr(a, name)() * 2.0,
                a,
                right=lambda a, right=right: 3 * right(a),
            )


def test_Value_functions_of_large_numbers():
    """exp, tanh, relu and sigmoid have the right derivatives at -90 and 90."""
    slopes = {"exp": (0, math.exp(90)), "tanh": (0, 0), "relu": (0, 1), "sigmoid": (0, 0)}
    for name, expected in slopes.items():
        for number, slope in zip((-90.0, 90.0), expected, strict=True):
            a = backprop.Value(number)
            getattr(a, name)().backward()
            assert abs(a.grad - slope) <= 1e-8 * (1 + slope), (
                f"the derivative of {name} at {number} is {slope}, not {a.grad}"
            )


def test_Value_on_several_paths():
    """If a Value is used several times, the contributions of all paths add up, whatever their length."""
    for a, b in ((0.75, -1.25), (1.5, 0.5)):
        check_value("a * a", lambda a, _: a * a, a, b)
        check_value("a + a", lambda a, _: a + a, a, b)
        check_value("(a + b) * (a * b)", lambda a, b: (a + b) * (a * b), a, b)

        def short_and_long(a, b):
            p = a * b
            q = p * a
            return (q * p + p) * p

        check_value("(q p + p) p with p = a b and q = p a", short_and_long, a, b)


def test_Value_backward_twice():
    """A second backward(), on the same result or after another one's, gives the same gradients as the first."""
    for first in ("nothing else", "the same result", "another result"):
        a, b = backprop.Value(3.0), backprop.Value(0.5)
        p = a * b
        result, other = p * a, p + a
        if first != "nothing else":
            (other if first == "another result" else result).backward()
        result.backward()
        for name, value, slope in (("a", a, 3.0), ("b", b, 9.0), ("a b", p, 3.0)):
            assert abs(value.grad - slope) < 1e-9, (
                f"d(a b a)/d({name}) is {slope}; yours is {value.grad} if backward() was called "
                f"on {first} before. Set all gradients of the graph to zero first"
            )


def test_Value_of_a_long_chain():
    """A sum of 10,000 Values can be differentiated."""
    a = backprop.Value(0.25)
    total = a
    for _ in range(9_999):
        total = total + a
    total.backward()
    assert abs(a.grad - 10_000) < 1e-6, f"a occurs in the sum 10,000 times, so its grad is 10,000; yours is {a.grad}"


def test_sgd_update_of_two_numbers():
    """(1, 2) - 0.5 * (4, -2) = (-1, 3)."""
    for dtype in DTYPES:
        w, gradient = torch.tensor([1.0, 2.0], dtype=dtype), torch.tensor([4.0, -2.0], dtype=dtype)
        found = backprop.sgd_update(w, gradient, 0.5)
        check_tensor("w - lr * dL/dw", found, torch.tensor([-1.0, 3.0], dtype=dtype))
        check_unchanged(w=(w, torch.tensor([1.0, 2.0], dtype=dtype)))
        check_unchanged(gradient=(gradient, torch.tensor([4.0, -2.0], dtype=dtype)))

"""Public checks of homework 2. They are a first look: grading tries other numbers and sizes, and compares gradients."""

import mlp
import torch
from torch import nn

CUT = "detach(), .data, .item() and numpy all cut the graph"


def same(found, expected, what, advice=""):
    """Fail unless a tensor has the expected shape, dtype and values."""
    assert isinstance(found, torch.Tensor), f"{what} should be a tensor; yours is a {type(found).__name__}"
    shape, dtype = tuple(found.shape), found.dtype
    assert shape == tuple(expected.shape), f"{what} should have the shape {tuple(expected.shape)}; yours has {shape}"
    assert dtype == expected.dtype, f"{what} should be {expected.dtype}; yours is {dtype}"
    tolerance = 1e-5 if dtype == torch.float32 else 1e-8
    assert torch.allclose(found, expected, rtol=tolerance, atol=tolerance), (
        f"{what} should be {expected.tolist()}; yours is {found.tolist()}. {advice}"
    )


def gradient(tensor, name):
    """The gradient that reached a tensor."""
    assert tensor.grad is not None, f"no gradient reached {name}; {CUT}"
    return tensor.grad


# ---- sigmoid, relu, tanh


def test_activations_of_a_few_numbers():
    """sigmoid(ln 4) = 0.8, tanh(ln 2) = 0.6, relu(3) = 3 and so on, in float32 and float64; x is not modified."""
    for dtype in (torch.float32, torch.float64):
        logs = torch.tensor([[1.0, 4.0, 0.25], [9.0, 1.0, 1.0]], dtype=dtype).log()
        sigmoids = torch.tensor([[0.5, 0.8, 0.2], [0.9, 0.5, 0.5]], dtype=dtype)
        for function, x, expected in (
            (mlp.sigmoid, logs, sigmoids),
            (mlp.tanh, logs / 2, 2 * sigmoids - 1),
            (mlp.relu, torch.tensor([[-2.0, 3.0, 0.0], [7.5, -0.5, 1.0]], dtype=dtype), None),
        ):
            name, before = function.__name__, x.clone()
            if expected is None:
                expected = torch.tensor([[0.0, 3.0, 0.0], [7.5, 0.0, 1.0]], dtype=dtype)
            same(function(x), expected, f"{name}({before.tolist()})")
            assert torch.equal(x, before), f"{name} modified x in place; create a new tensor"
            same(function(x[0, 1]), expected[0, 1], f"{name} of a single number, shape (),")


def test_activations_have_the_right_slopes():
    """The derivatives are s (1 - s), 0 or 1, and 1 - tanh^2, also at exactly 0 for sigmoid and tanh."""
    for dtype in (torch.float32, torch.float64):
        s = torch.tensor([0.5, 0.8, 0.2], dtype=dtype)
        for function, x, expected in (
            (mlp.sigmoid, torch.tensor([1.0, 4.0, 0.25], dtype=dtype).log(), s * (1 - s)),
            (mlp.tanh, torch.tensor([1.0, 2.0, 0.5], dtype=dtype).log(), torch.tensor([1.0, 0.64, 0.64], dtype=dtype)),
            (mlp.relu, torch.tensor([-2.0, 3.0, 0.5], dtype=dtype), torch.tensor([0.0, 1.0, 1.0], dtype=dtype)),
        ):
            name, before = function.__name__, x.clone()
            x.requires_grad_()
            function(x).sum().backward()
            advice = f"If only the one at 0 is wrong: |x| and sign(x) are not differentiable there. Otherwise: {CUT}"
            same(gradient(x, "x"), expected, f"the derivative of {name} at {before.tolist()}", advice)
            assert torch.equal(x, before), f"{name} modified x in place; create a new tensor"


def test_activations_of_large_numbers():
    """From -10,000 to 10,000, values and derivatives are finite and right; at 0, that of relu is finite."""
    for dtype in (torch.float32, torch.float64):
        for function, low, high in ((mlp.sigmoid, 0.0, 1.0), (mlp.relu, 0.0, None), (mlp.tanh, -1.0, 1.0)):
            name = function.__name__
            x = torch.tensor([-10_000.0, -500.0, 0.0, 500.0, 10_000.0], dtype=dtype, requires_grad=True)
            y = function(x)
            middle = 0.5 if function is mlp.sigmoid else 0.0
            tops = [500.0, 10_000.0] if high is None else [high, high]
            expected = torch.tensor([low, low, middle, *tops], dtype=dtype)
            same(y, expected, f"{name}({x.tolist()})", "e^10000 is inf: do not exponentiate large numbers")
            y.sum().backward()
            slopes = gradient(x, "x")
            assert slopes.isfinite().all(), (
                f"the derivatives of {name} at {x.tolist()} are {slopes.tolist()}, not finite"
            )
            ends, slope = slopes[[0, 1, 3, 4]], 1.0 if high is None else 0.0
            expected = torch.tensor([0.0, 0.0, slope, slope], dtype=dtype)
            same(ends, expected, f"the derivative of {name} at -10,000, -500, 500 and 10,000")
    x = torch.tensor([-12.0, 12.0], dtype=torch.float64)
    expected = torch.tensor([6.14417460e-06, 1 - 6.14417460e-06], dtype=torch.float64)
    same(mlp.sigmoid(x), expected, "sigmoid of -12 and 12", "Clamp x only where the function is constant")


# ---- MLPRegression


def drawn(layer, name):
    """Fail unless a layer's values are in the range of nn.Linear's default initialization."""
    bound = layer.in_features**-0.5
    for kind, numbers in (("weight", layer.weight), ("bias", layer.bias)):
        largest = numbers.abs().max().item()
        few = numbers.numel() < 50
        assert largest <= bound + 1e-6 and (few or largest > 0.8 * bound), (  # noqa: PT018
            f"the {kind} of {name} goes up to {largest:.3f}; nn.Linear draws it between -{bound:.3f} and {bound:.3f}: "
            "keep PyTorch's default initialization"
        )


def fill(model, numbers):
    """Set the parameters of a model by name."""
    with torch.no_grad():
        for name, values in numbers.items():
            layer, _, kind = name.rpartition(".")
            parameter = getattr(getattr(model, layer), kind)
            parameter.copy_(torch.tensor(values, dtype=parameter.dtype))


def test_MLPRegression_has_two_layers():
    """The layers have the names and shapes of the docstring, and new random values in each model."""
    model, other = mlp.MLPRegression(4, 100), mlp.MLPRegression(4, 100)
    for name, expected in {"first_layer": (100, 4), "second_layer": (1, 100)}.items():
        layer = getattr(model, name)
        shapes = tuple(layer.weight.shape), tuple(layer.bias.shape)
        assert shapes == (expected, expected[:1]), (
            f"for 4 features and 100 hidden neurons, weight and bias of {name} should have the shapes {expected} and "
            f"{expected[:1]}; yours have {shapes[0]} and {shapes[1]}"
        )
    for name in ("first_layer", "second_layer"):
        drawn(getattr(model, name), name)
        for kind in ("weight", "bias"):
            one, two = (getattr(getattr(each, name), kind) for each in (model, other))
            assert not torch.equal(one, two), (
                f"two new models have the same {name}.{kind}; keep PyTorch's default initialization"
            )


SMALL = {
    "first_layer.weight": [[2.0, 0.0], [0.0, -1.0]],
    "first_layer.bias": [-2.0, 0.0],
    "second_layer.weight": [[4.0, -2.0]],
    "second_layer.bias": [-1.0],
}


def test_MLPRegression_of_a_small_network():
    """Three rows through a network with two hidden neurons, in both modes and dtypes; x is not modified."""
    advice = (
        "y_hat = f(f(x W1 + b1) W2 + b2): the sigmoid f comes after both layers, in training and in evaluation mode"
    )
    for dtype in (torch.float32, torch.float64):
        model = mlp.MLPRegression(2, 2).to(dtype)
        fill(model, SMALL)
        w1, b1, w2, b2 = (torch.tensor(numbers, dtype=dtype) for numbers in SMALL.values())
        x = torch.tensor([[1.0, 0.0], [0.0, 1.0], [3.0, -2.0]], dtype=dtype)
        before = x.clone()
        expected = torch.sigmoid(torch.sigmoid(x @ w1.T + b1) @ w2.T + b2)
        for mode in (True, False):
            model.train(mode)
            same(model(x), expected, f"y_hat of {before.tolist()}", advice)
            same(model(x[:1]), expected[:1], f"y_hat of {before[:1].tolist()} alone", advice)
            assert torch.equal(x, before), "forward modified x in place; create a new tensor"


def test_MLPRegression_lets_gradients_through():
    """Calling backward() on the predictions reaches x and every parameter, also where a pre-activation is exactly 0."""
    model = mlp.MLPRegression(2, 2)
    fill(model, SMALL)
    x = torch.tensor([[1.0, 0.0]], requires_grad=True)
    before = x.detach().clone()
    model(x).sum().backward()
    # All three pre-activations are 0, where the derivative of f is 1/4.
    for name, expected in {
        "second_layer.bias": [0.25],
        "second_layer.weight": [[0.125, 0.125]],
        "first_layer.bias": [0.25, -0.125],
        "first_layer.weight": [[0.25, 0.0], [-0.125, 0.0]],
    }.items():
        layer, _, kind = name.rpartition(".")
        found = gradient(getattr(getattr(model, layer), kind), name)
        same(found, torch.tensor(expected), f"the gradient of {name}", "The derivative of the sigmoid at 0 is 1/4")
    same(gradient(x, "x"), torch.tensor([[0.5, 0.125]]), "the gradient of x", CUT)
    assert torch.equal(x, before), "forward modified x in place; create a new tensor"


# ---- MLP


def test_MLP_has_its_layers():
    """Four sizes give three layers in an nn.ModuleList, with new random values in each model."""
    sizes = [4, 100, 3, 2]
    model, other = mlp.MLP(sizes), mlp.MLP(tuple(sizes))
    assert sizes == [4, 100, 3, 2], f"MLP modified the list of sizes to {sizes}; copy it: list(layer_sizes)"
    assert isinstance(model.layers, nn.ModuleList), (
        "layers should be an nn.ModuleList, so that its parameters are found"
    )
    shapes = {name: tuple(parameter.shape) for name, parameter in model.named_parameters()}
    expected = {
        "layers.0.weight": (100, 4),
        "layers.0.bias": (100,),
        "layers.1.weight": (3, 100),
        "layers.1.bias": (3,),
        "layers.2.weight": (2, 3),
        "layers.2.bias": (2,),
    }
    assert shapes == expected, f"sizes 4, 100, 3, 2 give layers from 4 to 100, 100 to 3 and 3 to 2; yours: {shapes}"
    for number, (layer, another) in enumerate(zip(model.layers, other.layers, strict=True)):
        drawn(layer, f"layers[{number}]")
        assert not torch.equal(layer.weight, another.weight), "two new models have the same weights; do not set a seed"
        assert not torch.equal(layer.bias, another.bias), (
            "two new models have the same biases; keep the default initialization"
        )
    same_sizes = mlp.MLP([2, 2, 2]).layers
    assert same_sizes[0] is not same_sizes[1], "sizes 2, 2, 2 give two layers; yours has one layer twice"


def chain(activation=None, sizes=(2, 2, 2, 1), dtype=torch.float64):
    """A network with small, distinct parameters in each layer."""
    model = mlp.MLP(sizes) if activation is None else mlp.MLP(sizes, activation)
    model.to(dtype)
    with torch.no_grad():
        for number, parameter in enumerate(model.parameters()):
            values = torch.arange(parameter.numel(), dtype=dtype).reshape(parameter.shape) - 1
            parameter.copy_((values + number) / 4)
    return model


def by_hand(model, x, f):
    """The expected output of the network."""
    *hidden, last = [(layer.weight, layer.bias) for layer in model.layers]
    for weight, bias in hidden:
        x = f(x @ weight.T + bias)
    return x @ last[0].T + last[1]


def test_MLP_of_several_depths():
    """The activation follows every layer except the last, for any depth and width, in both modes; x is not modified."""
    advice = "Apply the activation after every layer except the last, and nothing else"
    for sizes in ((2, 1), (2, 3, 2), (2, 2, 2, 1), (2, 4, 3, 2, 1)):
        for dtype in (torch.float32, torch.float64):
            model = chain(sizes=sizes, dtype=dtype)
            x = torch.tensor([[1.0, -2.0], [0.5, 0.0], [3.0, 1.0]], dtype=dtype)
            before = x.clone()
            for mode in (True, False):
                model.train(mode)
                for rows in (x, x[:1]):
                    expected = by_hand(model, rows, torch.sigmoid).detach()
                    found = model(rows)
                    same(
                        found.detach() if isinstance(found, torch.Tensor) else found,
                        expected,
                        f"y_hat for sizes {sizes}",
                        advice,
                    )
            assert torch.equal(x, before), "forward modified x in place; create a new tensor"


def test_MLP_uses_the_activation():
    """The activation may be any function or module, and is used in both modes."""
    x = torch.tensor([[1.0, -2.0], [0.5, 0.0]], dtype=torch.float64)
    for f, name in ((torch.tanh, "torch.tanh"), (nn.ELU(), "nn.ELU()"), (lambda z: z * z, "lambda z: z * z")):
        model = chain(f)
        for mode in (True, False):
            model.train(mode)
            expected = by_hand(model, x, f).detach()
            same(model(x).detach(), expected, f"y_hat with the activation {name}", "Use the argument activation")


def test_MLP_lets_gradients_through():
    """Calling backward() on the predictions reaches x and the weights and biases of all layers."""
    model = chain()
    x = torch.tensor([[1.0, -2.0], [0.5, 0.25]], dtype=torch.float64, requires_grad=True)
    leaves = [x, *model.parameters()]
    expected = torch.autograd.grad(by_hand(model, x, torch.sigmoid).sum(), leaves)
    model(x).sum().backward()
    names = ["x", *(name for name, _ in model.named_parameters())]
    for name, leaf, right in zip(names, leaves, expected, strict=True):
        same(gradient(leaf, name), right, f"the gradient of {name}", CUT)


# ---- parameter_table


def check_table(model, expected, advice=""):
    """Fail unless the table of a model has these values and types."""
    table = mlp.parameter_table(model)
    assert table == expected, f"the table should be {expected}; yours is {table}. {advice}"
    assert all(type(count) is int for _, _, count in table), "each number of elements should be a Python int"


def test_parameter_table_of_a_layer():
    """A layer from 3 to 2 has 6 weights and 2 biases; it is not modified."""
    layer = nn.Linear(3, 2)
    before = [parameter.detach().clone() for parameter in layer.parameters()]
    layer.bias.requires_grad_(False)
    check_table(layer, [("weight", (2, 3), 6), ("bias", (2,), 2)], "It is a list of tuples (name, shape, number)")
    now = list(layer.parameters())
    assert all(map(torch.equal, before, now)), "parameter_table changed the parameters of the model"
    changed = "parameter_table changed requires_grad of a parameter, or the model's train/eval mode"
    assert [parameter.requires_grad for parameter in now] == [True, False], changed
    assert layer.training, changed
    check_table(layer.eval(), [("weight", (2, 3), 6), ("bias", (2,), 2)])
    assert not layer.training, changed


def test_parameter_table_of_MLPRegression():
    """MLPRegression(4, 2) has 4 parameters with 13 elements."""
    table = mlp.parameter_table(mlp.MLPRegression(4, 2))
    assert len(table) == 4, f"two layers with weights and biases give 4 rows; yours has {len(table)}"
    total = sum(count for _, _, count in table)
    assert total == 13, f"4 * 2 + 2 + 2 * 1 + 1 = 13; your third column adds up to {total}"


def test_parameter_table_of_other_models():
    """Nested modules, buffers, shared parameters, parameters of shape (), and no parameters."""
    deep = nn.Sequential(nn.Sequential(nn.Conv1d(2, 3, 5), nn.BatchNorm1d(3)), nn.Linear(3, 4, bias=False))
    rows = [("0.0.weight", (3, 2, 5), 30), ("0.0.bias", (3,), 3), ("0.1.weight", (3,), 3), ("0.1.bias", (3,), 3)]
    check_table(deep, [*rows, ("1.weight", (4, 3), 12)], "Are buffers left out and nested modules included?")
    one, two = nn.Linear(2, 2), nn.Linear(2, 2)
    two.weight = one.weight
    rows = [("0.weight", (2, 2), 4), ("0.bias", (2,), 2), ("1.bias", (2,), 2)]
    check_table(nn.Sequential(one, two), rows, "A shared parameter is listed once")
    model = nn.Sequential(nn.Linear(1, 1))
    model.scale = nn.Parameter(torch.tensor(2.0))
    rows = [("scale", (), 1), ("0.weight", (1, 1), 1), ("0.bias", (1,), 1)]
    check_table(model, rows, "The model's own parameters come first; one of shape () has 1 element")
    check_table(nn.ReLU(), [], "nn.ReLU has no parameters")

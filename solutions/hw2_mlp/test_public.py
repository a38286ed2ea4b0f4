"""Public checks of homework 2. They are a first look: the grading also tries other sizes and compares gradients."""

import mlp
import torch
from torch import nn


def slope(function, x):
    """The derivative of a function at x, by autograd."""
    x = torch.tensor([x], requires_grad=True)
    function(x).sum().backward()
    assert x.grad is not None, "no gradient reached x; detach(), .data, .item() and numpy all cut the graph"
    return x.grad.item()


def test_activations_of_a_few_numbers():
    """sigmoid(0) = 0.5, sigmoid(ln 4) = 0.8, relu(-2) = 0, relu(3) = 3, tanh(0) = 0, tanh(ln 2) = 0.6."""
    for function, x, expected in (
        (mlp.sigmoid, 0.0, 0.5),
        (mlp.sigmoid, 1.3862944, 0.8),
        (mlp.relu, -2.0, 0.0),
        (mlp.relu, 3.0, 3.0),
        (mlp.tanh, 0.0, 0.0),
        (mlp.tanh, 0.6931472, 0.6),
    ):
        y = function(torch.tensor([x])).item()
        assert abs(y - expected) < 1e-5, f"{function.__name__}({x:.4f}) should be {expected}; yours is {y:.4f}"


def test_activations_keep_the_shape():
    """The result has the shape of x."""
    x = torch.linspace(-3, 3, 6).reshape(2, 3)
    for function in (mlp.sigmoid, mlp.relu, mlp.tanh):
        shape = tuple(function(x).shape)
        assert shape == (2, 3), f"{function.__name__} of a (2, 3) tensor should be (2, 3); yours is {shape}"


def test_activations_have_the_right_slopes():
    """The slopes at 1 are s (1 - s), 1 and 1 - tanh(1)^2."""
    for function, expected in ((mlp.sigmoid, 0.1966119), (mlp.relu, 1.0), (mlp.tanh, 0.4199743)):
        found = slope(function, 1.0)
        assert abs(found - expected) < 1e-4, f"{function.__name__} has the slope {expected:.4f} at 1; yours {found:.4f}"


def test_activations_of_large_numbers():
    """For 10,000 and -10,000 values and slopes are finite."""
    for function, low, high in ((mlp.sigmoid, 0.0, 1.0), (mlp.relu, 0.0, 10_000.0), (mlp.tanh, -1.0, 1.0)):
        for x, expected in ((-10_000.0, low), (10_000.0, high)):
            y = function(torch.tensor([x])).item()
            assert abs(y - expected) < 1e-5, f"{function.__name__}({x:.0f}) should be {expected}; yours is {y}"
            found = slope(function, x)
            assert abs(found) < 1.1, f"the slope of {function.__name__} at {x:.0f} should be 0 or 1; yours is {found}"


def test_MLPRegression_has_two_layers():
    """The layers have the names and shapes of the docstring."""
    model = mlp.MLPRegression(4, 3)
    shapes = {name: tuple(parameter.shape) for name, parameter in model.named_parameters()}
    expected = {
        "first_layer.weight": (3, 4),
        "first_layer.bias": (3,),
        "second_layer.weight": (1, 3),
        "second_layer.bias": (1,),
    }
    assert shapes == expected, f"4 features, 3 hidden neurons: expected {expected}, but found {shapes}"


def test_MLPRegression_gives_one_number_a_row():
    """Five rows go in and five numbers between 0 and 1 come out."""
    y_hat = mlp.MLPRegression(4, 3)(torch.linspace(-2, 2, 20).reshape(5, 4))
    assert tuple(y_hat.shape) == (5, 1), f"5 rows go in, so shape (5, 1) should come out; yours is {tuple(y_hat.shape)}"
    assert ((y_hat > 0) & (y_hat < 1)).all(), (
        "after a sigmoid every number is between 0 and 1; is the second one there?"
    )


def test_MLPRegression_with_all_parameters_zero():
    """With weights and biases of 0 every z is 0, so y_hat is f(0) = 0.5; a second bias of ln 4 makes it 0.8."""
    model = mlp.MLPRegression(2, 3)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    y_hat = model(torch.ones(1, 2)).item()
    assert abs(y_hat - 0.5) < 1e-5, f"with all parameters 0, y_hat should be f(0) = 0.5; yours is {y_hat:.4f}"
    with torch.no_grad():
        model.second_layer.bias.fill_(torch.tensor(4.0).log())
    y_hat = model(torch.ones(1, 2)).item()
    assert abs(y_hat - 0.8) < 1e-5, f"f(ln 4) = 1 / (1 + 1/4) = 0.8, but yours is {y_hat:.4f}; what is f there?"


def test_MLPRegression_lets_gradients_through():
    """Calling backward() on the predictions reaches x and every parameter."""
    model = mlp.MLPRegression(2, 3)
    x = torch.tensor([[0.5, -1.0]], requires_grad=True)
    model(x).sum().backward()
    assert x.grad is not None, "no gradient reached x; detach(), .data, .item() and numpy all cut the graph"
    missed = [name for name, parameter in model.named_parameters() if parameter.grad is None]
    assert not missed, f"no gradient reached {missed}; does forward use both layers, and is the graph never cut?"


def test_MLP_has_its_layers():
    """Three sizes make two layers, in an nn.ModuleList."""
    model = mlp.MLP([4, 3, 2])
    assert isinstance(model.layers, nn.ModuleList), "layers should be an nn.ModuleList, so that PyTorch sees in it"
    shapes = [tuple(layer.weight.shape) for layer in model.layers]
    assert shapes == [(3, 4), (2, 3)], f"sizes 4, 3, 2 make nn.Linear(4, 3) and nn.Linear(3, 2); yours: {shapes}"


def test_MLP_has_no_activation_at_the_end():
    """With weights of 0, what comes out is the bias of the last layer, whatever the activation is."""
    model = mlp.MLP([2, 3, 1])
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.layers[-1].bias.fill_(7.0)
    y_hat = model(torch.ones(5, 2))
    assert tuple(y_hat.shape) == (5, 1), f"5 rows and 1 output give the shape (5, 1); yours is {tuple(y_hat.shape)}"
    assert torch.allclose(y_hat, torch.full((5, 1), 7.0)), f"7 should come out; yours is {y_hat[0].item():.4f}"


def test_MLP_uses_the_activation():
    """With the sigmoid, then with tanh, one hidden neuron that gets 0 says 0.5, then 0."""
    for activation, expected in ((torch.sigmoid, 0.5), (torch.tanh, 0.0)):
        model = mlp.MLP([1, 1, 1], activation)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.zero_()
            model.layers[1].weight.fill_(1.0)
        y_hat = model(torch.ones(1, 1)).item()
        assert abs(y_hat - expected) < 1e-6, f"with {activation.__name__} it should be {expected}; yours is {y_hat:.4f}"


def test_parameter_table_of_a_layer():
    """A layer from 3 to 2 has 6 weights and 2 biases."""
    table = mlp.parameter_table(nn.Linear(3, 2))
    expected = [("weight", (2, 3), 6), ("bias", (2,), 2)]
    assert table == expected, f"for nn.Linear(3, 2) the table should be {expected}; yours is {table}"


def test_parameter_table_of_MLPRegression():
    """MLPRegression(4, 2) has 4 parameters with 13 elements."""
    table = mlp.parameter_table(mlp.MLPRegression(4, 2))
    assert len(table) == 4, f"two layers with weights and biases make 4 rows; yours has {len(table)}"
    total = sum(count for _, _, count in table)
    assert total == 13, f"4 * 2 + 2 + 2 * 1 + 1 = 13; your third column adds up to {total}"

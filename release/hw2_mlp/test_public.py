"""Public checks of homework 2. They are a first look: the grading also tries other sizes and compares gradients."""

import mlp
import torch


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

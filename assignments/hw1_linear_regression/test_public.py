"""Public checks of homework 1. They are a first look: the grading also tries other sizes and compares gradients."""

import linear_regression
import torch
from torch import nn


def test_LinearRegression_has_a_parameter_w():
    """The parameter self.w is there and has the right shape."""
    model = linear_regression.LinearRegression(3)
    names = [name for name, _ in model.named_parameters()]
    assert names == ["w"], f"the model's parameters should be just ['w'], yours are {names}; is self.w an nn.Parameter?"
    shape = tuple(model.w.shape)
    assert shape == (4, 1), f"for 3 features, w has 3 weights and 1 bias, so shape (4, 1); yours is {shape}"


def test_LinearRegression_draws_new_numbers_for_each_model():
    """Two models do not start from the same numbers."""
    first, second = linear_regression.LinearRegression(3), linear_regression.LinearRegression(3)
    assert not torch.equal(first.w, second.w), "two new models start from the same w; draw it anew with torch.randn"


def test_LinearRegression_predicts_a_straight_line():
    """With slope 2 and bias 10, the inputs 1, 2, 3 give 12, 14, 16."""
    model = linear_regression.LinearRegression(1)
    model.w = nn.Parameter(torch.tensor([[2.0], [10.0]]))
    y_hat = model(torch.tensor([[1.0], [2.0], [3.0]]))
    assert tuple(y_hat.shape) == (3, 1), f"3 rows go in, so shape (3, 1) should come out; yours is {tuple(y_hat.shape)}"
    expected = torch.tensor([[12.0], [14.0], [16.0]])
    assert torch.allclose(y_hat, expected), (
        f"for w = [[2], [10]], y_hat should be 2 x + 10, so 12, 14, 16; yours is {y_hat.flatten().tolist()}. "
        "Is the column of ones the last one?"
    )


def test_LinearRegression_lets_gradients_through():
    """Calling backward() on the predictions reaches w and x."""
    model = linear_regression.LinearRegression(2)
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    model(x).sum().backward()
    assert model.w.grad is not None, "no gradient reached w; detach(), .data, .item() and numpy all cut the graph"
    assert x.grad is not None, "no gradient reached x; detach(), .data, .item() and numpy all cut the graph"


def trained(epochs):
    """A model that starts from w = 0, b = 0, and its losses on x = -1, 1 with y = 1, 5: the best are w = 2, b = 3."""
    linear = linear_regression.LinearModel(1, 1, learning_rate=0.25, epochs=epochs)
    nn.init.zeros_(linear.model.weight)
    nn.init.zeros_(linear.model.bias)
    return linear, linear.train(torch.tensor([[-1.0], [1.0]]), torch.tensor([[1.0], [5.0]]))


def test_LinearModel_has_its_parts():
    """The model, the optimizer and the loss function are there."""
    linear = linear_regression.LinearModel(3, 2)
    assert isinstance(linear.model, nn.Linear), "the attribute model should be an nn.Linear"
    assert tuple(linear.model.weight.shape) == (2, 3), "for 3 features and 2 targets, model is nn.Linear(3, 2)"
    assert isinstance(linear.optimizer, torch.optim.SGD), "the attribute optimizer should be a torch.optim.SGD"
    assert isinstance(linear.loss_function, nn.MSELoss), "the attribute loss_function should be an nn.MSELoss"


def test_LinearModel_halves_the_error_in_each_epoch():
    """On a small example the losses are 13, 3.25, 0.8125."""
    _, losses = trained(epochs=3)
    assert isinstance(losses, list), f"train should return a list, not a {type(losses).__name__}"
    assert all(isinstance(loss, float) for loss in losses), "each loss should be a Python float: use loss.item()"
    # The loss is (w - 2)^2 + (b - 3)^2; a step at the rate 0.25 halves both errors.
    assert [round(loss, 3) for loss in losses] == [13.0, 3.25, 0.812], (
        f"the losses should be 13, 3.25, 0.8125; yours are {losses}. If the first is 3.25, you measure after the "
        "update; if the third is off, look at zero_grad"
    )


def test_LinearModel_predicts_without_a_graph():
    """Predictions have a row for each row of x, and no graph."""
    linear, _ = trained(epochs=1)
    y_hat = linear.predict(torch.tensor([[0.0], [1.0], [2.0]]))
    assert tuple(y_hat.shape) == (3, 1), f"3 rows and 1 target give the shape (3, 1); yours is {tuple(y_hat.shape)}"
    assert not y_hat.requires_grad, "predict should compute under torch.no_grad(), or detach its result"


def test_normal_equation_of_points_on_a_line():
    """The points (0, 1), (1, 3), (2, 5) lie on the line with slope 2 and bias 1."""
    w = linear_regression.normal_equation(torch.tensor([[0.0], [1.0], [2.0]]), torch.tensor([[1.0], [3.0], [5.0]]))
    assert tuple(w.shape) == (2, 1), f"one weight and one bias for one target: shape (2, 1); yours is {tuple(w.shape)}"
    assert torch.allclose(w, torch.tensor([[2.0], [1.0]]), atol=1e-4), (
        f"the slope is 2 and the bias, in the last row, is 1; yours is {w.flatten().tolist()}"
    )


def test_normal_equation_of_a_feature_that_stands_twice():
    """Where a feature stands twice, both get half of its weight."""
    x = torch.tensor([[-1.0, -1.0], [0.0, 0.0], [1.0, 1.0]], dtype=torch.float64)
    w = linear_regression.normal_equation(x, torch.tensor([[-4.0], [0.0], [4.0]], dtype=torch.float64))
    assert torch.allclose(w, torch.tensor([[2.0], [2.0], [0.0]], dtype=torch.float64), atol=1e-6), (
        f"of all weights that fit, 2, 2 and 0 have the smallest sum of squares; yours are {w.flatten().tolist()}"
    )


def test_normal_equation_lets_gradients_through():
    """Calling backward() on the weights reaches x and y."""
    x = torch.tensor([[0.0], [1.0], [3.0]], requires_grad=True)
    y = torch.tensor([[1.0], [3.0], [5.0]], requires_grad=True)
    linear_regression.normal_equation(x, y).sum().backward()
    assert x.grad is not None, "no gradient reached x; detach(), .data, .item() and numpy all cut the graph"
    assert y.grad is not None, "no gradient reached y; detach(), .data, .item() and numpy all cut the graph"

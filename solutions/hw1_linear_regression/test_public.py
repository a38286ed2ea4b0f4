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

"""Public checks of homework 8. They are a first look: the grading tries other sizes and masks, too."""

import math

import attention
import torch


def close(found, expected):
    """Whether two tensors of one shape agree to five places."""
    expected = torch.tensor(expected)
    return found.shape == expected.shape and torch.allclose(found, expected, atol=1e-5)


def test_attention_of_two_places():
    """With scores (ln 3, 0) and (0, 0) the weights are (3/4, 1/4) and (1/2, 1/2)."""
    q = torch.tensor([[2 * math.log(3), 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
    k = torch.tensor([[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
    v = torch.tensor([[8.0, 0.0, 0.0, 0.0], [0.0, 8.0, 0.0, 0.0]])
    found = attention.attention(q, k, v)
    expected = [[6.0, 2.0, 0.0, 0.0], [4.0, 4.0, 0.0, 0.0]]
    assert close(found, expected), f"q k^T is 2 ln 3 in the first corner, divided by sqrt(4); yours is {found}"


def test_attention_with_a_mask():
    """A place that may look at one place only gets the value of that place."""
    torch.manual_seed(0)
    q, k, v = torch.randn(3, 2, 2, 4)
    found = attention.attention(q, k, v, torch.tensor([[True, False], [False, True]]))
    assert torch.allclose(found, v, atol=1e-6), "with only itself allowed, each place keeps its own value"


def test_attention_with_nothing_allowed():
    """A row with nothing allowed gives zeros, and no NaN on the way back."""
    q = torch.ones(2, 3, requires_grad=True)
    found = attention.attention(q, torch.ones(2, 3), torch.ones(2, 3), torch.tensor([[True, True], [False, False]]))
    assert close(found.detach(), [[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]), f"the second row must be zeros; yours is {found}"
    found.sum().backward()
    assert q.grad.isfinite().all(), "the gradient of q has NaN in it: the softmax of nothing but -inf is 0 / 0"


def test_causal_mask_of_two_places():
    """The first of two places sees itself, the second both."""
    found = attention.causal_mask(2)
    assert found.dtype == torch.bool, f"the mask must be boolean; yours is {found.dtype}"
    assert found.tolist() == [[True, False], [True, True]], f"True where column <= row; yours is {found.tolist()}"


def test_SelfAttention_layers_and_shape():
    """The layer qkv has 3 E outputs, out has E, and the result has the shape of x."""
    module = attention.SelfAttention(6, 2)
    assert tuple(module.qkv.weight.shape) == (18, 6), f"qkv is nn.Linear(6, 18); yours is {module.qkv}"
    assert tuple(module.out.weight.shape) == (6, 6), f"out is nn.Linear(6, 6); yours is {module.out}"
    found = module(torch.zeros(2, 4, 6))
    assert tuple(found.shape) == (2, 4, 6), f"the result has the shape of x, (2, 4, 6); yours is {tuple(found.shape)}"


def test_SelfAttention_checks_the_heads():
    """6 features do not divide into 4 heads."""
    message = ""
    try:
        attention.SelfAttention(6, 4)
    except ValueError as error:
        message = str(error)
    assert message, "SelfAttention(6, 4) must raise a ValueError with a message"
    assert "6" in message, f"the message names both numbers; yours is {message}"
    assert "4" in message, f"the message names both numbers; yours is {message}"


def test_SelfAttention_under_a_causal_mask():
    """What stands at the last place has no effect on the others if they may not see it."""
    torch.manual_seed(0)
    module = attention.SelfAttention(4, 2)
    x = torch.randn(1, 3, 4)
    other = x.clone()
    other[0, 2] += 1
    mask = torch.tensor([[True, False, False], [True, True, False], [True, True, True]])
    first, second = module(x, mask), module(other, mask)
    assert torch.allclose(first[:, :2], second[:, :2], atol=1e-6), "a place that may not be seen has an effect"


def test_positional_encoding_of_two_places():
    """The row of place 0 is 0, 1, 0, 1; that of place 1 begins with sin 1 and cos 1."""
    found = attention.positional_encoding(2, 4)
    assert tuple(found.shape) == (2, 4), f"2 places of 4 features make the shape (2, 4); yours is {tuple(found.shape)}"
    assert close(found[0], [0.0, 1.0, 0.0, 1.0]), f"sin 0 is 0 and cos 0 is 1, in turns; yours is {found[0]}"
    assert close(found[1, :2], [math.sin(1), math.cos(1)]), f"for i = 0 the angle is t itself; yours is {found[1]}"

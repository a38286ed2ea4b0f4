"""Public checks of homework 4. They are a first look: the grading tries other sizes and expressions, too."""

import backprop
import torch


def close(found, expected):
    """Whether two tensors of one shape agree to five places."""
    expected = torch.tensor(expected)
    return found.shape == expected.shape and torch.allclose(found, expected, atol=1e-5)


def test_sigmoid_vjp_of_two_numbers():
    """At 0 the slope is 1/4; at ln 3, where the sigmoid is 3/4, it is 3/16."""
    found = backprop.sigmoid_vjp(torch.tensor([0.0, 1.0986123]), torch.tensor([8.0, 16.0]))
    assert close(found, [2.0, 3.0]), f"for v = (8, 16), v^T J is (8 / 4, 16 * 3 / 16) = (2, 3); yours is {found}"


def test_linear_vjp_of_one_row():
    """For x = (1, 2), w = (3, 4) and v = 10, the gradients are (30, 40), (10, 20) and 10."""
    x, w, b, v = torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 4.0]]), torch.tensor([5.0]), torch.tensor([[10.0]])
    dx, dw, db = backprop.linear_vjp(x, w, b, v)
    assert close(dx, [[30.0, 40.0]]), f"dx is v w, so (30, 40), shape (1, 2); yours is {dx}"
    assert close(dw, [[10.0, 20.0]]), f"dw is v^T x, so (10, 20), shape (1, 2); yours is {dw}"
    assert close(db, [10.0]), f"db is the sum of the rows of v, so 10, shape (1,); yours is {db}"


def test_linear_vjp_has_the_shapes_of_the_inputs():
    """Each gradient has the shape of what it belongs to."""
    inputs = [torch.ones(5, 3), torch.ones(2, 3), torch.ones(2)]
    gradients = backprop.linear_vjp(*inputs, torch.ones(5, 2))
    for name, tensor, gradient in zip(("x", "w", "b"), inputs, gradients, strict=True):
        assert gradient.shape == tensor.shape, f"d{name} must have the shape of {name}; yours: {tuple(gradient.shape)}"


def test_jacobian_of_a_product():
    """f(x, y) = (x y, x + y, x) has the Jacobian (y, x), (1, 1), (1, 0)."""
    point = torch.tensor([2.0, 5.0], dtype=torch.float64)
    found = backprop.jacobian(lambda t: torch.stack([t[0] * t[1], t[0] + t[1], t[0]]), point)
    assert tuple(found.shape) == (3, 2), f"3 outputs and 2 inputs make the shape (3, 2); yours is {tuple(found.shape)}"
    expected = torch.tensor([[5.0, 2.0], [1.0, 1.0], [1.0, 0.0]], dtype=torch.float64)
    assert torch.allclose(found, expected, atol=1e-6), f"expected {expected}; yours is {found}"
    assert point.tolist() == [2.0, 5.0], "x must be left as it was: move a copy"


def small_network():
    """Weights and biases of a network from 2 inputs over 1 hidden neuron to 1 output."""
    return [torch.tensor([[1.0, -1.0]]), torch.tensor([[4.0]])], [torch.tensor([0.0]), torch.tensor([1.0])]


def test_forward_pass_of_a_small_network():
    """With z(1) = 0, the hidden neuron says 0.5, and y_hat = 4 * 0.5 + 1 = 3."""
    x = torch.tensor([[2.0, 2.0]])
    zs, activations = backprop.forward_pass(*small_network(), x)
    assert len(zs) == 2, f"two layers have two z; yours has {len(zs)}"
    assert len(activations) == 3, f"activations has x, one hidden layer and the output: 3; yours has {len(activations)}"
    assert close(activations[0], [[2.0, 2.0]]), "activations[0] is x"
    assert close(activations[1], [[0.5]]), f"sigmoid(0) = 0.5; yours is {activations[1]}"
    assert close(activations[2], [[3.0]]), f"the last layer has no sigmoid, so 3; yours is {activations[2]}"


def test_backward_pass_of_a_small_network():
    """With y_hat = 3 and y = 1, delta is 4: the gradients follow by hand."""
    dws, dbs = backprop.backward_pass(*small_network(), torch.tensor([[2.0, 2.0]]), torch.tensor([[1.0]]))
    assert len(dws) == len(dbs) == 2, "each list has one gradient for each of the two layers"
    assert close(dbs[1], [4.0]), f"2 (y_hat - y) = 4; yours is {dbs[1]}"
    assert close(dws[1], [[2.0]]), f"4 times the hidden 0.5 is 2; yours is {dws[1]}"
    assert close(dbs[0], [4.0]), f"4 * 4 * the slope 1/4 is 4; yours is {dbs[0]}"
    assert close(dws[0], [[8.0, 8.0]]), f"4 * (2, 2) is (8, 8); yours is {dws[0]}"


def test_Value_of_a_small_expression():
    """For result = a b + a at a = 2, b = -3: data -4, gradients b + 1 = -2 and a = 2."""
    a, b = backprop.Value(2.0), backprop.Value(-3.0)
    result = a * b + a
    result.backward()
    assert abs(result.data + 4) < 1e-9, f"2 * (-3) + 2 = -4; yours is {result.data}"
    assert abs(b.grad - 2) < 1e-9, f"the derivative by b is a = 2; yours is {b.grad}"
    assert abs(a.grad + 2) < 1e-9, f"a is used twice: b + 1 = -2; yours is {a.grad}. Do the paths add up?"


def test_Value_functions():
    """exp, log, tanh, relu and sigmoid have the right slopes at 1."""
    slopes = {"exp": 2.7182818, "log": 1.0, "tanh": 0.4199743, "relu": 1.0, "sigmoid": 0.1966119}
    for name, expected in slopes.items():
        a = backprop.Value(1.0)
        getattr(a, name)().backward()
        assert abs(a.grad - expected) < 1e-6, f"{name} has the slope {expected} at 1; yours is {a.grad}"


def test_Value_backward_twice():
    """Calling backward() twice gives the same as once."""
    a = backprop.Value(3.0)
    result = a * a
    result.backward()
    result.backward()
    assert abs(a.grad - 6) < 1e-9, f"the derivative of a^2 at 3 is 6; after two calls yours is {a.grad}"


def test_sgd_update_of_two_numbers():
    """(1, 2) - 0.5 * (4, -2) = (-1, 3)."""
    w = torch.tensor([1.0, 2.0])
    found = backprop.sgd_update(w, torch.tensor([4.0, -2.0]), 0.5)
    assert close(found, [-1.0, 3.0]), f"expected (-1, 3); yours is {found}"
    assert w.tolist() == [1.0, 2.0], "w itself must stay as it was: return a new tensor"

"""Hidden tests of sigmoid, relu and tanh."""

import pytest
import torch

from gradkit.suite import Rng, Runner, assert_finite, assert_matches, check, expected, function_call, message

pytestmark = pytest.mark.question("activations")

NAMES = ("sigmoid", "relu", "tanh")
SHAPES = [(), (5,), (4, 3), (1, 1), (7, 1), (2, 3, 4)]
HINT = message("the function is applied element-wise: the result has the shape of x")


def off_the_kink(rng: Rng, *shape: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    """Numbers of both signs, none near 0, where relu is not differentiable."""
    x = rng.normal(*shape, dtype=dtype)
    return x + torch.where(x < 0, -0.1, 0.1).to(dtype)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("shape", SHAPES)
def test_sigmoid_matches_reference(student: Runner, reference: Runner, rng: Rng, shape: tuple[int, ...]) -> None:
    """sigmoid: values and gradients are right for several shapes."""
    call = function_call("sigmoid", {"x": 3 * off_the_kink(rng, *shape)}, cotangent=rng.normal(*shape))
    assert_matches(student.run(call), reference.run(call), hint=HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("shape", SHAPES)
def test_relu_matches_reference(student: Runner, reference: Runner, rng: Rng, shape: tuple[int, ...]) -> None:
    """relu: values and gradients are right for several shapes."""
    call = function_call("relu", {"x": 9 * off_the_kink(rng, *shape)}, cotangent=rng.normal(*shape))
    assert_matches(student.run(call), reference.run(call), hint=HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("shape", SHAPES)
def test_tanh_matches_reference(student: Runner, reference: Runner, rng: Rng, shape: tuple[int, ...]) -> None:
    """tanh: values and gradients are right for several shapes."""
    call = function_call("tanh", {"x": 3 * off_the_kink(rng, *shape)}, cotangent=rng.normal(*shape))
    assert_matches(student.run(call), reference.run(call), hint=HINT)


@pytest.mark.points(1)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=["float64", "float32"])
@pytest.mark.parametrize("name", NAMES)
def test_large_arguments(student: Runner, reference: Runner, rng: Rng, name: str, dtype: torch.dtype) -> None:
    """Values and gradients are finite and right from -10,000 to 10,000."""
    x = torch.tensor([-10_000, -800, -90, -40, -13, -6, 6, 13, 40, 90, 800, 10_000], dtype=dtype)
    call = function_call(name, {"x": x}, cotangent=rng.normal(12, dtype=dtype))
    hint = message(
        "e^10000 is inf, and inf / inf or 0 * inf is nan: rewrite the formula so that no large number is exponentiated"
    )
    found = student.run(call)
    assert_finite(found, hint=hint)
    assert_matches(found, reference.run(call), hint=hint, rtol=1e-6, atol=1e-6)  # float32 holds about seven digits


@pytest.mark.points(0.5)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=["float64", "float32"])
@pytest.mark.parametrize("name", NAMES)
def test_exactly_zero(student: Runner, reference: Runner, rng: Rng, name: str, dtype: torch.dtype) -> None:
    """At exactly 0, the values are right, the derivatives of sigmoid and tanh are right, and that of relu is finite."""
    x = torch.tensor([[0.0, -0.0, 0.7], [-1.3, 0.0, 0.0]], dtype=dtype)
    call = function_call(name, {"x": x}, cotangent=rng.uniform(2, 3, low=1, high=2, dtype=dtype))
    hint = message("|x|, sign(x) and a kink at 0 are not differentiable there; sigmoid and tanh are")
    found, right = student.run(call), reference.run(call)
    assert_finite(found, hint=hint)
    if name == "relu":
        right = expected(result=right.tensor())
    assert_matches(found, right, hint=hint, rtol=1e-6, atol=1e-6)  # float32 holds about seven digits


@pytest.mark.points(0.5)
@pytest.mark.parametrize("shape", [(), (3,), (2, 5)])
@pytest.mark.parametrize("name", NAMES)
def test_x_without_gradient(student: Runner, reference: Runner, rng: Rng, name: str, shape: tuple[int, ...]) -> None:
    """An x that requires no gradient gives the same values, and is left unchanged."""
    call = function_call(name, {"x": -rng.uniform(*shape, low=0.1, high=2.0)})
    assert_matches(student.run(call), reference.run(call), hint=HINT)


@pytest.mark.points(0.75)
def test_sigmoid_worked_by_hand(student: Runner) -> None:
    """sigmoid: an example worked by hand is right, with its gradient.

    1 / (1 + e^-t) for t = ln 3 is 1 / (1 + 1/3) = 3/4, for t = -ln 4 it is 1 / (1 + 4) = 1/5, and for ln 9 it is 9/10.
    The derivative s (1 - s) is 3/16, 4/25 and 9/100; times the upstream gradient (16, 25, 100) that is 3, 4 and 9.
    """
    x = torch.tensor([3.0, 0.25, 9.0], dtype=torch.float64).log()
    call = function_call("sigmoid", {"x": x}, cotangent=torch.tensor([16.0, 25.0, 100.0], dtype=torch.float64))
    right = expected(
        result=torch.tensor([0.75, 0.2, 0.9], dtype=torch.float64),
        gradients={"x": torch.tensor([3.0, 4.0, 9.0], dtype=torch.float64)},
    )
    assert_matches(student.run(call), right, hint=message("sigmoid(x) = 1 / (1 + e^-x), with the derivative s (1 - s)"))


@pytest.mark.points(0.5)
def test_relu_worked_by_hand(student: Runner) -> None:
    """relu: an example worked by hand is right, with its gradient.

    max(0, x) of (-2, 3, 0.5) is (0, 3, 0.5); the derivatives are 0, 1 and 1, so the upstream gradient (5, 7, -4)
    becomes (0, 7, -4).
    """
    x = torch.tensor([[-2.0, 3.0, 0.5]], dtype=torch.float64)
    call = function_call("relu", {"x": x}, cotangent=torch.tensor([[5.0, 7.0, -4.0]], dtype=torch.float64))
    right = expected(
        result=torch.tensor([[0.0, 3.0, 0.5]], dtype=torch.float64),
        gradients={"x": torch.tensor([[0.0, 7.0, -4.0]], dtype=torch.float64)},
    )
    assert_matches(
        student.run(call), right, hint=message("relu(x) = max(0, x), with the derivative 0 below zero and 1 above")
    )


@pytest.mark.points(0.75)
def test_tanh_worked_by_hand(student: Runner) -> None:
    """tanh: an example worked by hand is right, with its gradient.

    For t = ln 2: (2 - 1/2) / (2 + 1/2) = 3/5; for t = -ln 3: (1/3 - 3) / (1/3 + 3) = -4/5; for t = ln 3 / 2: (3 - 1) /
    (3 + 1) = 1/2. The derivative 1 - tanh^2 is 16/25, 9/25 and 3/4; times the upstream gradient (25, 50, 4) that is 16,
    18 and 3.
    """
    x = torch.tensor([2.0, 1 / 3, 3**0.5], dtype=torch.float64).log()
    call = function_call("tanh", {"x": x}, cotangent=torch.tensor([25.0, 50.0, 4.0], dtype=torch.float64))
    right = expected(
        result=torch.tensor([0.6, -0.8, 0.5], dtype=torch.float64),
        gradients={"x": torch.tensor([16.0, 18.0, 3.0], dtype=torch.float64)},
    )
    assert_matches(
        student.run(call), right, hint=message("tanh(x) is between -1 and 1, with the derivative 1 - tanh(x)^2")
    )


@pytest.mark.points(0.5)
@pytest.mark.parametrize("name", NAMES)
def test_float32_stays_float32(student: Runner, reference: Runner, rng: Rng, name: str) -> None:
    """An x in float32 gives values in float32."""
    x = off_the_kink(rng, 4, 3, dtype=torch.float32).clamp(-2, 2)
    call = function_call(name, {"x": x}, cotangent=rng.normal(4, 3, dtype=torch.float32))
    found = student.run(call)
    # float32 holds about seven digits
    assert_matches(found, reference.run(call), hint=message("the result has the dtype of x"), rtol=1e-5, atol=1e-6)
    if name != "relu":
        check(bool((found.tensor().abs() <= 1).all()), message("No value of {name} is larger than 1.", name=name))

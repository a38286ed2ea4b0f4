"""Hidden tests of mse_loss and mae_loss."""

import pytest
import torch

from gradkit.suite import Rng, Runner, assert_finite, assert_matches, assert_raises, figures, function_call

pytestmark = pytest.mark.question("regression_losses")

HINT = "y_hat and y have one shape; the loss is the mean over all their elements, shape ()"
SHAPES = [(6,), (1,), (5, 1), (1, 4), (4, 3), (2, 3, 5), ()]


@pytest.mark.points(0.5)
@pytest.mark.parametrize("shape", SHAPES)
def test_mse_matches_reference(student: Runner, reference: Runner, rng: Rng, shape: tuple[int, ...]) -> None:
    """mse_loss and its gradient are right for several shapes."""
    arguments = {"y_hat": rng.normal(*shape), "y": rng.normal(*shape)}
    call = function_call("mse_loss", arguments, grad=["y_hat"], cotangent=rng.normal())
    assert_matches(student.run(call), reference.run(call), hint=HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("shape", SHAPES)
def test_mae_matches_reference(student: Runner, reference: Runner, rng: Rng, shape: tuple[int, ...]) -> None:
    """mae_loss and its gradient are right for several shapes."""
    arguments = {"y_hat": rng.normal(*shape), "y": rng.normal(*shape)}
    call = function_call("mae_loss", arguments, grad=["y_hat"], cotangent=rng.normal())
    assert_matches(student.run(call), reference.run(call), hint=HINT)


@pytest.mark.points(0.5)
def test_mse_worked_by_hand(student: Runner) -> None:
    """mse_loss: a small example worked by hand comes out right, with its gradient.

    The differences are 2, -1, -3, 0, their squares 4, 1, 9, 0, and the mean of these 14/4 = 3.5. The slopes are twice
    the differences divided by N = 4; the upstream gradient -2 makes them minus the differences.
    """
    arguments = {
        "y_hat": torch.tensor([[3, 1], [-1, 5]], dtype=torch.float64),
        "y": torch.tensor([[1, 2], [2, 5]], dtype=torch.float64),
    }
    cotangent = torch.tensor(-2, dtype=torch.float64)
    call = function_call("mse_loss", arguments, grad=["y_hat"], cotangent=cotangent)
    expected = figures(
        result=torch.tensor(3.5, dtype=torch.float64),
        gradients={"y_hat": torch.tensor([[-2, 1], [3, 0]], dtype=torch.float64)},
    )
    assert_matches(student.run(call), expected, hint=HINT)


@pytest.mark.points(0.5)
def test_mae_worked_by_hand(student: Runner) -> None:
    """mae_loss: a small example worked by hand comes out right, with its gradient.

    The differences are 2, -1, -3, 4, and the mean of their sizes is 10/4 = 2.5. The slopes are the signs divided by
    N = 4; the upstream gradient -2 makes them -1/2, 1/2, 1/2, -1/2.
    """
    arguments = {
        "y_hat": torch.tensor([[3, 1], [-1, 5]], dtype=torch.float64),
        "y": torch.tensor([[1, 2], [2, 1]], dtype=torch.float64),
    }
    cotangent = torch.tensor(-2, dtype=torch.float64)
    call = function_call("mae_loss", arguments, grad=["y_hat"], cotangent=cotangent)
    expected = figures(
        result=torch.tensor(2.5, dtype=torch.float64),
        gradients={"y_hat": torch.tensor([[-1, 1], [1, -1]], dtype=torch.float64) / 2},
    )
    assert_matches(student.run(call), expected, hint=HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize(
    ("y_hat", "y", "expected"),
    [([7.0], [7.0], 0.0), ([1.0, 2.0, 3.0], [1.0, 8.0, 0.0], 3.0)],
    ids=["one", "three"],
)
def test_mae_of_a_hit(student: Runner, y_hat: list[float], y: list[float], expected: float) -> None:
    """mae_loss: a prediction that hits its target costs nothing, and the gradient stays finite.

    The sizes of the differences are 0, and 0, 6, 3 with the mean 9/3. The slope at the hit itself is free.
    """
    arguments = {"y_hat": torch.tensor(y_hat, dtype=torch.float64), "y": torch.tensor(y, dtype=torch.float64)}
    cotangent = torch.tensor(1.5, dtype=torch.float64)
    found = student.run(function_call("mae_loss", arguments, grad=["y_hat"], cotangent=cotangent))
    assert_matches(found, figures(result=torch.tensor(expected, dtype=torch.float64)), hint=HINT)
    assert_finite(found, hint="the slope of a square root is infinite at 0; is there a way to do without a root?")


@pytest.mark.points(0.5)
@pytest.mark.parametrize("target", ["mse_loss", "mae_loss"])
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((7, 1), (7,)),
        ((7,), (7, 1)),
        ((1, 7), (7,)),
        ((4, 3), (4, 1)),
        ((1, 6), (4, 6)),
        ((4, 3), (3,)),
        ((5,), (2,)),
        ((2, 6), (3, 4)),
        ((6, 2), (2, 6)),
        ((), (8,)),
    ],
)
def test_unequal_shapes(
    student: Runner, rng: Rng, target: str, first: tuple[int, ...], second: tuple[int, ...]
) -> None:
    """Unequal shapes are a ValueError that names both of them."""
    found = student.run(function_call(target, {"y_hat": rng.normal(*first), "y": rng.normal(*second)}))
    hint = "compare y_hat.shape with y.shape, and raise a ValueError with both in its message if they differ in any way"
    # How a shape is written is free: (7, 1), [7, 1], 7 x 1.
    assert_raises(found, ValueError, mentions=[str(size) for size in (*first, *second)], hint=hint)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("target", ["mse_loss", "mae_loss"])
@pytest.mark.parametrize("shape", [(1,), (5, 2)])
def test_float32_stays_float32(
    student: Runner, reference: Runner, rng: Rng, target: str, shape: tuple[int, ...]
) -> None:
    """Predictions and targets in float32 give a loss in float32."""
    arguments = {"y_hat": rng.normal(*shape, dtype=torch.float32), "y": rng.normal(*shape, dtype=torch.float32)}
    call = function_call(target, arguments, grad=["y_hat"], cotangent=rng.normal(dtype=torch.float32))
    assert_matches(student.run(call), reference.run(call), hint=HINT, rtol=1e-5, atol=1e-5)

"""Hidden tests of mse_loss and mae_loss."""

import pytest
import torch

from gradkit.suite import Rng, Runner, assert_finite, assert_matches, assert_raises, expected, function_call, message

pytestmark = pytest.mark.question("regression_losses")

HINT = message("y_hat and y have the same shape; the loss is the mean over all elements, shape ()")
SHAPES = [(6,), (1,), (5, 1), (1, 4), (4, 3), (2, 3, 5), ()]
UNEQUAL_HINT = message(
    "compare the shapes first, and raise a ValueError with both in its message if they differ in any way"
)
UNEQUAL = [
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
]


def sizes(*shapes: tuple[int, ...]) -> list[str]:
    """The numbers that a message naming these shapes must contain, in any format: (7, 1), [7, 1], 7 x 1."""
    return [str(size) for shape in shapes for size in shape]


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
    y = rng.normal(*shape)
    # Differences of either sign, from large to tiny; the first prediction has another sign than its target.
    sizes = 10.0 ** (1 - torch.arange(y.numel()) % 8).double()
    y_hat = y - y.sign() * sizes.reshape(shape)
    call = function_call("mae_loss", {"y_hat": y_hat, "y": y}, grad=["y_hat"], cotangent=rng.normal())
    assert_matches(student.run(call), reference.run(call), hint=HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize(
    ("target", "value", "slopes"),
    [("mse_loss", 7.5, [[-2, 1], [3, -4]]), ("mae_loss", 2.5, [[-0.5, 0.5], [0.5, -0.5]])],
    ids=["mse", "mae"],
)
@pytest.mark.parametrize("grad", [["y_hat"], []], ids=["grad", "no_grad"])
def test_figures_worked_by_hand(
    student: Runner, target: str, value: float, slopes: list[list[float]], grad: list[str]
) -> None:
    """A small example worked by hand is right for both losses, with and without gradients.

    The differences are 2, -1, -3, 4. Their squares 4, 1, 9, 16 have the mean 30/4 = 7.5, their absolute values the mean
    10/4 = 2.5. The derivatives are twice the differences, or their signs, divided by N = 4; with the upstream gradient
    -2, the gradients are minus the differences, or minus half the signs.
    """
    arguments = {
        "y_hat": torch.tensor([[3, 1], [-1, 5]], dtype=torch.float64),
        "y": torch.tensor([[1, 2], [2, 1]], dtype=torch.float64),
    }
    cotangent = torch.tensor(-2, dtype=torch.float64) if grad else None
    call = function_call(target, arguments, grad=grad, cotangent=cotangent)
    right = expected(
        result=torch.tensor(value, dtype=torch.float64),
        gradients={name: torch.tensor(slopes, dtype=torch.float64) for name in grad},
    )
    assert_matches(student.run(call), right, hint=HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize(
    ("y_hat", "y", "loss"),
    [([7.0], [7.0], 0.0), ([1.0, 2.0, 3.0], [1.0, 8.0, 0.0], 3.0)],
    ids=["one", "three"],
)
def test_mae_of_a_hit(student: Runner, y_hat: list[float], y: list[float], loss: float) -> None:
    """mae_loss: a prediction equal to its target costs nothing, and the gradient is finite.

    The absolute differences are 0, and 0, 6, 3 with the mean 9/3. The derivative at a difference of 0 is not compared.
    """
    arguments = {"y_hat": torch.tensor(y_hat, dtype=torch.float64), "y": torch.tensor(y, dtype=torch.float64)}
    cotangent = torch.tensor(1.5, dtype=torch.float64)
    found = student.run(function_call("mae_loss", arguments, grad=["y_hat"], cotangent=cotangent))
    assert_matches(found, expected(result=torch.tensor(loss, dtype=torch.float64)), hint=HINT)
    assert_finite(
        found,
        hint=message("the derivative of the square root is infinite at 0; compute the absolute value without a root"),
    )


@pytest.mark.points(0.5)
@pytest.mark.parametrize(("first", "second"), UNEQUAL)
def test_mse_of_unequal_shapes(student: Runner, rng: Rng, first: tuple[int, ...], second: tuple[int, ...]) -> None:
    """mse_loss: unequal shapes raise a ValueError that names both."""
    found = student.run(function_call("mse_loss", {"y_hat": rng.normal(*first), "y": rng.normal(*second)}))
    assert_raises(found, ValueError, mentions=sizes(first, second), hint=UNEQUAL_HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize(("first", "second"), UNEQUAL)
def test_mae_of_unequal_shapes(student: Runner, rng: Rng, first: tuple[int, ...], second: tuple[int, ...]) -> None:
    """mae_loss: unequal shapes raise a ValueError that names both."""
    found = student.run(function_call("mae_loss", {"y_hat": rng.normal(*first), "y": rng.normal(*second)}))
    assert_raises(found, ValueError, mentions=sizes(first, second), hint=UNEQUAL_HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("target", ["mse_loss", "mae_loss"])
@pytest.mark.parametrize(("shape", "grad"), [((5, 2), ["y_hat"]), ((4,), [])], ids=["grad", "no_grad"])
def test_float32_stays_float32(
    student: Runner, reference: Runner, rng: Rng, target: str, shape: tuple[int, ...], grad: list[str]
) -> None:
    """Predictions and targets in float32 give a loss in float32, with and without a gradient."""
    y = rng.normal(*shape, dtype=torch.float32)
    y_hat = y + torch.where(y < 0, 1, -1) * rng.uniform(*shape, low=0.5, high=2.0, dtype=torch.float32)
    arguments = {"y_hat": y_hat, "y": y}
    cotangent = rng.normal(dtype=torch.float32) if grad else None
    call = function_call(target, arguments, grad=grad, cotangent=cotangent)
    assert_matches(student.run(call), reference.run(call), hint=HINT, rtol=1e-5, atol=1e-5)

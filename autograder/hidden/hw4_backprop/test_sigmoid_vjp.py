"""Hidden tests of sigmoid_vjp."""

import pytest
import torch

from gradkit.suite import Rng, Runner, assert_matches, expected, function_call, message

pytestmark = pytest.mark.question("sigmoid_vjp")

HINT = message("z and v have one shape, and so has the result: v * s * (1 - s), with s = sigmoid(z)")


@pytest.mark.points(0.5)
@pytest.mark.parametrize("shape", [(5,), (4, 3), (1, 1), (2, 3, 4), ()])
def test_every_shape(student: Runner, reference: Runner, rng: Rng, shape: tuple[int, ...]) -> None:
    """The gradient is right for several shapes."""
    call = function_call("sigmoid_vjp", {"z": 2 * rng.normal(*shape), "v": rng.normal(*shape)})
    assert_matches(student.run(call), reference.run(call), hint=HINT)


@pytest.mark.points(0.5)
def test_figures_worked_by_hand(student: Runner) -> None:
    """A small example worked by hand comes out right.

    The sigmoid of ln 3 is 1 / (1 + 1/3) = 3/4, that of -ln 4 is 1/5, and that of 0 is 1/2. The derivatives s (1 - s)
    are 3/16, 4/25 and 1/4; times v = (16, 50, -8) that is 3, 8 and -2.
    """
    z = torch.tensor([3.0, 0.25, 1.0], dtype=torch.float64).log()
    call = function_call("sigmoid_vjp", {"z": z, "v": torch.tensor([16.0, 50.0, -8.0], dtype=torch.float64)})
    assert_matches(student.run(call), expected(result=torch.tensor([3.0, 8.0, -2.0], dtype=torch.float64)), hint=HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("shape", [(5,), (4, 3)])
def test_float32_stays_float32(student: Runner, reference: Runner, rng: Rng, shape: tuple[int, ...]) -> None:
    """Inputs in float32 give a gradient in float32."""
    arguments = {"z": rng.normal(*shape, dtype=torch.float32), "v": rng.normal(*shape, dtype=torch.float32)}
    call = function_call("sigmoid_vjp", arguments)
    # float32 holds about seven digits
    assert_matches(student.run(call), reference.run(call), hint=HINT, rtol=1e-5, atol=1e-6)

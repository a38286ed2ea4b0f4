"""Hidden tests of sgd_update."""

import pytest
import torch

from gradkit.suite import Rng, Runner, assert_matches, expected, function_call, message

pytestmark = pytest.mark.question("sgd_update")

HINT = message("a new tensor: w - lr * dL/dw, of the shape of w")


@pytest.mark.points(0.5)
@pytest.mark.parametrize(("shape", "lr"), [((4, 3), 0.1), ((5,), 2.0), ((1, 1), 0.01), ((), 0.5), ((2, 3, 4), 0.0)])
def test_every_shape(student: Runner, reference: Runner, rng: Rng, shape: tuple[int, ...], lr: float) -> None:
    """The update is right for several shapes and learning rates, and the parameter is not modified."""
    call = function_call("sgd_update", {"parameter": rng.normal(*shape), "gradient": rng.normal(*shape), "lr": lr})
    assert_matches(student.run(call), reference.run(call), hint=HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=["float64", "float32"])
def test_figures_worked_by_hand(student: Runner, dtype: torch.dtype) -> None:
    """A small example worked by hand comes out right, in float64 and in float32.

    (1, -2, 4) - 0.25 * (4, 8, -2) = (1 - 1, -2 - 2, 4 + 0.5) = (0, -4, 4.5).
    """
    arguments = {
        "parameter": torch.tensor([1, -2, 4], dtype=dtype),
        "gradient": torch.tensor([4, 8, -2], dtype=dtype),
        "lr": 0.25,
    }
    right = expected(result=torch.tensor([0, -4, 4.5], dtype=dtype))
    assert_matches(student.run(function_call("sgd_update", arguments)), right, hint=HINT)

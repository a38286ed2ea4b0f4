"""Hidden tests of rnn_cell."""

import math

import pytest
import torch
from torch import Tensor

from gradkit.suite import Rng, Runner, assert_matches, expected, function_call, message

pytestmark = pytest.mark.question("rnn_cell")

HINT = message("tanh(x w_ih^T + b_ih + h w_hh^T + b_hh), shape (N, H)")


def arguments(rng: Rng, n: int, d: int, h: int, dtype: torch.dtype = torch.float64) -> dict[str, Tensor]:
    """The arguments of a step, small enough that tanh does not saturate."""
    shapes = {"x": (n, d), "h": (n, h), "w_ih": (h, d), "w_hh": (h, h), "b_ih": (h,), "b_hh": (h,)}
    return {name: 0.5 * rng.normal(*shape, dtype=dtype) for name, shape in shapes.items()}


@pytest.mark.points(1)
@pytest.mark.parametrize(("n", "d", "h"), [(5, 3, 4), (1, 3, 4), (5, 1, 4), (5, 3, 1), (1, 1, 1), (4, 4, 4), (3, 7, 5)])
def test_every_size(student: Runner, reference: Runner, rng: Rng, n: int, d: int, h: int) -> None:
    """The new state and all gradients are right for several sizes."""
    call = function_call("rnn_cell", arguments(rng, n, d, h), cotangent=rng.normal(n, h))
    assert_matches(student.run(call), reference.run(call), hint=HINT)


@pytest.mark.points(0.5)
def test_figures_worked_by_hand(student: Runner) -> None:
    """A small example computed by hand comes out right.

    One row, x = (1, 2), h = (3, 0), in units of ln 2: w_ih has the rows (1, 0) and (0, 1), w_hh (0, 0) and (1, 5), b_ih
    is (1, -3), b_hh (-1, -2). The sums are 1 + 1 + 0 - 1 = 1 and 2 - 3 + 3 - 2 = 0 times ln 2; tanh(ln 2) is
    (2 - 1/2) / (2 + 1/2) = 0.6, and tanh(0) = 0.
    """
    unit = math.log(2)
    tensors = {
        "x": [[1, 2]],
        "h": [[3, 0]],
        "w_ih": [[unit, 0], [0, unit]],
        "w_hh": [[0, 0], [unit, 5 * unit]],
        "b_ih": [unit, -3 * unit],
        "b_hh": [-unit, -2 * unit],
    }
    call = function_call("rnn_cell", {name: torch.tensor(t, dtype=torch.float64) for name, t in tensors.items()})
    assert_matches(student.run(call), expected(result=torch.tensor([[0.6, 0]], dtype=torch.float64)), hint=HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("n", [2, 5])
def test_float32_stays_float32(student: Runner, reference: Runner, rng: Rng, n: int) -> None:
    """Arguments in float32 give a state and gradients in float32."""
    cotangent = rng.normal(n, 4, dtype=torch.float32)
    call = function_call("rnn_cell", arguments(rng, n, 3, 4, torch.float32), cotangent=cotangent)
    # float32 has about seven digits
    assert_matches(student.run(call), reference.run(call), hint=HINT, rtol=1e-4, atol=1e-5)

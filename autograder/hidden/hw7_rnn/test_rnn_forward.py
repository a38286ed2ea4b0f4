"""Hidden tests of rnn_forward."""

import math

import pytest
import torch
from torch import Tensor

from gradkit.suite import Call, Rng, Runner, assert_matches, expected, function_call, message

pytestmark = pytest.mark.question("rnn_forward")

HINT = message("each step starts from the previous state; outputs (T, N, H) has all states, h_n (N, H) is the last one")


def through(rng: Rng, t: int, n: int, d: int, h: int, dtype: torch.dtype = torch.float64) -> Call:
    """Random sequences and weights, with gradients from both results."""
    shapes = {"xs": (t, n, d), "h0": (n, h), "w_ih": (h, d), "w_hh": (h, h), "b_ih": (h,), "b_hh": (h,)}
    arguments = {name: 0.5 * rng.normal(*shape, dtype=dtype) for name, shape in shapes.items()}
    cotangent = (rng.normal(t, n, h, dtype=dtype), rng.normal(n, h, dtype=dtype))
    return function_call("rnn_forward", arguments, cotangent=cotangent)


@pytest.mark.points(1.5)
@pytest.mark.parametrize(
    ("t", "n", "d", "h"),
    [(6, 5, 3, 4), (1, 5, 3, 4), (6, 1, 3, 4), (6, 5, 1, 4), (6, 5, 3, 1), (4, 4, 4, 4), (3, 2, 7, 5)],
)
def test_every_size(student: Runner, reference: Runner, rng: Rng, t: int, n: int, d: int, h: int) -> None:
    """All states, and the gradients through all steps and into h0, are right for several sizes."""
    call = through(rng, t, n, d, h)
    assert_matches(student.run(call), reference.run(call), hint=HINT)


def column(*numbers: float) -> Tensor:
    """A sequence of one row and one feature."""
    return torch.tensor(numbers, dtype=torch.float64).reshape(-1, 1, 1)


@pytest.mark.points(0.5)
def test_figures_worked_by_hand(student: Runner) -> None:
    """A small example computed by hand comes out right.

    One row, one feature, one state; w_ih = ln 2, w_hh = 5/3 ln 2, biases 2 and -2, h0 = 0. With xs = (1, 0, -1): first
    tanh(ln 2) = 0.6; then tanh(5/3 ln 2 * 0.6) = tanh(ln 2) = 0.6 again; then tanh(-ln 2 + ln 2) = 0.
    """
    unit = math.log(2)
    one = torch.ones(1, 1, dtype=torch.float64)
    arguments = {"xs": column(1, 0, -1), "h0": 0 * one, "w_ih": unit * one, "w_hh": 5 / 3 * unit * one}
    call = function_call("rnn_forward", {**arguments, "b_ih": 2 * one[0], "b_hh": -2 * one[0]})
    assert_matches(student.run(call), expected(result=(column(0.6, 0.6, 0), 0 * one)), hint=HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("t", [2, 5])
def test_float32_stays_float32(student: Runner, reference: Runner, rng: Rng, t: int) -> None:
    """Arguments in float32 give states and gradients in float32."""
    call = through(rng, t, 4, 3, 2, torch.float32)
    # float32 has about seven digits
    assert_matches(student.run(call), reference.run(call), hint=HINT, rtol=1e-4, atol=1e-5)

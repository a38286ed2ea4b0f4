"""Hidden tests of forward_pass."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
import torch

from gradkit.suite import Call, Rng, Runner, assert_matches, expected, function_call, message

pytestmark = pytest.mark.question("forward_pass")

HINT = message("zs has L tensors, activations L + 1: x, sigmoid(z) of every layer but the last, and the last z itself")
DIGITS = torch.float64


def forward_call(rng: Rng, n: int, sizes: Sequence[int], dtype: torch.dtype = DIGITS) -> Call:
    """Send n rows through a network of these sizes."""
    weights = [rng.normal(after, before, dtype=dtype) for before, after in pairwise(sizes)]
    biases = [rng.normal(after, dtype=dtype) for after in sizes[1:]]
    x = rng.normal(n, sizes[0], dtype=dtype)
    return function_call("forward_pass", {"weights": weights, "biases": biases, "x": x})


def tensors(*numbers: Sequence[Any]) -> list[torch.Tensor]:
    """A float64 tensor of each nested list."""
    return [torch.tensor(one, dtype=DIGITS) for one in numbers]


@pytest.mark.points(1)
@pytest.mark.parametrize(
    ("n", "sizes"),
    [(5, [3, 2]), (5, [3, 4, 2]), (1, [3, 4, 2]), (5, [2, 7, 4, 5, 3]), (4, [1, 1, 1]), (3, [3, 3, 3])],
    ids=str,
)
def test_every_size(student: Runner, reference: Runner, rng: Rng, n: int, sizes: list[int]) -> None:
    """All z and all activations are right for several depths and widths."""
    call = forward_call(rng, n, sizes)
    assert_matches(student.run(call), reference.run(call), hint=HINT)


@pytest.mark.points(1)
def test_figures_worked_by_hand(student: Runner) -> None:
    """A small example worked by hand comes out right.

    x = (1, 2); z(1) = (ln 3 * 1 + 0 * 2 + 0, 0 * 1 + ln 2 * 2 - ln 2) = (ln 3, ln 2); a(1) = (3/4, 2/3);
    z(2) = 8 * 3/4 - 9 * 2/3 - 5 = -5, which is also a(2): the last layer has no sigmoid.
    """
    ln2, ln3 = torch.tensor(2.0, dtype=DIGITS).log().item(), torch.tensor(3.0, dtype=DIGITS).log().item()
    weights = tensors([[ln3, 0], [0, ln2]], [[8, -9]])
    biases = tensors([0, -ln2], [-5])
    (x,) = tensors([[1, 2]])
    call = function_call("forward_pass", {"weights": weights, "biases": biases, "x": x})
    zs, activations = tensors([[ln3, ln2]], [[-5]]), tensors([[1, 2]], [[3 / 4, 2 / 3]], [[-5]])
    assert_matches(student.run(call), expected(result=(zs, activations)), hint=HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("n", [1, 5])
def test_float32_stays_float32(student: Runner, reference: Runner, rng: Rng, n: int) -> None:
    """A network and an input in float32 stay in float32."""
    call = forward_call(rng, n, [3, 4, 2], torch.float32)
    # float32 holds about seven digits
    assert_matches(student.run(call), reference.run(call), hint=HINT, rtol=1e-5, atol=1e-5)

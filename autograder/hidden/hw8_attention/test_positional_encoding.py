"""Hidden tests of positional_encoding."""

import math

import pytest
import torch

from gradkit.suite import Call, Runner, Step, assert_matches, expected, function_call, message

pytestmark = pytest.mark.question("positional_encoding")

HINT = message("PE[t, 2i] = sin(t / 10000^(2i/E)) and PE[t, 2i + 1] = cos of the same angle, with t from 0")


@pytest.mark.points(1.5)
@pytest.mark.parametrize(("t", "e"), [(7, 4), (4, 10), (1, 6), (31, 2), (6, 6), (12, 64), (25, 8), (17, 22), (6001, 2)])
def test_every_size(student: Runner, reference: Runner, t: int, e: int) -> None:
    """The encoding is right for several lengths and numbers of features."""
    call = function_call("positional_encoding", {"T": t, "E": e})
    assert_matches(student.run(call), reference.run(call), hint=HINT, rtol=0, atol=1e-4)


@pytest.mark.points(1)
def test_figures_worked_by_hand(student: Runner) -> None:
    """A small example computed by hand comes out right.

    E = 4: i = 0 has the angles t / 1, and i = 1 the angles t / 10000^(2/4) = t / 100. Position 0 is (sin 0, cos 0,
    sin 0, cos 0) = (0, 1, 0, 1), position 1 (sin 1, cos 1, sin 0.01, cos 0.01), position 2 the same with 2 and 0.02.
    """
    found = student.run(function_call("positional_encoding", {"T": 3, "E": 4}))
    rows = [[math.sin(t), math.cos(t), math.sin(t / 100), math.cos(t / 100)] for t in range(3)]
    assert_matches(found, expected(result=torch.tensor(rows)), hint=HINT, rtol=0, atol=1e-4)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize(("t", "e"), [(5, 6), (3, 8)])
def test_default_dtype(student: Runner, reference: Runner, t: int, e: int, dtype: torch.dtype) -> None:
    """The encoding has PyTorch's default dtype, even after it was changed."""
    steps = [
        Step("changed", "torch:set_default_dtype", [dtype]),
        Step("result", "student:positional_encoding", [t, e]),
        Step("restored", "torch:set_default_dtype", [torch.float32]),
    ]
    call = Call(steps)
    hint = message("the dtype is torch.get_default_dtype() at the time of the call")
    assert_matches(student.run(call), reference.run(call), hint=hint, rtol=0, atol=1e-4)

"""Hidden tests of causal_mask."""

import pytest
import torch

from gradkit.suite import Runner, assert_matches, expected, function_call, message

pytestmark = pytest.mark.question("causal_mask")

HINT = message("a boolean tensor (T, T), True where column <= row: on the diagonal and below it")


@pytest.mark.points(1)
@pytest.mark.parametrize("size", [1, 2, 5, 8, 23])
def test_every_length(student: Runner, reference: Runner, size: int) -> None:
    """The mask is right for several lengths."""
    call = function_call("causal_mask", {"T": size})
    found = student.run(call)
    found.tensor(dtype=torch.bool)
    assert_matches(found, reference.run(call), hint=HINT)


@pytest.mark.points(1)
def test_figures_worked_by_hand(student: Runner) -> None:
    """The mask for three positions is right.

    Position 0 sees itself, position 1 sees 0 and 1, position 2 sees all.
    """
    found = student.run(function_call("causal_mask", {"T": 3}))
    rows = [[True, False, False], [True, True, False], [True, True, True]]
    assert_matches(found, expected(result=torch.tensor(rows)), hint=HINT)

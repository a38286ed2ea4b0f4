"""Hidden tests of is_distribution."""

import pytest
import torch

from gradkit.suite import Runner, assert_matches, expected, function_call, message

pytestmark = pytest.mark.question("is_distribution")

HINT = message(
    "every entry must be at least 0, the sum must differ from 1 by at most tol, and the result is a Python bool"
)


def asked(student: Runner, p: list[float], answer: bool, dtype: torch.dtype = torch.float64, **tol: float) -> None:
    """Call is_distribution for one p, and compare the result."""
    found = student.run(function_call("is_distribution", {"p": torch.tensor(p, dtype=dtype)}, **tol))
    assert_matches(found, expected(result=answer), hint=HINT, strict_types=True)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize(
    ("p", "answer"),
    [
        ([0.1, 0.9], True),
        ([0.3, 0.7], True),
        ([0.5, 0.25, 0.125, 0.125], True),
        ([0.5, 0.3, 0.4], False),
        ([0.25, 0.25, 0.25], False),
        ([2.0, 3.0, 5.0], False),
        ([0.125] * 8, True),
        ([1.0], True),
        ([0.5], False),
    ],
)
def test_sums_worked_by_hand(student: Runner, p: list[float], answer: bool, dtype: torch.dtype) -> None:
    """Small examples are classified correctly, in float64 and in float32.

    The sums are 1, 1, 1, and 1.2, 0.75, 10, and 1, 1, 0.5.
    """
    asked(student, p, answer, dtype)


@pytest.mark.points(0.5)
@pytest.mark.parametrize(
    ("p", "answer"),
    [
        ([1.5, -0.5], False),
        ([-0.2, 0.4, 0.8], False),
        ([-1.0, 2.0], False),
        ([1.0, -1e-9, 1e-9], False),
        ([0.5, 0.5, -1e-60], False),
        ([0.0, 1.0], True),
        ([1.0, 0.0, 0.0], True),
        ([0.5, 0.0, 0.5, 0.0], True),
        ([0.0, 0.0], False),
        ([-0.25, -0.75], False),
    ],
)
def test_sign_of_the_entries(student: Runner, p: list[float], answer: bool) -> None:
    """An entry may be 0, but not negative, however slightly.

    The sums of those with a negative entry are 1, within the tolerance; only the last one is -1.
    """
    asked(student, p, answer)


@pytest.mark.points(0.5)
@pytest.mark.parametrize(
    ("p", "tol", "answer"),
    [
        ([0.5, 0.5 + 5e-7], None, True),
        ([0.5, 0.5 - 5e-7], None, True),
        ([0.5, 0.5 + 2e-6], None, False),
        ([0.5, 0.5 - 2e-6], None, False),
        ([0.5, 0.75], 0.25, True),
        ([0.5, 0.25], 0.25, True),
        ([0.5, 0.5], 0.0, True),
        ([0.5, 0.5 + 5e-6], 0.0, False),
        ([0.5, 0.5 + 5e-7], 1e-7, False),
        ([0.1] * 10, 1e-12, True),
        ([0.4, 0.5], 0.2, True),
        ([0.4, 0.3], 0.2, False),
        ([0.4, 0.9], 0.2, False),
        ([1.2, -0.1], 0.2, False),
        ([0.9, 0.15], 0.2, True),
        ([0.2, 0.2, 0.7, 0.3], 0.5, True),
        ([1.0 + 5e-7], None, True),
        ([1.1, 0.0], 0.2, True),
    ],
)
def test_tolerance(student: Runner, p: list[float], tol: float | None, answer: bool) -> None:
    """The sum may differ from 1 by at most tol, in either direction.

    1/2 + 3/4 and 1/2 + 1/4 differ from 1 by exactly 1/4, which is still allowed. The other sums are clearly inside or
    outside. An entry may be above 1 as long as the sum is within the tolerance.
    """
    asked(student, p, answer, **({} if tol is None else {"tol": tol}))

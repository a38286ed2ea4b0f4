"""Points are added as people add them."""

from __future__ import annotations

import math

import pytest

from gradkit.course.assignment import rounded, total


@pytest.mark.parametrize(
    ("points", "expected"),
    [([0.1, 0.2], 0.3), ([0.7, 0.1], 0.8), ([1 / 3] * 3, 1.0), ([], 0.0), ([1e9, 0.1], 1e9 + 0.1)],
)
def test_a_sum_has_no_error_of_binary_fractions(points: list[float], expected: float) -> None:
    assert total(points) == expected


def test_nothing_is_minus_zero() -> None:
    assert math.copysign(1.0, rounded(-1e-12)) == 1.0

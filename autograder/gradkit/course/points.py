"""Decimal arithmetic for points: 0.1 + 0.2 is 0.3, and three thirds are 1."""

from __future__ import annotations

import math
from collections.abc import Iterable

DIGITS = 9  # decimal places that count; the rest is binary rounding error


def rounded(points: float) -> float:
    """Points without binary rounding error: 0.7 instead of 0.7000000000000001."""
    return round(float(points), DIGITS) + 0.0  # no -0.0


def total(points: Iterable[float]) -> float:
    """The sum of points, in points."""
    return rounded(math.fsum(points))

"""Classical test theory for a class: difficulty, discrimination, reliability.

Sources: L. Crocker and J. Algina, Introduction to Classical and Modern Test Theory (1986), chapters 7 and 14;
L. J. Cronbach, Coefficient alpha and the internal structure of tests, Psychometrika 16 (1951).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradkit.course import rounded

FEWEST = 5  # submissions, below which a correlation says nothing

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Distribution:
    """Scores of one assignment.

    Attributes:
        number: how many submissions have a score.
        mean: their mean, in points; None where there are none.
        median: their median.
        low: the first quartile.
        high: the third quartile.
        counts: submissions in each tenth of the points, the last with full marks included.
    """

    number: int
    mean: float | None
    median: float | None
    low: float | None
    high: float | None
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Item:
    """A question or a test as an item of the assignment.

    Attributes:
        difficulty: the mean share of its points, in [0, 1]: 1 is easiest. None where nobody was graded.
        discrimination: the correlation of its points with those of all the other items, in [-1, 1]; for an item that is
            passed or failed it is the point-biserial one. None where it is not defined: too few submissions, or all
            the same.
    """

    difficulty: float | None
    discrimination: float | None


def distribution(scores: Sequence[float], max_score: float) -> Distribution:
    """The distribution of scores in [0, ``max_score``]."""
    if not scores:
        return Distribution(0, None, None, None, None, (0,) * 10)
    array = np.asarray(scores, dtype=np.float64)
    counts, _ = np.histogram(array, bins=10, range=(0.0, max_score))
    low, median, high = (rounded(value) for value in np.quantile(array, (0.25, 0.5, 0.75)))
    return Distribution(len(scores), rounded(array.mean()), median, low, high, tuple(int(count) for count in counts))


def items(points: Scores, best: Sequence[float]) -> tuple[Item, ...]:
    """The items of an assignment.

    Args:
        points: what each submission earned on each item, shape (submissions, items).
        best: the most that each item gives, all greater than 0.
    """
    totals = points.sum(axis=1)
    found = []
    for number, most in enumerate(best):
        column = points[:, number]
        difficulty = float(column.mean() / most) if len(column) else None
        found.append(Item(difficulty, _correlation(column, totals - column)))
    return tuple(found)


def cronbach_alpha(points: Scores) -> float | None:
    """The reliability of the sum of the items.

        alpha = k / (k - 1) * (1 - sum_i var(item i) / var(sum))

    Args:
        points: what each submission earned on each item, shape (submissions, items k).

    Returns:
        At most 1, and negative where items contradict each other. None with fewer than two items, too few submissions,
        or equal sums.
    """
    submissions, number = points.shape
    if number < 2 or submissions < FEWEST:
        return None
    variance = float(points.sum(axis=1).var(ddof=1))
    if variance < 1e-12:
        return None
    share: float = float(points.var(axis=0, ddof=1).sum()) / variance
    alpha: float = number / (number - 1) * (1.0 - share)
    return alpha


def _correlation(one: Scores, other: Scores) -> float | None:
    if len(one) < FEWEST or one.std() < 1e-9 or other.std() < 1e-9:
        return None
    return float(np.corrcoef(one, other)[0, 1])

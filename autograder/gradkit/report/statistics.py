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

FEWEST = 5  # submissions below which a correlation is meaningless

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Distribution:
    """The distribution of one assignment's scores.

    Attributes:
        number: the number of submissions with a score.
        mean: their mean, in points; None if there are none.
        median: their median.
        low: the first quartile.
        high: the third quartile.
        counts: submissions in each tenth of the points; the last includes full marks.
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
        difficulty: the mean share of its points, in [0, 1]: 1 is easiest. None if nobody was graded.
        discrimination: the correlation of its points with the sum of all other items, in [-1, 1]; point-biserial for
            an item that is passed or failed. None if undefined: too few submissions, or all the same.
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
        points: the points of each submission on each item, shape (submissions, items).
        best: each item's maximum, all greater than 0.
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
        points: the points of each submission on each item, shape (submissions, items k).

    Returns:
        At most 1; negative if items contradict each other. None with fewer than two items, too few submissions, or
        equal sums.
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


def _correlation(left: Scores, right: Scores) -> float | None:
    if len(left) < FEWEST or left.std() < 1e-9 or right.std() < 1e-9:
        return None
    return float(np.corrcoef(left, right)[0, 1])

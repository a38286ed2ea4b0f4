"""Items and reliability, against figures worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradkit.report.statistics import cronbach_alpha, distribution, items


def test_a_distribution() -> None:
    found = distribution([0.0, 1.0, 9.9, 10.0], 10.0)
    assert found.counts == (1, 1, 0, 0, 0, 0, 0, 0, 0, 2)
    assert (found.number, found.mean, found.median) == (4, pytest.approx(5.225), pytest.approx(5.45))
    assert (found.low, found.high) == (pytest.approx(0.75), pytest.approx(9.925))


def test_nobody_was_graded() -> None:
    assert distribution([], 10.0).mean is None
    (item,) = items(np.zeros((0, 1)), [2.0])
    assert (item.difficulty, item.discrimination) == (None, None)
    assert cronbach_alpha(np.zeros((0, 3))) is None


def test_discrimination_is_the_point_biserial_correlation_with_the_rest() -> None:
    # passed: 1 1 1 0 0; the rest: 5 4 3 2 1. r = (M1 - M0) / s * sqrt(p q) = (4 - 1.5) / sqrt(2) * sqrt(.6 * .4)
    points = np.array([[1, 5], [1, 4], [1, 3], [0, 2], [0, 1]], dtype=float)
    first, second = items(points, [1.0, 5.0])
    assert first.difficulty == pytest.approx(0.6)
    assert first.discrimination == pytest.approx(2.5 / 2**0.5 * 0.24**0.5)
    assert second.difficulty == pytest.approx(0.6)


def test_an_item_that_everybody_passes_tells_nothing() -> None:
    points = np.array([[1, 5], [1, 4], [1, 3], [1, 2], [1, 1]], dtype=float)
    assert items(points, [1.0, 5.0])[0].discrimination is None


def test_a_correlation_of_four_is_not_told() -> None:
    points = np.array([[1, 5], [1, 4], [0, 3], [0, 2]], dtype=float)
    assert items(points, [1.0, 5.0])[0].discrimination is None
    assert cronbach_alpha(points) is None


def test_alpha_worked_by_hand() -> None:
    # variances (n - 1): 2.5, 2.5; of the sum: 6 -> 2 * (1 - 5 / 6)
    points = np.array([[1, 2], [2, 1], [3, 3], [4, 5], [5, 4]], dtype=float)
    total = points.sum(axis=1).var(ddof=1)
    assert cronbach_alpha(points) == pytest.approx(2 * (1 - 5.0 / total))


def test_items_that_say_the_same_have_an_alpha_of_one() -> None:
    column = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    assert cronbach_alpha(np.stack([column, column, column], axis=1)) == pytest.approx(1.0)


def test_one_item_or_equal_sums_have_no_alpha() -> None:
    assert cronbach_alpha(np.arange(5.0).reshape(5, 1)) is None
    assert cronbach_alpha(np.array([[1.0, 4.0], [2.0, 3.0], [3.0, 2.0], [4.0, 1.0], [2.5, 2.5]])) is None


@given(st.lists(st.tuples(st.floats(0, 3), st.floats(0, 3), st.floats(0, 3)), min_size=5, max_size=20))
def test_figures_stay_in_their_ranges(rows: list[tuple[float, float, float]]) -> None:
    points = np.array(rows)
    for item in items(points, [3.0, 3.0, 3.0]):
        assert item.difficulty is not None
        assert 0 <= item.difficulty <= 1
        assert item.discrimination is None or -1 - 1e-9 <= item.discrimination <= 1 + 1e-9
    alpha = cronbach_alpha(points)
    assert alpha is None or alpha <= 1 + 1e-9

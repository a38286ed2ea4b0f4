"""Simple relations between a wrong tensor and the right one are found, and none is made up."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from gradkit.suite.explaining import relation, same_numbers

SIZES = {"x": torch.Size([5, 3]), "y": torch.Size([5])}
RIGHT = torch.tensor([[1.0, -2.0, 0.5], [3.0, 0.25, 7.0], [-1.5, 2.5, 4.0]], dtype=torch.float64)
ONE = torch.tensor(0.3, dtype=torch.float64)


@pytest.mark.parametrize(
    ("found", "expected", "words"),
    [
        (0 * RIGHT, RIGHT, "it is zero everywhere"),
        (0 * ONE, ONE, "it is zero"),
        (-RIGHT, RIGHT, "it has the opposite sign"),
        (-ONE, ONE, "it has the opposite sign"),
        (RIGHT.T, RIGHT, "it is the transpose of what it should be"),
        (5 * RIGHT, RIGHT, "it is 5 times too large (5 is a size of x and of y)"),
        (RIGHT / 3, RIGHT, "it is 3 times too small (3 is a size of x)"),
        (-2 * RIGHT, RIGHT, "it is 2 times too large and of the opposite sign"),
        (5 * ONE, ONE, "it is 5 times too large (5 is a size of x and of y)"),
        (15 * RIGHT, RIGHT, "it is 15 times too large (15 is the number of elements of x)"),
        (0.4118 * RIGHT, RIGHT, "each number is wrong by the same factor"),
        (1234 * RIGHT, RIGHT, "each number is wrong by the same factor"),
        (RIGHT.float() * 5, RIGHT.float(), "it is 5 times too large (5 is a size of x and of y)"),
    ],
)
def test_relation_is_told(found: Tensor, expected: Tensor, words: str) -> None:
    assert relation(found, expected, SIZES).text == words


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (RIGHT + 1, RIGHT),
        (7 * ONE, ONE),
        (0.7 * ONE, ONE),
        (RIGHT, 0 * RIGHT),
        (RIGHT / 0, RIGHT),
        (RIGHT + 1e-9, RIGHT),
        (torch.tensor([0.7, 1.4]), torch.tensor([1.0, 2.0])),
        (torch.tensor([2, 4]), torch.tensor([1, 2])),
        (torch.empty(0), torch.empty(0)),
        (1e-310 * RIGHT, RIGHT),
        (0 * ONE + 5e-324, ONE),
        (1e308 * RIGHT / 7, 1e-300 * RIGHT),
        (RIGHT, 1e-310 * RIGHT),
        # All but one of the right numbers are 0, and 0 is any multiple of 0.
        (torch.tensor([0, 0.7, 0, 0]), torch.tensor([0, 1.7, 0, 0])),
        (torch.tensor([0, 7.0, 0, 0]), torch.tensor([0, 1.0, 0, 0])),
    ],
)
def test_no_relation_is_made_up(found: Tensor, expected: Tensor) -> None:
    assert relation(found, expected, SIZES).text == ""


@pytest.mark.parametrize(
    ("found", "expected", "same"),
    [
        (RIGHT.reshape(9), RIGHT, True),
        (RIGHT[:2].T, RIGHT[:2], True),
        (RIGHT[:2].reshape(3, 2), RIGHT[:2], True),
        (RIGHT[:2], RIGHT, False),
        (RIGHT.reshape(9) + 1, RIGHT, False),
        (ONE.reshape(1), ONE, False),
        (RIGHT.reshape(9) / 0, RIGHT, False),
    ],
)
def test_right_numbers_in_a_wrong_shape_are_seen(found: Tensor, expected: Tensor, same: bool) -> None:
    assert same_numbers(found, expected) is same

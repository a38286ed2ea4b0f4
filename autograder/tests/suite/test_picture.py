"""What a picture tells, and what it keeps to itself."""

from __future__ import annotations

import json

import pytest
import torch
from torch import Tensor

from gradkit.suite.picture import MOST, Picture


def picture(found: Tensor, expected: Tensor, gradient: bool = False) -> Picture:
    distance = torch.where(found == expected, -1.0, (found - expected).abs().nan_to_num(nan=torch.inf))
    return Picture(found, expected, distance, gradient)


def test_two_shapes() -> None:
    data = Picture(torch.zeros(3, 1), torch.zeros(3)).as_data(values=False)
    assert data == {"kind": "shape", "found": [3, 1], "expected": [3]}


def test_right_and_wrong_and_the_largest_error() -> None:
    found = torch.tensor([[0.0, 1.0, 4.0], [5.0, 8.0, 0.0]])
    data = picture(found, torch.zeros(2, 3)).as_data(values=False)
    assert data is not None
    assert data["rows"] == ["011", "120"]
    assert data["whole"]


def test_the_matrix_with_the_worst_element_is_shown() -> None:
    found = torch.zeros(2, 3, 2, 2)
    found[1, 2, 0, 1], found[0, 0, 0, 0] = 2.0, 1.0
    data = picture(found, torch.zeros(2, 3, 2, 2)).as_data(values=False)
    assert data is not None
    assert (data["at"], data["rows"]) == ([1, 2], ["02", "00"])


def test_a_picture_does_not_tell_how_large_an_error_is() -> None:
    marked = {
        json.dumps(picture(torch.tensor([9.0, size, 0.0]), torch.zeros(3)).as_data(values=False))
        for size in (1e-6, 0.1, 5.0, 8.9)
    }
    assert len(marked) == 1


@pytest.mark.parametrize("strange", [torch.nan, torch.inf, -torch.inf])
def test_what_is_no_number_is_as_wrong_as_can_be(strange: float) -> None:
    data = picture(torch.tensor([strange, 0.0, strange]), torch.zeros(3)).as_data(values=False)
    assert data is not None
    assert data["rows"] == ["201"]
    json.dumps(data, allow_nan=False)


def test_a_large_matrix_is_cut() -> None:
    data = picture(torch.ones(40, 3), torch.zeros(40, 3)).as_data(values=True)
    assert data is not None
    assert (len(data["rows"]), data["whole"]) == (MOST, False)


def test_the_worst_corner_may_lie_outside_of_what_is_drawn() -> None:
    found = torch.zeros(1, 40)
    found[0, 39] = 1.0
    data = picture(found, torch.zeros(1, 40)).as_data(values=False)
    assert data is not None
    assert data["rows"] == ["0" * MOST]


@pytest.mark.parametrize(
    ("gradient", "values", "kind"), [(True, True, "values"), (True, False, "errors"), (False, True, "errors")]
)
def test_a_gradient_is_shown_beside_the_right_one_only_with_leave(gradient: bool, values: bool, kind: str) -> None:
    data = picture(torch.tensor([1.0, 2.00001]), torch.tensor([1.0, 3.0]), gradient).as_data(values)
    assert data is not None
    assert data["kind"] == kind
    assert ("expected" in data) == (kind == "values")
    if kind == "values":
        assert data["found"] == [[1.0, 2.0]]


@pytest.mark.parametrize("number", [torch.tensor(1.0), torch.tensor([1.0])])
def test_one_number_is_no_picture(number: Tensor) -> None:
    assert picture(number, number + 1).as_data(values=True) is None


def test_the_largest_numbers_are_not_rounded_up_to_infinity() -> None:
    largest = torch.finfo(torch.float64).max
    data = picture(torch.tensor([largest, -largest], dtype=torch.float64), torch.zeros(2).double(), True).as_data(True)
    assert data is not None
    json.dumps(data, allow_nan=False)


def test_a_transposed_tensor_is_drawn_like_any_other() -> None:
    found = torch.tensor([[0.0, 1.0, 4.0], [5.0, 8.0, 0.0]]).T
    data = picture(found, torch.zeros(2, 3).T).as_data(values=False)
    assert data is not None
    assert data["rows"] == picture(found.contiguous(), torch.zeros(3, 2)).as_data(values=False)["rows"]

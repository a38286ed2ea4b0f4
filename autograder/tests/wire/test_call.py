"""Calls in words."""

from __future__ import annotations

import pytest
import torch

from gradkit.wire import Call


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, ""),
        (2, "x0 (0, 3), x1 (1, 3)"),
        (7, "x0 (0, 3), x1 (1, 3), x2 (2, 3), x3 (3, 3), x4 (4, 3), x5 (5, 3), x6 (6, 3)"),
        (45, "x0 (0, 3), x1 (1, 3), x2 (2, 3), x3 (3, 3), x4 (4, 3), x5 (5, 3) and 39 more inputs"),
    ],
)
def test_a_call_with_many_inputs_is_described_by_the_first_few(number: int, words: str) -> None:
    call = Call(steps=(), inputs={f"x{size}": torch.zeros(size, 3) for size in range(number)})
    assert call.describe() == words


def test_tensors_in_lists_and_dicts_are_described_by_names_of_their_own() -> None:
    call = Call(steps=(), inputs={"weights": [torch.zeros(2, 3), {"a": (torch.zeros(4), 5)}], "sizes": [3, 2]})
    assert call.describe() == "weights[0] (2, 3), weights[1]['a'][0] (4,)"
    assert call.size() == 10

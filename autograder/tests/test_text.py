"""Texts and points as every page and table writes them."""

from __future__ import annotations

import pytest

from gradkit.text import points, strip_controls, together


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x1b[31mred\x1b[0m", "ared"),
        ("\x1b]0;title\x07b", "b"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b2Jc", "c"),
        ("tab\tand\nline\r\nend\r", "tab\tand\nline\nend"),
        ("half \ud800 and turned \u202egnp.", "half  and turned gnp."),
        ("null\0bell\x07", "nullbell"),
        ("λ ≥ 0 ✓ 漢字", "λ ≥ 0 ✓ 漢字"),
    ],
)
def test_only_text_is_left(text: str, expected: str) -> None:
    assert strip_controls(text) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(2.0, "2"), (2.5, "2.5"), (1 / 3, "0.33"), (0.0, "0"), (1000.0, "1000")]
)
def test_points_as_people_write_them(value: float, expected: str) -> None:
    assert points(value) == expected


def test_one_kind_of_trouble_is_one_line() -> None:
    troubles = [("ada", "hw1", "no space"), ("", "hw1", "no suite"), ("bob", "hw1", "no space"), ("ada", "hw2", "late")]
    assert together(troubles) == [
        "hw1: no space (2 submissions: ada, bob)",
        "hw1: no suite",
        "ada, hw2: late",
    ]

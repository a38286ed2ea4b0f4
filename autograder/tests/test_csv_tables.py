"""No cell is a formula."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradkit.csv_tables import cell, to_csv, uncell


@pytest.mark.parametrize(
    "text",
    ['=HYPERLINK("http://x")', "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\uff1d1", "\u200b\ufeff=1", "\0-1"],
)
def test_what_would_be_a_formula_becomes_text(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((-1.5, "-1.5"), (3.0, "3"), (7, "7"), (None, "")),
        *((0.1 + 0.2, "0.3"), (1 / 3, "0.333333333"), (-1e-17, "0"), (1e6, "1000000"), (10**20, "1" + 20 * "0")),
    ],
)
def test_numbers_stay_numbers(value: float | None, text: str) -> None:
    assert cell(value) == text


def test_a_formula_behind_another_separator_stays_inside_its_cell() -> None:
    assert to_csv(["a"], [["x;=1+1"], ['y\t"=1']]) == 'a\r\n"x;=1+1"\r\n"y\t""=1"\r\n'


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00")), min_size=1))
def test_every_text_comes_back_but_for_an_apostrophe(row: list[str]) -> None:
    (read,) = list(csv.reader(io.StringIO(to_csv(row, [row]), newline="")))[1:] or [[]]
    assert [uncell(found) for found in read] == row


@pytest.mark.parametrize("text", ["007", "20260000000000012345", "1e5", "1_000", "0x10", "True", "nan", "NA", "1-2"])
def test_text_that_looks_like_something_else_stays_as_it_is(text: str) -> None:
    assert cell(text) == text


@pytest.mark.parametrize("text", ["=1", "'=1", "''+49", "'", "'a", "-1"])
def test_apostrophes_come_back_as_they_were(text: str) -> None:
    assert uncell(cell(text)) == text
    assert cell(text).startswith("'") or not text.startswith(("=", "-"))

"""Sentences know what of them the student's process chose."""

from __future__ import annotations

import math

import pytest

from gradkit.messages import Message
from gradkit.suite.said import Said, about, number, one_of, say, shape, words


def test_parts_add_up() -> None:
    fields = {"count": number(5), "name": words("abc"), "other": words(""), "last": one_of("x", 8)}
    said = say("The result has {count} entries: {name}, {other}{last}.", **fields)
    assert said == Said("The result has 5 entries: abc, x.", bits=7 + 3, words=("abc",))
    assert str(said) == said.text
    assert isinstance(said.text, Message)
    assert said.text.fields == {"count": "5", "name": "abc", "other": "", "last": "x"}


def test_numbers_are_charged_so_that_all_of_them_can_be_told_apart() -> None:
    assert sum(2.0 ** -number(value).bits for value in range(1 << 12)) <= 1
    assert sum(2.0 ** -shape([one, other]).bits for one in range(64) for other in range(64)) <= 1
    assert [one_of("x", count).bits for count in (0, 1, 2, 3, 4, 5)] == [0, 0, 1, 2, 2, 3]
    assert shape([1 << 31, 0]).bits > 60


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (6.0, "about 5"),
        (0.25, "about 0.2"),
        (1.0, "about 1"),
        (2e-8, "about 2e-08"),
        (9.0, "about 10"),
        (1234.0, "about 1000"),
        (0.000123, "about 0.0001"),
        (1e300, "more than 1e+06"),
        (math.inf, "more than 1e+06"),
        (math.nan, "more than 1e+06"),
        (5e-324, "less than 1e-12"),
        (0.0, "less than 1e-12"),
    ],
)
def test_an_error_is_told_to_one_digit(error: float, text: str) -> None:
    assert about(error, 0.0, "it").text == text


def test_errors_have_few_texts_and_each_is_nearly_true() -> None:
    errors = [10 ** (power / 97) for power in range(-20 * 97, 20 * 97)]
    told = {error: about(error, 0.0, "it") for error in errors}
    shares = {about(share, 1.0, "it") for share in (1e-7, 1e-5)}
    texts = {said.text for said in {*told.values(), *shares}}
    assert {said.bits for said in told.values()} == {math.ceil(math.log2(len(texts)))}
    for error, said in told.items():
        if said.text.startswith("about"):
            assert 0.6 < error / float(said.text.removeprefix("about ")) < 1.6


@pytest.mark.parametrize(
    ("error", "scale", "text"),
    [
        (3e-9, 1.0, "less than a millionth of it"),
        (3e-7, 1.0, "less than a millionth of it"),
        (3e-5, 1.0, "less than a thousandth of it"),
        (3e-5, 1e-4, "about 2e-05"),
        (3e-5, 1e9, "less than a millionth of it"),
        (0.3, 1.0, "about 0.2"),
        (math.nan, 1.0, "more than 1e+06"),
    ],
)
def test_a_small_error_is_told_as_a_share(error: float, scale: float, text: str) -> None:
    assert about(error, scale, "it").text == text

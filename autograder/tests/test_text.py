"""A record in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from gradkit.gradebook.autograded import question_in_words, submission_in_words
from gradkit.grading.record import Record
from gradkit.text import plain, points


def test_a_passed_and_a_failed_test(make_record: Callable[..., Record]) -> None:
    record = make_record("ada", offset=0.5)
    assert question_in_words(record, "slope") == ("slope: 3 of 3 points\n\npassed  The slope is right.  [3 of 3]\n")
    assert question_in_words(record, "offset") == (
        "offset: 0.5 of 2.5 points\n"
        "\n"
        "failed  The offset is right.  [0.5 of 2.5]\n"
        "        The offset is 7, not what was expected.\n"
        "        Hint: an offset has shape ()\n"
    )


def test_a_message_is_said_once_and_referred_to(make_record: Callable[..., Record]) -> None:
    record = make_record("ada", slope=0.0)
    long = "Your file cannot be loaded: line 3 is not Python, so that nothing in it could be run."
    tests = tuple(replace(test, output=long, hint=None) for test in record.tests)
    tests = (tests[0], replace(tests[0], title="Its gradient."), tests[1])
    record = replace(record, tests=tests)
    slope, offset = question_in_words(record, "slope"), question_in_words(record, "offset")
    assert slope.count("Your file cannot be loaded") == 1
    assert slope.count('The same as in "The slope is right".') == 1
    assert 'The same as in "The slope is right" of slope.' in offset


def test_nothing_hidden_is_told(make_record: Callable[..., Record]) -> None:
    record = make_record("ada", slope=1.0)
    words = question_in_words(record, "slope") + question_in_words(record, "offset") + submission_in_words(record)
    assert "test_hidden" not in words
    assert "printed-by-the-student" not in words


def test_what_is_said_of_the_whole_submission(make_record: Callable[..., Record]) -> None:
    record = make_record("ada", output="lines.py is missing.\x1b[31m", problems=("The notebook\x07 cannot be read.",))
    assert submission_in_words(record) == "lines.py is missing.\n- The notebook cannot be read.\n"
    assert submission_in_words(make_record("ada")) == ""


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
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(2.0, "2"), (2.5, "2.5"), (1 / 3, "0.33"), (0.0, "0"), (1000.0, "1000")]
)
def test_points_as_people_write_them(value: float, expected: str) -> None:
    assert points(value) == expected

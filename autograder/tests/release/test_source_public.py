"""Public checks are looked at before students get them."""

from __future__ import annotations

import pytest

from gradkit.errors import BuildError
from gradkit.release.source import check_public_checks

QUESTIONS = ["scale", "scale_all"]
RIGHT = """
def test_scale_of_one():
    'Of one.'

def test_scale_all():
    'Of all.'

def helper():
    pass
"""


def test_checks_with_a_question_and_a_sentence_are_right() -> None:
    check_public_checks(RIGHT, "test_public.py", QUESTIONS)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (RIGHT.replace("'Of one.'", "pass"), "line 2: test_scale_of_one has no docstring"),
        (RIGHT.replace("scale_of_one", "shift"), "line 2: test_shift does not belong to a question"),
        (RIGHT.replace("test_scale_of_one", "scale_of_one"), "question scale has no check"),
        ("def test_scale(:", "line 1: "),
    ],
)
def test_what_is_missing_is_named(text: str, words: str) -> None:
    with pytest.raises(BuildError, match=words):
        check_public_checks(text, "test_public.py", QUESTIONS)

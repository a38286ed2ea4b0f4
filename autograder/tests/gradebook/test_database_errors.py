"""What a database says is told with what to do about it."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from gradkit.gradebook.database_errors import advice_on, is_full, trouble


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ("database is locked", "another program is writing to it"),
        ("database or disk is full", "Free some space"),
        ("attempt to write a readonly database", "Check who owns the file"),
        ("no such column: grade.x", "nbgrader db upgrade"),
    ],
)
def test_the_file_the_cause_and_the_next_step_are_named(cause: str, words: str) -> None:
    said = str(trouble(Path("gradebook.db"), cause))
    assert said.startswith(f"gradebook.db: the gradebook cannot be used ({cause}): ")
    assert words in said
    assert "the next run files them" in said


def test_unknown_words_have_no_advice() -> None:
    assert advice_on("no such column") is None


@pytest.mark.parametrize(("number", "full"), [(errno.ENOSPC, True), (errno.EDQUOT, True), (errno.EACCES, False)])
def test_a_full_disk_is_told_from_other_trouble(number: int, full: bool) -> None:
    assert is_full(OSError(number, "")) is full

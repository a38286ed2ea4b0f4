"""Feedback that is held back: a record as its student may see it for now."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from gradkit.grading.record import Record, TestResult
from gradkit.messages import message
from gradkit.wire.kinds import meaning_of

Level = Literal["none", "verdict", "hint", "inputs"]
WRONG, RAISED = message("This is not right yet."), message("Your code raised an exception.")


def held_back(record: Record, level: Level) -> Record:
    """The record with no more than ``level`` allows; "none" leaves only what went wrong with the submission as a whole.

    Points stay. What a test says of anything but an answer, such as a time limit, stays as well.
    """
    if level == "inputs":
        return record
    if level == "none":
        return replace(record, tests=(), notes=())
    return replace(record, tests=tuple(_less(test, level) for test in record.tests))


def _less(test: TestResult, level: Level) -> TestResult:
    if test.kind is None or not meaning_of(test.kind).of_answer:
        return test
    drawn = test.picture is not None and test.picture["kind"] == "values"
    test = replace(test, smallest_case=None, picture=None if drawn else test.picture)
    if level == "hint":
        return test
    return replace(test, output=RAISED if test.kind == "raised" else WRONG, reason=None, hint=None, picture=None)

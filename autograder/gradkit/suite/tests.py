"""Read the collected tests of a hidden suite, and check them against ``assignment.toml``."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from gradkit.course import Assignment, total
from gradkit.errors import CourseError
from gradkit.messages import message


@dataclass(frozen=True)
class HiddenTest:
    """A test function of a suite with all its cases, which must all pass to earn its points.

    Attributes:
        name: the function's name; never shown to students.
        title: the first line of its docstring, which students read.
        question: the id of its question.
        points: its points.
        cases: pytest's items, one per set of parameters.
    """

    name: str
    title: str
    question: str
    points: float
    cases: tuple[pytest.Function, ...]

    @property
    def id(self) -> str:
        """The test's unique name in its suite: function names may repeat across files."""
        return f"{self.cases[0].path.name}::{self.name}"


def read_tests(items: Sequence[pytest.Item], assignment: Assignment, folder: Path) -> tuple[HiddenTest, ...]:
    """Group the collected items by test function and question, in the assignment's order.

    Raises:
        CourseError: a test lacks its marker, docstring or question, or a question's points do not add up.
    """
    cases: dict[tuple[Path, str], list[pytest.Function]] = {}
    for item in items:
        if not isinstance(item, pytest.Function):
            raise CourseError(
                message("{path}: {test}: a hidden suite holds test functions only.", path=item.path, test=item.name)
            )
        cases.setdefault((item.path, item.originalname), []).append(item)
    tests = [_read_test(tuple(group)) for group in cases.values()]
    order = [question.id for question in assignment.questions]
    for test in tests:
        if test.question not in order:
            raise CourseError(
                message(
                    '{folder}: {test} belongs to question "{question}", which assignment.toml does not have (it '
                    "has: {known}).",
                    folder=folder,
                    test=test.name,
                    question=test.question,
                    known=", ".join(order),
                )
            )
    for question in assignment.questions:
        worth = total(test.points for test in tests if test.question == question.id)
        if worth != question.points:
            raise CourseError(
                message(
                    '{folder}: the tests of question "{question}" are worth {worth} points together; assignment.toml '
                    "says {expected}. Make them agree.",
                    folder=folder,
                    question=question.id,
                    worth=f"{worth:.9g}",
                    expected=f"{question.points:.9g}",
                )
            )
    return tuple(sorted(tests, key=lambda test: order.index(test.question)))


def _read_test(cases: tuple[pytest.Function, ...]) -> HiddenTest:
    first = cases[0]
    where = f"{first.path.name}: {first.originalname}"
    question, points = first.get_closest_marker("question"), first.get_closest_marker("points")
    if question is None or len(question.args) != 1:
        raise CourseError(
            message('{where}: no question marker; add `pytestmark = pytest.mark.question("<id>")`.', where=where)
        )
    if points is None or len(points.args) != 1 or not points.args[0] > 0:
        raise CourseError(
            message("{where}: no valid points marker; add `@pytest.mark.points(<number greater than 0>)`.", where=where)
        )
    title = (inspect.getdoc(first.function) or "").split("\n", 1)[0].strip()
    if not title:
        raise CourseError(message("{where}: no docstring; add one, whose first line students read.", where=where))
    return HiddenTest(first.originalname, title, question.args[0], float(points.args[0]), cases)

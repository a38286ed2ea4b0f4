"""assignment.toml is read strictly, and a mistake is named: file, key, what was expected."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gradkit.course import Course, Limits
from gradkit.errors import CourseError

HW = "hw0_scaling"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_an_assignment_is_read(course: Course) -> None:
    assignment = course.assignment(HW)
    assert (assignment.topic, assignment.notebook, assignment.max_score) == ("scaling", "scaling.ipynb", 5.0)
    assert assignment.due == datetime(2026, 10, 1, 22, tzinfo=UTC)
    assert [question.id for question in assignment.questions] == ["scale", "Shift"]
    assert assignment.banned["mul"].operators == ("mul",)
    assert assignment.limits.restarts == 2


@pytest.mark.parametrize(
    ("first", "second", "both"), [("0.1", "0.2", 0.3), ("0.7", "0.1", 0.8), ("1e-3", "0.002", 0.003)]
)
def test_points_are_added_as_decimals(course: Course, first: str, second: str, both: float) -> None:
    path = course.source(HW) / "assignment.toml"
    edit(path, "points = 3", f"points = {first}")
    edit(path, "points = 2", f"points = {second}")
    assert course.assignment(HW).max_score == both


def test_limits_have_generous_defaults(course: Course) -> None:
    path = course.source(HW) / "assignment.toml"
    path.write_text(path.read_text().partition("[limits]")[0])
    assert course.assignment(HW).limits == Limits()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('title = "Scaling"\n', "", "title: this key is missing"),
        ('title = "Scaling"', 'titel = "Scaling"', "titel: unknown key"),
        ('title = "Scaling"', "title = 3", "title: expected a valid string, found 3"),
        ("points = 3", 'points = "three"', 'question[1].points: expected a valid number, found "three"'),
        ("points = 2", "points = 0", "question[2].points: expected greater than 0, found 0"),
        ("points = 2", "points = 1e-12", "question[2].points: expected greater than 0"),
        ("points = 2", "points = true", "question[2].points: expected a valid number, found true"),
        ("due = 2026-10-01T22:00:00Z", "due = 2026-10-01T22:00:00", "due: expected a date and time with its zone"),
        ("due = 2026-10-01T22:00:00Z", 'due = "soon"', "due: expected a date and time with its zone"),
        ('module = "scaling.py"', 'module = "../scaling.py"', "module: expected a name of the right form"),
        ('id = "Shift"', 'id = "scale"', '"scale" is used 2 times'),
        ('id = "hw0_scaling"', 'id = "hw1"', 'id: expected "hw0_scaling"'),
        ('banned = ["mul"]', 'banned = ["add"]', "question[1].banned: no [banned.add]"),
        ('targets = ["Shift"]', "targets = []", "question[2].targets: expected at least one entry"),
        ("seconds = 20.0", "seconds = -1", "limits.seconds: expected greater than 0, found -1"),
        ("restarts = 2", "restart = 2", "limits.restart: unknown key"),
        ("points = 3", "points = = 3", "not valid TOML"),
    ],
)
def test_a_mistake_is_named(course: Course, old: str, new: str, words: str) -> None:
    path = course.source(HW) / "assignment.toml"
    edit(path, old, new)
    with pytest.raises(CourseError) as caught:
        course.assignment(HW)
    assert str(path) in str(caught.value)
    assert words in str(caught.value)


def test_a_file_that_is_not_utf8_is_named(course: Course) -> None:
    (course.source(HW) / "assignment.toml").write_bytes(b"id = '\xff'")
    with pytest.raises(CourseError, match="UTF-8"):
        course.assignment(HW)

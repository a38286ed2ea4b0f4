"""Hand-ins on disk: put aside, kept, and made to count again, each with its record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gradkit.course import Course, load_course
from gradkit.term.attempts import counted, keep, let_count, name_of, others, put_aside, students_with_others, time_in

from ..demo_course import BARE, write_tree

NOON = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return load_course(write_tree(tmp_path, BARE))


def hand_in(course: Course, text: str) -> None:
    write_tree(course.root, {"submitted/ada/hw1/a.py": text, "results/ada/hw1.json": f"record of {text}"})


def kept(course: Course) -> list[tuple[str, str, str]]:
    """Name, content and record of each hand-in, the one that counts last."""
    found = [*others(course, "ada", "hw1"), counted(course, "ada", "hw1")]
    return [(each.folder.name, (each.folder / "a.py").read_text(), each.record.read_text()) for each in found]


def test_a_hand_in_moves_with_its_record(course: Course) -> None:
    hand_in(course, "first")
    put_aside(course, "ada", "hw1", NOON)
    hand_in(course, "second")
    first, second = ("2026-10-01T120000Z", "first", "record of first"), ("hw1", "second", "record of second")
    assert kept(course) == [first, second]
    assert [*students_with_others(course)] == [("ada", "hw1")]
    let_count(course, others(course, "ada", "hw1")[0], NOON + timedelta(microseconds=7))
    assert kept(course) == [("2026-10-01T120000.000007Z", *second[1:]), ("hw1", *first[1:])]


def test_two_of_one_time_are_both_kept(course: Course) -> None:
    for number in range(3):
        hand_in(course, f"{number}")
        put_aside(course, "ada", "hw1", NOON)
    assert [each.folder.name for each in others(course, "ada", "hw1")] == [
        "2026-10-01T120000Z",
        "2026-10-01T120000Z-2",
        "2026-10-01T120000Z-3",
    ]


def test_one_that_was_kept_is_not_kept_twice(course: Course, tmp_path: Path) -> None:
    for text in ("first", "again"):
        write_tree(tmp_path / "new", {"a.py": text})
        keep(course, "ada", "hw1", NOON, tmp_path / "new")
    (only,) = others(course, "ada", "hw1")
    assert (only.folder / "a.py").read_text() == "first"


def test_without_one_nothing_is_put_aside(course: Course) -> None:
    assert put_aside(course, "ada", "hw1", NOON) is None
    assert [*students_with_others(course)] == []


@pytest.mark.parametrize("time", [NOON, NOON + timedelta(microseconds=1), None])
def test_a_name_says_the_time(time: datetime | None) -> None:
    assert time_in(name_of(time)) == time
    assert time_in(f"{name_of(time)}-2") == time

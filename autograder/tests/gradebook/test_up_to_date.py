"""What is read of the gradebook without nbgrader is what nbgrader says."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from gradkit.errors import GradebookUnavailable
from gradkit.gradebook.database import open_gradebook
from gradkit.gradebook.up_to_date import ByHand, given_by_hand, note_shown, outdated_pages, seconds_late
from gradkit.grading.record import Record

HW = "hw1_lines"
DATABASES = "room"
DUE = datetime(2030, 1, 10, 12, 0, tzinfo=UTC)


def interrupted_writing(gradebook: Path, target: Path) -> None:
    """Make ``target`` what a writer leaves that is killed when half its pages are written: a hot journal beside it."""
    connection = sqlite3.connect(gradebook, isolation_level=None)
    connection.execute("PRAGMA cache_size = 1")
    connection.execute("BEGIN")
    connection.execute("UPDATE submitted_assignment SET timestamp = '1999-01-01 00:00:00.000000'")
    connection.execute("CREATE TABLE big (x)")
    connection.executemany("INSERT INTO big VALUES (?)", [("x" * 3000,)] * 20)
    for end in ("", "-journal"):
        shutil.copy(f"{gradebook}{end}", f"{target}{end}")
    connection.execute("ROLLBACK")
    connection.close()


@pytest.mark.parametrize("extension", [None, 30, 60 * 24 * 3])
def test_lateness_is_nbgraders(
    room: Any, gradebook: Gradebook, make_record: Callable[..., Record], extension: int | None
) -> None:
    times = {"ada": DUE - timedelta(hours=1), "bob": DUE + timedelta(seconds=5400.25), "cleo": None}
    for student, time in times.items():
        room.put(student)
        room.file(make_record(student, submitted=time))
        if extension is not None:
            gradebook.grant_extension(HW, student, minutes=extension)
    expected = {student: gradebook.find_submission(HW, student).total_seconds_late for student in times}
    assert seconds_late(room.course, HW) == expected
    assert sum(expected.values()) == (0 if extension == 60 * 24 * 3 else 5400.25 - (extension or 0) * 60)
    assert seconds_late(room.course, "hw2_losses") == {}


def test_where_there_is_none_nobody_is_entered(room: Any) -> None:
    assert seconds_late(room.course, HW) == {}
    assert not (room.course.root / "gradebook.db").exists()


@pytest.mark.parametrize("room", ["SQLite"], indirect=True)
def test_what_a_killed_writer_left_is_undone(room: Any, make_record: Callable[..., Record]) -> None:
    room.put("ada")
    room.file(make_record("ada", submitted=DUE + timedelta(hours=1)))
    path = room.course.root / "gradebook.db"
    aside = path.rename(path.with_name("aside.db"))
    interrupted_writing(aside, path)
    assert seconds_late(room.course, HW) == {"ada": 3600.0}
    with open_gradebook(room.course) as gradebook:
        assert gradebook.find_submission(HW, "ada").total_seconds_late == 3600.0


@pytest.mark.parametrize("room", ["SQLite"], indirect=True)
def test_one_that_is_no_gradebook_is_told(room: Any) -> None:
    (room.course.root / "gradebook.db").write_text("not a database, but not empty either " * 100)
    with pytest.raises(GradebookUnavailable, match="file is not a database"):
        seconds_late(room.course, HW)


def test_what_was_given_by_hand_is_nbgraders(room: Any, make_record: Callable[..., Record]) -> None:
    for student in ("ada", "bob"):
        room.put(student, room.answer("Because."))
        room.file(make_record(student))
    assert given_by_hand(room.course, HW) == {}
    with open_gradebook(room.course) as gradebook:
        grade = gradebook.find_grade("why", "lines", HW, "ada")
        grade.manual_score, grade.extra_credit = 1.0, 0.5
        gradebook.find_comment("why", "lines", HW, "ada").manual_comment = "Neat."
        gradebook.db.commit()
        most = grade.max_score
    given = given_by_hand(room.course, HW)
    assert given == {"ada": (ByHand("why", 1.5, most, "Neat."),)}
    assert outdated_pages(room.course, HW, given) == {"ada"}
    note_shown(room.course, HW, given, ["ada", "bob"])
    assert outdated_pages(room.course, HW, given) == set()
    assert outdated_pages(room.course, HW, {}) == {"ada"}  # taken back


@pytest.mark.parametrize("text", ["", "[]", "{", "3"])
def test_a_note_that_cannot_be_read_says_nothing(room: Any, text: str) -> None:
    path = room.course.work / "by_hand" / f"{HW}.json"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert outdated_pages(room.course, HW, {"ada": (ByHand("why", 1.0),)}) == {"ada"}

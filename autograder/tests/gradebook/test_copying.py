"""A gradebook moves to a server and back, and every row with it; a copy is whole, equal and in an empty place."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gradkit.errors import GradebookUnavailable, GradkitError, UsageError
from gradkit.gradebook.copying import copy_gradebook, empty_gradebook
from gradkit.gradebook.database import open_gradebook
from gradkit.gradebook.marks import export_csv
from gradkit.gradebook.up_to_date import seconds_late
from gradkit.grading.record import Record

from ..postgresql_server import Server

HW = "hw1_lines"
DUE = datetime(2030, 1, 10, 12, 0, tzinfo=UTC)


@pytest.fixture
def filed(room: Any, make_record: Callable[..., Record]) -> Any:
    """Three students; with everything that a person adds: marks, comments, an extension, a flag, names."""
    for student, late in (("ada", 0), ("bob", 90000.25), ("Łukasz", None)):
        room.put(student, room.answer("Because.") if student == "bob" else None)
        time = None if late is None else DUE + timedelta(seconds=late)
        room.file(make_record(student, 2 / 3, 0.1 + 0.2, time))
    with open_gradebook(room.course) as gradebook:
        gradebook.update_or_create_student(
            "ada", first_name="Ada", last_name='O\'Neil, "A"', email="a@x.org", lms_user_id="7"
        )
        gradebook.add_student("nobody yet")
        gradebook.grant_extension(HW, "bob", minutes=90, days=1)
        grade = gradebook.find_grade("why", "lines", HW, "bob")
        grade.manual_score, grade.needs_manual_grade, grade.extra_credit = 1 / 3, False, 0.1
        gradebook.find_comment("why", "lines", HW, "bob").manual_comment = "Ça va:\n\ttrès bien \U0001f600"
        gradebook.find_submission_notebook("lines", HW, "ada").flagged = True
        gradebook.db.commit()
    return room


def dump(path: Path) -> dict[str, list[Any]]:
    """Each table's rows as SQLite holds them, and each table's SQL."""
    with closing(sqlite3.connect(path)) as connection:
        tables = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
        found = {name: sorted(map(repr, connection.execute(f'SELECT * FROM "{name}"'))) for name in tables}  # noqa: S608
        return found | {"sql": sorted(tables.values())}


def test_there_and_back_every_row_is_the_same(filed: Any, server: Server, tmp_path: Path) -> None:
    there = replace(filed.course, server=server.new())
    numbers = copy_gradebook(filed.course, there.server)
    assert (numbers["student"], numbers["submitted_assignment"], numbers["grade"]) == (4, 3, 9)
    assert export_csv(there) == export_csv(filed.course)
    assert seconds_late(there, HW) == seconds_late(filed.course, HW)
    with open_gradebook(there) as gradebook:
        grade = gradebook.find_grade("why", "lines", HW, "bob")
        assert (grade.manual_score, grade.extra_credit, grade.needs_manual_grade) == (1 / 3, 0.1, False)
        assert gradebook.find_comment("why", "lines", HW, "bob").comment == "Ça va:\n\ttrès bien \U0001f600"
        assert gradebook.find_submission(HW, "bob").extension == timedelta(days=1, minutes=90)
        assert gradebook.find_submission_notebook("lines", HW, "ada").flagged is True
    assert copy_gradebook(there, tmp_path / "back.db") == numbers
    assert dump(tmp_path / "back.db") == dump(filed.course.gradebook)


def test_a_target_in_use_is_refused_and_left_as_it_is(filed: Any, server: Server, tmp_path: Path) -> None:
    there = replace(filed.course, server=server.new())
    with open_gradebook(there):
        pass  # empty tables are no gradebook in use
    copy_gradebook(filed.course, there.server)
    with open_gradebook(there) as gradebook:
        gradebook.add_student("zoe")
    with pytest.raises(UsageError, match="has a gradebook already"):
        copy_gradebook(filed.course, there.server)
    assert (4 + 1,) in server.run("SELECT count(*) FROM student", there.server)
    file = tmp_path / "there.db"
    file.write_text("anything")
    with pytest.raises(UsageError, match=r"there\.db: already exists"):
        copy_gradebook(there, file)
    with pytest.raises(GradebookUnavailable, match="another course"):
        copy_gradebook(replace(filed.course, id="toy102"), there.server)
    other = server.new()
    server.run("CREATE TABLE pupils (id int)", other)
    with pytest.raises(GradebookUnavailable, match="not a gradebook"):
        copy_gradebook(filed.course, other)


def test_what_a_server_does_not_hold_is_reported_and_nothing_is_half_copied(filed: Any, server: Server) -> None:
    with open_gradebook(filed.course) as gradebook:
        gradebook.find_comment("why", "lines", HW, "bob").manual_comment = "a\x00b"
        gradebook.db.commit()
    url = server.new()
    with pytest.raises(GradkitError, match="NUL character"):
        copy_gradebook(filed.course, url)
    assert server.run("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'", url) == []
    with closing(sqlite3.connect(filed.course.gradebook)) as connection, connection:
        connection.execute("UPDATE comment SET manual_comment = NULL")
        connection.execute("DELETE FROM student WHERE id = 'bob'")  # SQLite does not mind
    with pytest.raises(GradkitError, match="refers to one that is missing"):
        copy_gradebook(filed.course, url)


def test_an_older_gradebook_is_to_be_upgraded_first(filed: Any, server: Server) -> None:
    with closing(sqlite3.connect(filed.course.gradebook)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '282d30a0218e'")
    with pytest.raises(GradebookUnavailable, match=r"older version of nbgrader\. Run `nbgrader db upgrade`"):
        copy_gradebook(filed.course, server.new())


def test_without_a_gradebook_there_is_nothing_to_copy(room: Any, server: Server) -> None:
    with pytest.raises(UsageError, match="no gradebook to copy yet"):
        copy_gradebook(room.course, server.new())
    with pytest.raises(UsageError, match="no gradebook to copy yet"):
        copy_gradebook(replace(room.course, server=server.new()), room.course.gradebook)
    assert not room.course.gradebook.exists()


def test_only_what_is_in_the_copy_is_emptied(filed: Any, server: Server, tmp_path: Path) -> None:
    there = replace(filed.course, server=server.new())
    copy_gradebook(filed.course, there.server)
    with open_gradebook(there) as gradebook:
        gradebook.add_student("zoe")
    assert not empty_gradebook(there, filed.course.gradebook)
    assert server.run("SELECT count(*) FROM student", there.server) == [(5,)]
    copy_gradebook(there, tmp_path / "copy.db")
    assert empty_gradebook(there, tmp_path / "copy.db")
    assert empty_gradebook(there, tmp_path / "copy.db")  # as the next run does after an interruption
    assert server.run("SELECT count(*) FROM student", there.server) == [(0,)]
    with open_gradebook(there) as gradebook:
        assert gradebook.students == []

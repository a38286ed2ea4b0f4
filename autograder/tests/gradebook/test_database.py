"""The gradebook's file."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook, get_alembic_version

from gradkit.course import load_course
from gradkit.errors import GradebookUnavailable
from gradkit.gradebook.database import database_url, ensure_database, open_gradebook

from ..postgresql_server import Server


def schema(path: Any) -> set[tuple[Any, ...]]:
    with sqlite3.connect(path) as connection:
        rows = set(connection.execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"))
    connection.close()
    return {(kind, name, sql.replace("IF NOT EXISTS ", "")) for kind, name, sql in rows}


def test_it_is_what_nbgrader_would_make(room: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")  # nbgrader runs `alembic`
    ensure_database(room.course)
    ours = room.course.root / "gradebook.db"
    theirs = room.course.root / "theirs.db"
    Gradebook(f"sqlite:///{theirs}", "toy101").close()
    assert schema(ours) == schema(theirs)
    with sqlite3.connect(ours) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(get_alembic_version(),)]
    connection.close()


def test_one_that_is_there_stays(room: Any) -> None:
    with open_gradebook(room.course) as gradebook:
        gradebook.add_student("ada")
    ensure_database(room.course)
    with open_gradebook(room.course) as gradebook:
        assert [student.id for student in gradebook.students] == ["ada"]


def test_the_patience_reaches_sqlite(room: Any) -> None:
    with open_gradebook(room.course, patience=1.5) as gradebook:
        connection = gradebook.engine.raw_connection()
        assert connection.cursor().execute("PRAGMA busy_timeout").fetchone() == (1500,)
        connection.close()
    assert database_url(room.course).query == {"timeout": "30.0"}


TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
TYPES = """
    SELECT table_name, column_name, data_type, is_nullable, character_maximum_length FROM information_schema.columns
    WHERE table_schema = 'public'
"""
HERE = """
import sys
from pathlib import Path
from gradkit.course import load_course
from gradkit.gradebook.database import open_gradebook
sys.stdin.readline()
with open_gradebook(load_course(Path(sys.argv[1]))):
    pass
"""


def test_a_servers_tables_are_what_nbgrader_would_make(
    room: Any, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    course = replace(room.course, server=server.new())
    ensure_database(course)
    theirs = server.new()
    Gradebook(theirs.replace("postgresql:", "postgresql+psycopg:"), "toy101").close()
    assert set(server.run(TYPES, course.server)) == set(server.run(TYPES, theirs))
    for command in ("SELECT * FROM alembic_version", "SELECT * FROM course"):
        assert server.run(command, course.server) == server.run(command, theirs)


def test_a_servers_gradebook_is_made_once_by_runs_that_begin_together(room: Any, server: Server) -> None:
    url = server.new()
    path = room.course.root / "course.toml"
    path.write_text(f'database = "{url}"\n{path.read_text()}')
    command = [sys.executable, "-c", HERE, str(room.course.root)]
    runs = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603 - our Python
        for _ in range(4)
    ]
    for run in runs:
        run.stdin.write("now\n")
        run.stdin.flush()
    assert [run.communicate()[1] for run in runs] == [""] * 4
    assert server.run("SELECT * FROM course", url) == [("toy101",)]


def test_a_servers_tables_are_made_all_or_none(room: Any, server: Server) -> None:
    course = replace(room.course, server=server.new())
    # In the way of one of the last tables: a sequence has its name, which no list of tables shows.
    server.run("CREATE SEQUENCE comment", course.server)
    with pytest.raises(GradebookUnavailable, match="comment"):
        ensure_database(course)
    assert server.run(TABLES, course.server) == []


def test_tables_whose_version_nbgrader_has_not_noted_yet_are_a_gradebook(room: Any, server: Server) -> None:
    course = replace(room.course, server=server.new())
    ensure_database(course)
    server.run("DROP TABLE alembic_version", course.server)
    ensure_database(course)
    assert ("alembic_version",) not in server.run(TABLES, course.server)  # nbgrader is about to make it


@pytest.mark.parametrize(
    ("commands", "words"),
    [
        (
            ["CREATE TABLE student (id int)", "CREATE TABLE pupils (id int)"],
            r"not a gradebook of nbgrader's \(pupils, student\)",
        ),
        (["CREATE TABLE alembic_version (version_num text)"], "not a gradebook"),
    ],
)
def test_a_database_with_other_tables_is_left_alone(room: Any, server: Server, commands: list[str], words: str) -> None:
    course = replace(room.course, server=server.new())
    for command in commands:
        server.run(command, course.server)
    before = server.run(TABLES, course.server)
    with pytest.raises(GradebookUnavailable, match=words):
        ensure_database(course)
    assert server.run(TABLES, course.server) == before


def test_another_courses_gradebook_is_left_alone(room: Any, server: Server) -> None:
    course = replace(room.course, server=server.new())
    with open_gradebook(course) as gradebook:
        gradebook.add_assignment("hw1_lines")
    Gradebook(str(gradebook.engine.url)).close()  # as nbgrader's own commands without a course's id
    ensure_database(course)
    with pytest.raises(GradebookUnavailable, match=r'of another course \("toy101", and not "toy102"\)'):
        ensure_database(replace(course, id="toy102"))
    assert sorted(server.run("SELECT * FROM course", course.server)) == [("default_course",), ("toy101",)]


def test_the_patience_reaches_the_server(room: Any, server: Server) -> None:
    course = replace(room.course, server=server.new() + "&options=-csearch_path%3Dpublic&connect_timeout=7")
    with open_gradebook(course, patience=1.5) as gradebook:
        connection = gradebook.engine.raw_connection()
        assert connection.cursor().execute("SHOW lock_timeout").fetchone() == ("1500ms",)
        assert connection.cursor().execute("SHOW search_path").fetchone() == ("public",)
        connection.close()
    assert database_url(course).query["connect_timeout"] == "7"


def test_names_with_signs_that_a_url_escapes(room: Any, server: Server) -> None:
    server.run('CREATE ROLE "an@na" LOGIN SUPERUSER')
    server.run('CREATE DATABASE "co%urse"')
    course = replace(room.course, server=server.url("co%25urse", "an%40na"))
    with open_gradebook(course) as gradebook:
        gradebook.add_student("ada")
    assert server.run("SELECT id FROM student", course.server) == [("ada",)]


OLDER = (  # nbgrader 0.6's
    "ALTER TABLE assignment DROP COLUMN course_id",
    "DROP TABLE course",
    "UPDATE alembic_version SET version_num = '282d30a0218e'",
)


def test_a_servers_gradebook_of_an_older_nbgrader_is_brought_up_to_date_as_advised(room: Any, server: Server) -> None:
    url = server.new()
    path = room.course.root / "course.toml"
    path.write_text(f'database = "{url}"\n{path.read_text()}')
    course = load_course(room.course.root)
    with open_gradebook(course) as gradebook:
        gradebook.add_student("ada")
    for command in OLDER:
        server.run(command, url)
    with pytest.raises(GradebookUnavailable, match="nbgrader db upgrade"), open_gradebook(course):
        pass
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    command = [sys.executable, "-m", "nbgrader", "db", "upgrade"]
    subprocess.run(command, cwd=course.root, env=environment, check=True, capture_output=True)  # noqa: S603 - nbgrader
    with open_gradebook(course) as gradebook:
        assert [student.id for student in gradebook.students] == ["ada"]

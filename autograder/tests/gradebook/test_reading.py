"""A server that cannot be used is reported with what to do, by both ways of reading it, and never with a password."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from gradkit.course import Course, load_course
from gradkit.errors import GradebookUnavailable
from gradkit.gradebook.database import open_gradebook
from gradkit.gradebook.reading import in_use, read_rows
from gradkit.grading.record import Record

from ..postgresql_server import PASSWORD, Server

DATABASES = "room"
HW = "hw1_lines"


def with_database(room: Any, url: str) -> Course:
    """The toy course with another ``database``."""
    path = room.course.root / "course.toml"
    path.write_text(f'database = "{url}"\n{path.read_text()}')
    return load_course(room.course.root)


def refusals(course: Course, patience: float = 30.0) -> list[str]:
    """What reading and opening say."""
    with pytest.raises(GradebookUnavailable) as read:
        in_use(course, patience)
    with pytest.raises(GradebookUnavailable) as opened, open_gradebook(course, patience=patience):
        pass
    return [str(read.value), str(opened.value)]


def test_nothing_is_in_use_before_the_first_assignment(room: Any, make_record: Callable[..., Record]) -> None:
    assert not in_use(room.course)
    with open_gradebook(room.course):
        assert not in_use(room.course)
    room.put("ada")
    room.file(make_record("ada"))
    assert in_use(room.course)
    assert read_rows(room.course, "SELECT id FROM student WHERE id = ?", ["ada"]) == [("ada",)]
    assert read_rows(room.course, "SELECT id FROM student WHERE id = ?", ["bob"]) == []


@pytest.mark.parametrize("room", ["SQLite"], indirect=True)
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://ada@127.0.0.1:{port}/postgres", "did not accept this user or password.*PGPASSWORD"),
        ("postgresql://ada@127.0.0.1:{port}/nowhere", "no such database"),
        ("postgresql://nobody@:{port}/postgres?host={folder}", "did not accept this user"),
        ("postgresql://tls@127.0.0.1:{port}/postgres?sslmode=disable", "requires TLS.*sslmode=require"),
        ("postgresql://ada@127.0.0.1:{port}/postgres?sslmode=require", "the server has no TLS"),
        ("postgresql://crowd@127.0.0.1:{port}/postgres", "too many connections"),
        ("postgresql://ada@127.0.0.1:1/course", "cannot be reached"),
        ("postgresql://ada@no-such-host.invalid/course", "cannot be reached"),
        ("postgresql:///course?host=/nonexistent", "cannot be reached"),
        ("postgresql://ada@127.0.0.1:{port}/postgres?sslmod=require", "correct the parameters"),
        ("postgresql://ada@127.0.0.1:{port}/postgres?sslmode=maybe", "correct the parameters"),
        ("postgresql:///?service=course", "correct the parameters"),
    ],
)
def test_a_server_that_lets_nobody_in(
    room: Any, server: Server, monkeypatch: pytest.MonkeyPatch, url: str, words: str
) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD if "nowhere" in url else "hush")
    course = with_database(room, url.format(port=server.port, folder=server.folder))
    for said in refusals(course):
        assert said.startswith(f"{course.gradebook_place}: the gradebook cannot be used (")
        assert re.search(words, said), said
        assert "hush" not in said
        assert PASSWORD not in said
        assert said.count("\n") == 0


@pytest.mark.parametrize("room", ["SQLite"], indirect=True)
def test_the_password_comes_from_the_environment_or_libpqs_file(
    room: Any, server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name = server.new().partition("?")[0].rpartition("/")[2]
    server.run(f"ALTER DATABASE {name} OWNER TO ada")
    course = with_database(room, server.tcp(name))
    monkeypatch.delenv("PGPASSWORD", raising=False)
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "absent"))
    assert "did not accept" in refusals(course)[0]
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    with open_gradebook(course) as gradebook:
        assert PASSWORD not in str(gradebook.engine.url)
    monkeypatch.delenv("PGPASSWORD")
    file = tmp_path / "pgpass"
    file.write_text(f"127.0.0.1:*:*:ada:{PASSWORD}\n")
    file.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(file))
    with open_gradebook(course):
        assert not in_use(course)


@pytest.mark.parametrize("room", ["SQLite"], indirect=True)
def test_one_who_may_only_look_is_told_and_so_is_one_whose_server_is_read_only(room: Any, server: Server) -> None:
    url = server.new()
    course = with_database(room, url.replace("owner@", "tls@"))
    with pytest.raises(GradebookUnavailable, match="let it create and change tables"), open_gradebook(course):
        pass
    name = url.partition("?")[0].rpartition("/")[2]
    server.run(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    course = replace(course, server=url)
    with pytest.raises(GradebookUnavailable, match="accepts no changes"), open_gradebook(course):
        pass


@pytest.mark.parametrize("room", ["PostgreSQL"], indirect=True)
def test_a_session_that_the_server_ended_is_renewed(
    room: Any, server: Server, make_record: Callable[..., Record]
) -> None:
    room.put("ada")
    with open_gradebook(room.course) as gradebook:
        room.file(make_record("ada"))
        gradebook.find_student("ada")
        gradebook.db.remove()
        server.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid()",
            room.course.server,
        )
        assert gradebook.find_student("ada").id == "ada"


@pytest.mark.parametrize("room", ["PostgreSQL"], indirect=True)
def test_one_whose_tables_are_locked_is_waited_for(room: Any, make_record: Callable[..., Record]) -> None:
    room.put("ada")
    room.file(make_record("ada"))
    with psycopg.connect(room.course.server) as other:
        other.execute("LOCK TABLE student, assignment, grade")
        for patience in (0.05, 0.3):
            with pytest.raises(GradebookUnavailable, match=r"another program is writing to it.*The records are safe"):
                in_use(room.course, patience)


@pytest.mark.parametrize("room", ["PostgreSQL"], indirect=True)
def test_without_the_driver_the_message_says_what_to_install(room: Any) -> None:
    code = "import sys; sys.modules['psycopg'] = None; from gradkit.cli import main; sys.argv[1:] = ['report']; main()"
    done = subprocess.run(  # noqa: S603 - our own Python
        [sys.executable, "-c", code], cwd=room.course.root, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 3, done.stderr
    assert "pip install 'gradkit[postgresql]'" in done.stderr
    assert "Traceback" not in done.stderr

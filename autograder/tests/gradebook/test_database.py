"""The gradebook's file."""

from __future__ import annotations

import os
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook, get_alembic_version

from gradkit.gradebook.database import database_url, ensure_database, open_gradebook


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

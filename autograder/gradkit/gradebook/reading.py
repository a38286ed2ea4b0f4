"""Read the gradebook's tables with the database's driver alone: SQLAlchemy takes longer to import than to read.

The columns are documented in ``nbgrader.api``; writing is left to nbgrader's own classes.
"""

from __future__ import annotations

import importlib.util
import math
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from gradkit.course import Course
from gradkit.errors import GradebookUnavailable
from gradkit.gradebook.database_errors import PATIENCE, trouble
from gradkit.messages import message

_LEAST = 2  # seconds; libpq waits no shorter for a connection


def read_rows(course: Course, query: str, values: Sequence[str] = (), patience: float = PATIENCE) -> list[Any]:
    """The rows of a query; none if no gradebook is in use yet.

    Args:
        course: the course.
        query: in SQL that both databases understand, with ``?`` for each value.
        values: the values.
        patience: seconds to wait while another program writes.

    Raises:
        GradebookUnavailable: the gradebook cannot be read.
    """
    if course.server is not None:
        return _read_server(course, course.server, query.replace("?", "%s"), values, patience)
    if not course.gradebook.is_file() or course.gradebook.stat().st_size == 0:
        return []
    try:
        # Not read-only: a killed run's unfinished transaction must be rolled back by whoever opens the file next.
        address = f"{course.gradebook.as_uri()}?mode=rw"
        with closing(sqlite3.connect(address, uri=True, timeout=patience)) as connection:
            return connection.execute(query, tuple(values)).fetchall()
    except sqlite3.Error as error:
        raise trouble(course.gradebook_place, str(error)) from error


def in_use(course: Course, patience: float = PATIENCE) -> bool:
    """Whether there is a gradebook with assignments or students.

    Raises:
        GradebookUnavailable: it cannot be read.
    """
    return bool(read_rows(course, "SELECT id FROM assignment UNION SELECT id FROM student LIMIT 1", (), patience))


def with_patience(given: Mapping[str, object], patience: float) -> dict[str, str]:
    """A server connection's parameters that limit waiting to ``patience`` seconds, but for what is ``given``."""
    timeout = given.get("connect_timeout") or max(_LEAST, math.ceil(patience))
    options = [str(given["options"])] if "options" in given else []
    lock = f"-c lock_timeout={math.ceil(patience * 1000)}ms"
    return {"connect_timeout": str(timeout), "options": " ".join([lock, *options])}


def require_driver() -> None:
    """Check that the driver for PostgreSQL is installed.

    Raises:
        GradebookUnavailable: it is not.
    """
    if importlib.util.find_spec("psycopg") is None:
        raise GradebookUnavailable(
            message(
                "course.toml: database is on a PostgreSQL server, and this environment has no driver for it. "
                "Run: pip install 'gradkit[postgresql]'"
            )
        )


def _read_server(course: Course, url: str, query: str, values: Sequence[str], patience: float) -> list[Any]:
    require_driver()
    import psycopg
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    try:
        given = conninfo_to_dict(url)
        conninfo = make_conninfo(url, **with_patience(given, patience))
        with psycopg.connect(conninfo, autocommit=True) as connection:
            return connection.execute(query.encode(), values).fetchall()
    except psycopg.errors.UndefinedTable:
        return []
    except psycopg.Error as error:
        raise trouble(course.gradebook_place, str(error), type(error).__name__) from error

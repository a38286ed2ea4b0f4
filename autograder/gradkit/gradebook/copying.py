"""Copy a gradebook from one database to another, every row, in one transaction, compared before it is committed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

# nbgrader has annotations but does not declare them (no py.typed).
from nbgrader.api import Base  # type: ignore[import-untyped]
from sqlalchemy import URL, Connection, Table, delete, insert, select

from gradkit.course import Course
from gradkit.errors import GradebookUnavailable, UsageError
from gradkit.gradebook.database import (
    begun,
    check_owner,
    create_tables,
    database_url,
    errors_in_words,
    head,
    lock,
    place,
    version,
)
from gradkit.messages import message
from gradkit.temporary import replacing

Rows = Mapping[str, list[dict[str, Any]]]
_COURSES = "course"  # the one table that an unused gradebook may have rows in


def copy_gradebook(course: Course, to: str | Path) -> Mapping[str, int]:
    """Copy the course's gradebook into an empty database.

    Args:
        course: the course; its gradebook is not changed.
        to: the checked URL of a database on a PostgreSQL server, or the path of a new SQLite file. A file is created
            whole or not at all, and so are a database's tables and rows.

    Returns:
        Table -> number of rows.

    Raises:
        UsageError: there is nothing to copy, or the target is not empty.
        GradebookUnavailable: one of the databases cannot be used, is of another version, or is another course's.
        GradkitError: a row does not fit into the target.
    """
    rows = _read_gradebook(course)
    if not rows:
        raise UsageError(message("{place}: there is no gradebook to copy yet.", place=course.gradebook_place))
    if isinstance(to, Path):
        if to.exists():
            raise UsageError(
                message("{path}: already exists, and is not overwritten. Give --to the path of a new file.", path=to)
            )
        with replacing(to) as new:
            _write(replace(course, server=None), URL.create("sqlite", database=str(new)), str(to), rows)
    else:
        target = replace(course, server=to)
        _write(target, database_url(target), target.gradebook_place, rows)
    return {table: len(found) for table, found in rows.items()}


def _read_gradebook(course: Course) -> Rows:
    """Table -> rows of the course's gradebook, as they were at one moment; empty if no gradebook has been made.

    Raises:
        GradebookUnavailable: it cannot be used, is of another version, or is another course's.
    """
    if course.server is None and not course.gradebook.is_file():
        return {}
    with errors_in_words(course.gradebook_place), begun(database_url(course)) as connection:
        return _read(connection, course)


def empty_gradebook(course: Course, copy: Path) -> bool:
    """Delete all rows of the course's gradebook on a server, if they are those of the copy in an SQLite file.

    Returns:
        Whether they were, or there are none. Otherwise nothing is deleted.

    Raises:
        GradebookUnavailable: it cannot be used.
    """
    with errors_in_words(str(copy)), begun(URL.create("sqlite", database=str(copy))) as connection:
        rows = _rows(connection)
    with errors_in_words(course.gradebook_place), begun(database_url(course)) as connection:
        lock(connection)
        found = _read(connection, course)
        if _used(found) and not _same(found, rows):
            return False
        if found:
            _delete(connection)
    return True


def _read(connection: Connection, course: Course) -> Rows:
    """The gradebook's rows, which nobody else can change until the transaction ends; empty if it has no tables."""
    found = version(connection)
    if not found:
        return {}
    if found != head():
        raise GradebookUnavailable(
            message(
                "{place}: the gradebook is of an older version of nbgrader. Run `nbgrader db upgrade`.",
                place=place(connection),
            )
        )
    check_owner(connection, course.id)
    if connection.dialect.name != "sqlite":
        names = ", ".join(f'"{table.name}"' for table in _tables())
        connection.exec_driver_sql(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE")
    return _rows(connection)


def _write(course: Course, url: URL, where: str, rows: Rows) -> None:
    """Fill a database, and compare."""
    with errors_in_words(where), begun(url) as connection:
        if course.server is not None:
            lock(connection)
        if version(connection):
            if _used(_read(connection, course)):
                raise UsageError(
                    message(
                        "{place}: has a gradebook already, and is not overwritten. Create an empty database.",
                        place=where,
                    )
                )
            _delete(connection)
        else:
            create_tables(connection)
        for table in _tables():
            if rows[table.name]:
                connection.execute(insert(table), rows[table.name])
        if not _same(_rows(connection), rows):
            raise GradebookUnavailable(
                message("{place}: the copy was not equal to the original, and has been undone.", place=where)
            )


def _rows(connection: Connection) -> Rows:
    return {table.name: [dict(row) for row in connection.execute(select(table)).mappings()] for table in _tables()}


def _delete(connection: Connection) -> None:
    for table in reversed(_tables()):
        connection.execute(delete(table))


def _tables() -> list[Table]:
    """Nbgrader's tables, each after those that it refers to."""
    return list(Base.metadata.sorted_tables)


def _used(rows: Rows) -> bool:
    return any(found for table, found in rows.items() if table != _COURSES)


def _same(left: Rows, right: Rows) -> bool:
    def by_id(rows: Rows) -> dict[str, list[dict[str, Any]]]:
        return {table: sorted(found, key=lambda row: str(row["id"])) for table, found in rows.items()}

    return by_id(left) == by_id(right)

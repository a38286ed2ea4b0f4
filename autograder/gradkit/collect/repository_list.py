"""An instructor's lists for collecting from repositories: the roster, and the server's record of pushes."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

from gradkit.course import Course
from gradkit.course.roster import COLUMNS as PEOPLE
from gradkit.csv_tables import drop_empty_columns, read_table, uncell
from gradkit.errors import UsageError
from gradkit.ids import composed, spelled
from gradkit.intake.git import without_user
from gradkit.messages import message

_COLUMNS = ("student", "repository", "assignment")
_REMOTE = re.compile(r"(?:\w+://|[^@/]*@)?(?P<host>[^/:]+)(?::(?:22|80|443|9418)(?=/)|:(?!\d+/))?/*(?P<path>.*)")

Pushes = Mapping[str, Sequence[tuple[datetime, str]]]


@dataclass(frozen=True)
class Row:
    """One row of the roster: a student's repository, for one assignment or, if that is "", for all.

    ``id`` is the id in the row, which may be an earlier one of the student.
    """

    student: str
    repository: str
    assignment: str
    id: str = ""

    @property
    def place(self) -> str:
        """The repository's address in a normal form."""
        return place(self.repository)


def place(address: str) -> str:
    """An address without the parts that may vary: user, password, ``.git`` and a trailing slash."""
    return without_user(address).rstrip("/").removesuffix(".git")


def shared_repositories(rows: Sequence[Row]) -> dict[str, str]:
    """Student -> why nothing is collected: the roster lists the repository for other students as well.

    Addresses are compared across protocols (https, ssh), ports, case and links.
    """
    students: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        students[_where(row.repository)].add(row.student)
    return {
        row.student: message(
            "the roster also lists this repository for {students}. Correct the roster: nothing is collected for any of "
            "them.",
            students=", ".join(map(spelled, sorted(found - {row.student}))),
        )
        for row in rows
        if len(found := students[_where(row.repository)]) > 1
    }


def _where(address: str) -> str:
    """A key that is the same for all addresses of a repository, as far as addresses alone can tell."""
    local = without_user(address).removeprefix("file://")
    if local.startswith("/"):
        return place(os.path.realpath(local))
    text = place(address)
    found = _REMOTE.fullmatch(text)
    return unquote("/".join(found.group("host", "path")) if found else text).casefold()


def read_rows(course: Course, path: Path) -> list[Row]:
    """The rows of a roster.

    Raises:
        UsageError: it cannot be read, or a row is invalid; names file and line.
    """
    table = read_table(path)
    drop_empty_columns(table)
    unknown = [name for name in table.header if name.strip().lower() not in {*_COLUMNS, *PEOPLE}]
    if unknown:
        raise UsageError(
            message(
                '{path}: "{name}" is not a known column: {columns}.',
                path=path,
                name=unknown[0],
                columns=", ".join(_COLUMNS),
            )
        )
    for name in ("student", "repository"):
        table.column(name)
    rows: list[Row] = []
    seen: defaultdict[str, set[str]] = defaultdict(set)
    for number, cells in table.numbered():
        if not any(cell.strip() for cell in cells):
            continue
        student = composed(uncell(table.get(cells, "student")))
        row = Row(student, table.get(cells, "repository"), table.get(cells, "assignment"), student)
        if not row.student or not row.repository:
            raise UsageError(
                message("{path}, line {number}: student and repository are both required.", path=path, number=number)
            )
        if row.assignment and row.assignment not in course.assignment_ids:
            known = ", ".join(course.assignment_ids)
            raise UsageError(
                message(
                    "{path}, line {number}: unknown assignment {assignment} (the course has: {known}).",
                    path=path,
                    number=number,
                    assignment=row.assignment,
                    known=known,
                )
            )
        before = seen[row.student]
        if before and (row.assignment in before or "" in (*before, row.assignment)):
            raise UsageError(
                message(
                    "{path}, line {number}: {student} is listed twice. Give a student one row, or one for each "
                    "assignment.",
                    path=path,
                    number=number,
                    student=row.student,
                )
            )
        before.add(row.assignment)
        rows.append(row)
    return rows


def read_pushes(path: Path) -> Pushes:
    """A server's record: `place` of the repository -> (time, commit) of each push.

    Raises:
        UsageError: it cannot be read, or a row is invalid; names file and line.
    """
    table = read_table(path)
    for name in ("repository", "commit", "time"):
        table.column(name)
    found: dict[str, list[tuple[datetime, str]]] = {}
    for number, cells in table.numbered():
        time = zoned_time(message("{path}, line {number}:", path=path, number=number), table.get(cells, "time"))
        found.setdefault(place(table.get(cells, "repository")), []).append((time, table.get(cells, "commit")))
    return found


def zoned_time(what: str, text: str) -> datetime:
    """Parse a time in ISO 8601 with a time zone.

    Raises:
        UsageError: it is not one; the message begins with ``what``.
    """
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            message("{what} {text} is not a time. Give it as 2026-10-05T22:00:00Z.", what=what, text=f"{text!r}")
        ) from None
    if time.tzinfo is None:
        raise UsageError(
            message(
                "{what} {text} has no time zone. Give it as 2026-10-05T22:00:00Z, or as 2026-10-06T00:00:00+02:00.",
                what=what,
                text=f"{text!r}",
            )
        )
    return time

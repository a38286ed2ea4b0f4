"""Which records have been filed where, which have their feedback page, and whom the gradebook holds; without nbgrader.

To import nbgrader takes longer than all else in a run that finds nothing to do. The columns read here are documented in
``nbgrader.api`` (``Assignment``, ``Student``, ``SubmittedAssignment``); writing is left to nbgrader's own classes.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from gradkit.course import Assignment, Course
from gradkit.gradebook.database_errors import PATIENCE, trouble
from gradkit.grading.record import Record, to_dict

# Says what an autograded folder was made from, and by its number there for which gradebook's assignment. It is put in
# place last, so it never promises too much.
STAMP = ".filed"
_END = b"</html>"
_EPOCH = datetime(1970, 1, 1)  # an interval is stored as this plus the interval
_QUERY = """
    SELECT submitted_assignment.student_id, submitted_assignment.timestamp, submitted_assignment.extension,
           assignment.duedate
    FROM submitted_assignment JOIN assignment ON submitted_assignment.assignment_id = assignment.id
    WHERE assignment.name = ?
"""


def stamp_text(course: Course, assignment: Assignment, record: Record, entry: str) -> str:
    """What the stamp of this record says.

    Args:
        course: the course.
        assignment: the assignment.
        record: the record.
        entry: the number of the assignment's row, which no other gradebook has.
    """
    return f"{_digest(course, assignment, record)}\n{entry}\n"


def is_filed(course: Course, assignment: Assignment, record: Record) -> bool:
    """Whether the autograded folder was made from exactly this record, and from the assignment as it is now."""
    stamp, _ = _read_stamp(course.autograded / record.student / assignment.id / STAMP)
    return stamp == _digest(course, assignment, record)


def filed_in(course: Course, student: str) -> set[str]:
    """The numbers of the assignments that the student's work was filed under, in this gradebook or an earlier one."""
    folder = course.autograded / student
    return {_read_stamp(path)[1] for path in folder.glob(f"*/{STAMP}")} - {""}


def _digest(course: Course, assignment: Assignment, record: Record) -> str:
    """What filing depends on: the record, and points, title, due time and notebook of the assignment."""
    written = [[question.id, question.points] for question in assignment.written]
    about = [to_dict(record), assignment.title, assignment.due.isoformat(), written]
    sha = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
    with suppress(OSError):  # filing says so
        sha.update((course.release(assignment.id) / assignment.notebook).read_bytes())
    return sha.hexdigest()


def _read_stamp(path: Path) -> tuple[str, str]:
    try:
        digest, _, entry = path.read_text(encoding="ascii").partition("\n")
    except (OSError, UnicodeDecodeError):
        return "", ""
    return digest, entry.strip()


def page_is_made(course: Course, assignment: Assignment, student: str) -> bool:
    """Whether there is a whole feedback page of nbgrader's that is not older than the autograded folder."""
    stamp = course.autograded / student / assignment.id / STAMP
    return is_newer(course.feedback / student / assignment.id / f"{assignment.topic}.html", stamp)


def is_newer(page: Path, source: Path) -> bool:
    """Whether a page is there, whole, and not older than what it was made from."""
    try:
        return page.stat().st_mtime >= source.stat().st_mtime and _is_whole(page)
    except OSError:
        return False


def _is_whole(page: Path) -> bool:
    """A run that was killed, or a full disk, leaves half a page."""
    with page.open("rb") as file:
        file.seek(-min(100, page.stat().st_size), os.SEEK_END)
        return file.read().rstrip().endswith(_END)


def class_list(course: Course, patience: float = PATIENCE) -> list[str]:
    """Every student whom the gradebook knows, with or without a submission.

    Raises:
        GradebookUnavailable: it cannot be read.
    """
    return [student for (student,) in _query(course, "SELECT id FROM student ORDER BY id", (), patience)]


def gone_students(course: Course, patience: float = PATIENCE) -> frozenset[str]:
    """Students who have left: their work was filed in this gradebook, which does not have them any more.

    Somebody took them out; gradkit only adds. Who has records or notebooks here, but neither a submission nor a row in
    the gradebook, has left too.

    Raises:
        GradebookUnavailable: it cannot be read.
    """
    known = set(class_list(course, patience))
    entries = {entry for (entry,) in _query(course, "SELECT id FROM assignment", (), patience)}
    if not known | entries:  # no books are kept here
        return frozenset()
    folders = [path for parent in (course.results, course.autograded) for path in parent.glob("*/")]
    return frozenset(
        name
        for name in {folder.name for folder in folders} - known
        if not (course.submitted / name).is_dir() or filed_in(course, name) & entries
    )


def seconds_late(course: Course, assignment_id: str, patience: float = PATIENCE) -> Mapping[str, float]:
    """Every student who has a submission of the assignment in the gradebook -> seconds after due time and extension.

    Args:
        course: the course.
        assignment_id: the assignment.
        patience: seconds to wait while another program writes.

    Raises:
        GradebookUnavailable: it cannot be read.
    """
    return {student: _late(*times) for student, *times in _query(course, _QUERY, (assignment_id,), patience)}


def _query(course: Course, query: str, values: tuple[str, ...], patience: float) -> list[Any]:
    path = course.gradebook
    if not path.is_file() or path.stat().st_size == 0:
        return []
    try:
        # Not read-only: what a killed run had begun to write is undone by whoever opens the file next, and must be.
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=patience)) as connection:
            return connection.execute(query, values).fetchall()
    except sqlite3.Error as error:
        raise trouble(path, str(error)) from error


def _late(handed_in: str | None, extension: str | None, due: str | None) -> float:
    if handed_in is None or due is None:
        return 0.0
    late = datetime.fromisoformat(handed_in) - datetime.fromisoformat(due)
    if extension is not None:
        late -= datetime.fromisoformat(extension) - _EPOCH
    return max(0.0, late.total_seconds())

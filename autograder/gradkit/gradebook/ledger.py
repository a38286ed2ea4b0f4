"""What the gradebook holds of a class, read without nbgrader.

To import nbgrader takes longer than all else in a run that finds nothing to do. The columns read here are
documented in ``nbgrader.api`` (``Assignment``, ``Student``, ``SubmittedAssignment``); writing is left to nbgrader's own
classes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from typing import Any

from gradkit.course import Course
from gradkit.gradebook.database_errors import PATIENCE, trouble
from gradkit.gradebook.stamps import filed_in

_EPOCH = datetime(1970, 1, 1)  # an interval is stored as this plus the interval
_QUERY = """
    SELECT submitted_assignment.student_id, submitted_assignment.timestamp, submitted_assignment.extension,
           assignment.duedate
    FROM submitted_assignment JOIN assignment ON submitted_assignment.assignment_id = assignment.id
    WHERE assignment.name = ?
"""


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

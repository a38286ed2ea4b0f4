"""A submission's points in the gradebook: the hidden suites', manual grading and the late penalty.

Also the CSV that ``nbgrader export`` writes: the same columns and rows, ids and names as in the gradebook. nbgrader's
own exporter quotes nothing, so a comma in a name shifts the columns after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

# nbgrader has annotations but does not declare them (no py.typed).
from nbgrader.api import Assignment as AssignmentRow  # type: ignore[import-untyped]
from nbgrader.api import Student, SubmittedAssignment
from sqlalchemy import select

from gradkit.course import Course, rounded
from gradkit.csv_tables import Cell, to_csv
from gradkit.gradebook.database import open_gradebook
from gradkit.gradebook.database_errors import PATIENCE
from gradkit.gradebook.reading import in_use
from gradkit.gradebook.rows import refresh_penalties, transaction

COLUMNS = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)


@dataclass(frozen=True)
class Mark:
    """One submission in the gradebook. All figures are points.

    Attributes:
        raw_score: points earned, manual grading included.
        penalty: the late penalty, in [0, ``raw_score``].
        max_score: points possible, written questions included.
        waits_for_person: whether something is still to be graded by hand.
        handed_in: the submission time, naive, in UTC; None if unknown.
    """

    raw_score: float
    penalty: float
    max_score: float
    waits_for_person: bool
    handed_in: datetime | None = None

    @property
    def score(self) -> float:
        """The score after the penalty, as ``nbgrader export`` computes it."""
        return rounded(max(0.0, self.raw_score - self.penalty))


def read_marks(course: Course, assignment_id: str, patience: float = PATIENCE) -> Mapping[str, Mark]:
    """The marks of every student with a submission in the gradebook, with late penalties recomputed.

    Raises:
        GradebookUnavailable: the gradebook cannot be used now.
    """
    if not in_use(course, patience):
        return {}
    columns = (
        SubmittedAssignment.student_id,
        SubmittedAssignment.score,
        SubmittedAssignment.late_submission_penalty,
        SubmittedAssignment.max_score,
        SubmittedAssignment.needs_manual_grade,
        SubmittedAssignment.timestamp,
    )
    query = select(*columns).join(AssignmentRow, SubmittedAssignment.assignment_id == AssignmentRow.id)
    with open_gradebook(course, patience=patience) as gradebook:
        refresh_penalties(gradebook, course, assignment_id)
        with transaction(gradebook, course) as db:
            rows = db.execute(query.where(AssignmentRow.name == assignment_id)).all()
    return {
        student: Mark(rounded(score), rounded(penalty), rounded(best), bool(waits), time)
        for student, score, penalty, best, waits, time in rows
    }


def export_csv(course: Course) -> str:
    """Every student and assignment of the gradebook, with nbgrader's own columns and current late penalties.

    Only the last four columns are numbers. Students without a submission have 0 points, as in nbgrader's export.

    Raises:
        GradebookUnavailable: the gradebook cannot be used now.
    """
    return to_csv(COLUMNS, _rows(course))


def _rows(course: Course) -> Iterator[list[Cell]]:
    with open_gradebook(course) as gradebook, transaction(gradebook, course) as db:
        columns = (AssignmentRow.name, AssignmentRow.duedate, AssignmentRow.max_score)
        assignments = _sorted(db.execute(select(*columns)).all(), 1, 0)
        about = (Student.id, Student.last_name, Student.first_name, Student.email)
        students = _sorted(db.execute(select(*about)).all(), 1, 2, 0)
    for assignment, due, best in assignments:
        marks = read_marks(course, assignment)
        for student, last, first, email in students:
            mark = marks.get(student, Mark(0.0, 0.0, best, waits_for_person=False))
            yield [
                *(assignment, _text(due), _text(mark.handed_in), student, last, first, email),
                *(mark.raw_score, mark.penalty, mark.score, rounded(best)),
            ]


def _sorted(rows: Iterable[Any], *columns: int) -> list[Any]:
    """Rows by these columns, missing values first: each database sorts text and missing values in its own way."""
    return sorted(rows, key=lambda row: [(row[column] is not None, row[column] or "") for column in columns])


def _text(time: datetime | None) -> str:
    return "" if time is None else str(time)

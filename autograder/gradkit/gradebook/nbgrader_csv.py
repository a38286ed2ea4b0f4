"""The CSV that ``nbgrader export`` writes: the same columns and rows, with every id and name as it is in the gradebook.

nbgrader's own exporter quotes nothing, so that a comma in a name moves all that follows into the next column.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

# nbgrader has annotations but does not declare them (no py.typed).
from nbgrader.api import Assignment as AssignmentRow  # type: ignore[import-untyped]
from nbgrader.api import Student
from sqlalchemy import select

from gradkit.course import Course, rounded
from gradkit.csv_tables import Cell, to_csv
from gradkit.gradebook.database import open_gradebook
from gradkit.gradebook.marks import Mark, read_marks
from gradkit.gradebook.rows import transaction

COLUMNS = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)


def export_csv(course: Course) -> str:
    """Every student and assignment of the gradebook, with nbgrader's own columns; late penalties as they are now.

    Only the last four columns are numbers. Who has no submission has 0 points, as in nbgrader's export.

    Raises:
        GradebookUnavailable: the gradebook cannot be used now.
    """
    return to_csv(COLUMNS, _rows(course))


def _rows(course: Course) -> Iterator[list[Cell]]:
    with open_gradebook(course) as gradebook, transaction(gradebook, course) as db:
        columns = (AssignmentRow.name, AssignmentRow.duedate, AssignmentRow.max_score)
        assignments = db.execute(select(*columns).order_by(AssignmentRow.duedate, AssignmentRow.name)).all()
        about = (Student.id, Student.last_name, Student.first_name, Student.email)
        students = db.execute(select(*about).order_by(Student.last_name, Student.first_name, Student.id)).all()
    for assignment, due, best in assignments:
        marks = read_marks(course, assignment)
        for student, last, first, email in students:
            mark = marks.get(student, Mark(0.0, 0.0, best, waits_for_person=False))
            yield [
                *(assignment, _text(due), _text(mark.handed_in), student, last, first, email),
                *(mark.raw_score, mark.penalty, mark.score, rounded(best)),
            ]


def _text(time: datetime | None) -> str:
    return "" if time is None else str(time)

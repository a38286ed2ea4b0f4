"""Put records into nbgrader's gradebook: the rows that its autograder would write, one transaction per submission.

nbgrader opens the database for each step of each notebook and commits for each cell. Here one open ``Gradebook``
serves the whole class, and a submission's rows are read and written together. The rows, and when one needs manual
grading, follow nbgrader's ``SaveAutoGrades`` and ``AssignLatePenalties``, with one difference: a manual grade is
flagged for review only when what it was given for has changed, not at every run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

# nbgrader has annotations but does not declare them (no py.typed).
from nbgrader.api import (  # type: ignore[import-untyped]
    Assignment as AssignmentRow,
)
from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from sqlalchemy import insert, select, text, update

from gradkit.course import Assignment, Course
from gradkit.errors import GraderFault
from gradkit.gradebook.autograded import Graded
from gradkit.gradebook.database import errors_in_words
from gradkit.gradebook.late import LatePenalty
from gradkit.gradebook.settings import nbgrader_config
from gradkit.gradebook.timestamps import parse_time
from gradkit.grading.record import Record
from gradkit.messages import message
from gradkit.term.reckoning import Reckoned


def _of_assignment(assignment_id: str) -> Any:
    """The condition that joins submissions to one assignment."""
    return (SubmittedAssignment.assignment_id == AssignmentRow.id) & (AssignmentRow.name == assignment_id)


def save_record(
    gradebook: Gradebook,
    course: Course,
    assignment: Assignment,
    record: Record,
    graded: Graded,
    reckoned: Reckoned | None = None,
) -> None:
    """Write one graded submission's scores, comments and late penalty, all or nothing.

    Args:
        gradebook: from ``open_gradebook``; the assignment must be registered.
        course: the course.
        assignment: the assignment.
        record: its status is "graded".
        graded: from ``fill_notebook``.
        reckoned: how the student stands in the assignment: its extension and slip days become nbgrader's extension.
            None: nbgrader's extension stays as it is.

    Raises:
        GraderFault: the gradebook's questions differ from the record's.
        GradebookUnavailable: the gradebook cannot be written.
    """
    time = parse_time(record.submitted or "")
    time = time.replace(tzinfo=None) if time else None  # nbgrader's columns hold naive times in UTC
    with transaction(gradebook, course) as db:
        submission, again = _find_submission(db, record, time)
        of_ours = SubmittedNotebook.assignment_id == submission
        named = select(SubmittedNotebook.id).join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        notebook = db.scalar(named.where(of_ours, Notebook.name == assignment.topic))
        grades = _rows(db, Grade, notebook, Grade.auto_score, Grade.manual_score)
        names = {grade.name for grade in grades}
        if names != graded.scores.keys():
            raise GraderFault(
                message(
                    "the gradebook has the questions {ours}, the graded notebook has {graded}. Run `make "
                    "release`, then `make grade`.",
                    ours=_list(names),
                    graded=_list(graded.scores),
                )
            )
        for grade in grades:
            changed = again or grade.name in graded.changed
            values = _grade(grade.auto_score, grade.manual_score, graded.scores[grade.name], changed)
            db.execute(_by_id(Grade, grade.id), values)
        for comment in _rows(db, Comment, notebook, Comment.auto_comment):
            words = "No response." if comment.name in graded.unanswered else None
            if comment.auto_comment != words:
                db.execute(_by_id(Comment, comment.id), {"auto_comment": words})
        if reckoned is not None:
            db.execute(_by_id(SubmittedAssignment, submission), {"extension": reckoned.allowance or None})
        _write_penalty(db, course, submission, notebook)


def entry(gradebook: Gradebook, course: Course, assignment_id: str) -> str:
    """The id of an assignment's row, different in every gradebook; "" if it is not registered."""
    with transaction(gradebook, course) as db:
        return db.scalar(select(AssignmentRow.id).where(AssignmentRow.name == assignment_id)) or ""


def refresh_penalties(gradebook: Gradebook, course: Course, assignment_id: str) -> int:
    """Recompute late penalties: manual grading changes the score that they are a share of.

    Returns:
        The number of the assignment's submissions with a penalty.
    """
    with transaction(gradebook, course) as db:
        _lock(db, assignment_id)
        found = db.execute(
            select(SubmittedAssignment.id, SubmittedNotebook.id)
            .join(AssignmentRow, _of_assignment(assignment_id))
            .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        )
        return sum(_write_penalty(db, course, submission, notebook) is not None for submission, notebook in found.all())


@contextmanager
def transaction(gradebook: Gradebook, course: Course) -> Iterator[Any]:
    """The gradebook's session, committed at the end or rolled back, and cleared for the next submission."""
    with errors_in_words(course.gradebook_place):
        try:
            yield gradebook.db
            gradebook.db.commit()
        finally:
            gradebook.db.remove()  # rolls back what was not committed


def _lock(db: Any, assignment_id: str) -> str | None:
    """The id of the assignment's row, locked in a server's database until the transaction ends.

    Two runs then never file into one assignment at the same time, and formgrader can still write. In SQLite the first
    change locks the whole file.
    """
    row: str | None = db.scalar(
        select(AssignmentRow.id).where(AssignmentRow.name == assignment_id).with_for_update(key_share=True)
    )
    return row


def _find_submission(db: Any, record: Record, time: datetime | None) -> tuple[str, bool]:
    """The id of the submission's row, created if missing, and whether its time has changed."""
    assignment = _lock(db, record.assignment)
    if assignment is None:
        raise GraderFault(
            message("{assignment} is not in the gradebook. Register it before grading.", assignment=record.assignment)
        )
    of_both = (SubmittedAssignment.assignment_id == assignment) & (SubmittedAssignment.student_id == record.student)
    found = db.execute(select(SubmittedAssignment.id, SubmittedAssignment.timestamp).where(of_both)).one_or_none()
    if found is not None:
        if found.timestamp != time:
            db.execute(_by_id(SubmittedAssignment, found.id), {"timestamp": time})
        return found.id, found.timestamp != time
    db.execute(text("INSERT INTO student (id) VALUES (:id) ON CONFLICT DO NOTHING"), {"id": record.student})
    submission = new_uuid()
    made = {"id": submission, "assignment_id": assignment, "student_id": record.student, "timestamp": time}
    db.execute(insert(_table(SubmittedAssignment)), made)
    for notebook in db.scalars(select(Notebook.id).where(Notebook.assignment_id == assignment)).all():
        submitted = new_uuid()
        made = {"id": submitted, "assignment_id": submission, "notebook_id": notebook}
        db.execute(insert(_table(SubmittedNotebook)), made)
        cells = db.execute(select(BaseCell.id, BaseCell.type).where(BaseCell.notebook_id == notebook)).all()
        for row, kinds in ((Grade, ("GradeCell", "TaskCell")), (Comment, ("SolutionCell", "TaskCell"))):
            rows = [{"cell_id": cell.id, "notebook_id": submitted} for cell in cells if cell.type in kinds]
            if rows:
                db.execute(insert(_table(row)), rows)
    return submission, False


def _rows(db: Any, row: Any, notebook: str | None, *columns: Any) -> list[Any]:
    """The grades or comments of a submitted notebook: ``id``, the cell's ``name``, and columns."""
    found = select(row.id, BaseCell.name, *columns).join(BaseCell, BaseCell.id == row.cell_id)
    # Locked on a server: what formgrader writes meanwhile must not be judged by what was read before.
    found = found.where(row.notebook_id == notebook).order_by(row.id).with_for_update(of=row.__table__)
    return list(db.execute(found).all())


def _by_id(row: Any, identity: str) -> Any:
    return update(_table(row)).where(_table(row).c.id == identity)


def _table(row: Any) -> Any:
    """The table itself: nbgrader's classes load related rows one by one, which takes most of the time."""
    return row.__table__


def _grade(before: float | None, manual: float | None, score: float | None, changed: bool) -> dict[str, Any]:
    """The values for a grade's row; a manual grade is flagged for review only when something changed."""
    values: dict[str, Any] = {"auto_score": score}
    if manual is None:
        values["needs_manual_grade"] = score is None
    elif changed or before != score:
        values["needs_manual_grade"] = True
    return values


def _write_penalty(db: Any, course: Course, submission: str, notebook: str) -> float | None:
    """As nbgrader's ``AssignLatePenalties``: none unless late, and never more than the score."""
    times = select(SubmittedAssignment.student_id, SubmittedAssignment.timestamp, SubmittedAssignment.extension)
    times = times.add_columns(AssignmentRow.duedate).join(
        AssignmentRow, AssignmentRow.id == SubmittedAssignment.assignment_id
    )
    student, handed_in, extension, due = db.execute(times.where(SubmittedAssignment.id == submission)).one()
    late = 0.0
    if handed_in is not None and due is not None:
        late = max(0.0, (handed_in - due - (extension or timedelta())).total_seconds())
    penalty = None
    if late > 0:
        score = db.scalar(select(SubmittedNotebook.score).where(SubmittedNotebook.id == notebook))
        penalty = LatePenalty(config=nbgrader_config(course)).late_submission_penalty(student, score, late)
        penalty = None if penalty is None else min(max(penalty, 0.0), score)
    before = db.scalar(select(SubmittedNotebook.late_submission_penalty).where(SubmittedNotebook.id == notebook))
    if before != penalty:
        db.execute(_by_id(SubmittedNotebook, notebook), {"late_submission_penalty": penalty})
    return penalty


def _list(names: Any) -> str:
    return ", ".join(sorted(names)) or message("none")

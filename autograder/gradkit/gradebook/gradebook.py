"""Put records into nbgrader's gradebook: the same rows that its autograder writes, one transaction a submission.

nbgrader opens the database anew for each step of each notebook and commits for each cell. Here one open ``Gradebook``
serves the whole class, and a submission's rows are read and written together. What is written, and when a mark needs a
person, follows nbgrader's ``SaveAutoGrades`` and ``AssignLatePenalties``, with one difference: a person's mark is
called up for review again only when something under it changed, not at every run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

# nbgrader has annotations but does not declare them (no py.typed).
from nbgrader.api import (  # type: ignore[import-untyped]
    Assignment as AssignmentRow,
)
from nbgrader.api import (
    Comment,
    Grade,
    Gradebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import select

from gradkit.course import Assignment, Course
from gradkit.errors import GraderFault
from gradkit.gradebook.autograded import Graded
from gradkit.gradebook.database import errors_in_words
from gradkit.gradebook.late import LatePenalty
from gradkit.gradebook.settings import nbgrader_config
from gradkit.gradebook.times import parse_time
from gradkit.grading.record import Record


def of_assignment(assignment_id: str) -> Any:
    """Joins a submission to its assignment, and keeps those of one."""
    return (SubmittedAssignment.assignment_id == AssignmentRow.id) & (AssignmentRow.name == assignment_id)


def save_record(gradebook: Gradebook, course: Course, assignment: Assignment, record: Record, graded: Graded) -> None:
    """Write one graded submission's scores, comments and late penalty, all or nothing.

    Args:
        gradebook: from ``open_gradebook``; the assignment must be registered.
        course: the course.
        assignment: the assignment.
        record: its status is "graded".
        graded: from ``fill_notebook``.

    Raises:
        GraderFault: the gradebook's questions are not the record's.
        GradebookUnavailable: the gradebook cannot be written.
    """
    time = parse_time(record.submitted or "")
    time = time.replace(tzinfo=None) if time else None  # nbgrader's columns are UTC without saying so
    with transaction(gradebook, course) as db:
        submission, again = _find_submission(db, record, time)
        notebook = next((one for one in submission.notebooks if one.name == assignment.topic), None)
        grades = {one.cell.name: one for one in notebook.grades} if notebook else {}
        if notebook is None or grades.keys() != graded.scores.keys():
            raise GraderFault(
                f"{record.student}/{record.assignment}: the gradebook has the questions {_list(grades)}, the graded "
                f"notebook has {_list(graded.scores)}. Register the assignment anew (`make release`, `make grade`)."
            )
        for name, grade in grades.items():
            _write_grade(grade, graded.scores[name], changed=again or name in graded.changed)
        for comment in notebook.comments:
            comment.auto_comment = "No response." if comment.cell.name in graded.unanswered else None
        db.flush()
        _write_penalty(db, LatePenalty(config=nbgrader_config(course)), submission, notebook)


def refresh_penalties(gradebook: Gradebook, course: Course, assignment_id: str) -> int:
    """Reckon late penalties anew, since a person's marks change the score they are a share of.

    Returns:
        How many submissions of the assignment have a penalty now.
    """
    plugin = LatePenalty(config=nbgrader_config(course))
    with transaction(gradebook, course) as db:
        notebooks = [
            notebook
            for submission in db.scalars(select(SubmittedAssignment).join(AssignmentRow, of_assignment(assignment_id)))
            for notebook in submission.notebooks
        ]
        for notebook in notebooks:
            _write_penalty(db, plugin, notebook.assignment, notebook)
        return sum(notebook.late_submission_penalty is not None for notebook in notebooks)


@contextmanager
def transaction(gradebook: Gradebook, course: Course) -> Iterator[Any]:
    """The gradebook's session, committed at the end or rolled back, and emptied for the next submission."""
    with errors_in_words(course):
        try:
            yield gradebook.db
            gradebook.db.commit()
        finally:
            gradebook.db.remove()  # rolls back what was not committed


def _find_submission(db: Any, record: Record, time: datetime | None) -> tuple[Any, bool]:
    """The submission's row, made where there is none, and whether it had been graded with another time before."""
    assignment = db.scalar(select(AssignmentRow).where(AssignmentRow.name == record.assignment))
    if assignment is None:
        raise GraderFault(f"{record.assignment} is not registered in the gradebook; that is done before grading.")
    of_both = (SubmittedAssignment.assignment_id == assignment.id) & (SubmittedAssignment.student_id == record.student)
    submission = db.scalar(select(SubmittedAssignment).where(of_both))
    if submission is not None:
        again = submission.timestamp != time
        submission.timestamp = time
        return submission, again
    student = db.get(Student, record.student) or Student(id=record.student)
    with db.no_autoflush:
        submission = SubmittedAssignment(assignment=assignment, student=student, timestamp=time)
        for notebook in assignment.notebooks:
            submitted = SubmittedNotebook(notebook=notebook, assignment=submission)
            for cell in [*notebook.grade_cells, *notebook.task_cells]:
                Grade(cell_id=cell.id, notebook=submitted)
            for cell in [*notebook.solution_cells, *notebook.task_cells]:
                Comment(cell_id=cell.id, notebook=submitted)
        db.add(submission)
    db.flush()
    return submission, False


def _write_grade(grade: Any, score: float | None, *, changed: bool) -> None:
    changed = changed or grade.auto_score != score
    grade.auto_score = score
    if grade.manual_score is None:
        grade.needs_manual_grade = score is None
    elif changed:
        grade.needs_manual_grade = True


def _write_penalty(db: Any, plugin: LatePenalty, submission: Any, notebook: Any) -> None:
    """As nbgrader's ``AssignLatePenalties``: none unless late, and never more than the score."""
    penalty = None
    if submission.total_seconds_late > 0:
        score = db.scalar(select(SubmittedNotebook.score).where(SubmittedNotebook.id == notebook.id))
        penalty = plugin.late_submission_penalty(submission.student_id, score, submission.total_seconds_late)
    notebook.late_submission_penalty = None if penalty is None else min(max(penalty, 0.0), score)


def _list(names: Any) -> str:
    return ", ".join(sorted(names)) or "none"

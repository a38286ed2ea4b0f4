"""What the gradebook says a submission is worth: the hidden suites' points, a person's marks and the late penalty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

# nbgrader has annotations but does not declare them (no py.typed).
from nbgrader.api import Assignment as AssignmentRow  # type: ignore[import-untyped]
from nbgrader.api import SubmittedAssignment
from sqlalchemy import select

from gradkit.course import Course, rounded
from gradkit.gradebook.database import open_gradebook
from gradkit.gradebook.database_errors import PATIENCE
from gradkit.gradebook.rows import refresh_penalties, transaction


@dataclass(frozen=True)
class Mark:
    """One submission in the gradebook. All figures are points.

    Attributes:
        raw_score: what was earned, a person's marks included.
        penalty: what lateness costs, in [0, ``raw_score``].
        max_score: what can be earned, written questions included.
        waits_for_person: whether something in it is still to be marked by a person.
        handed_in: when, in UTC without saying so; None where that is not known.
    """

    raw_score: float
    penalty: float
    max_score: float
    waits_for_person: bool
    handed_in: datetime | None = None

    @property
    def score(self) -> float:
        """What counts, as ``nbgrader export`` reckons it."""
        return rounded(max(0.0, self.raw_score - self.penalty))


def read_marks(course: Course, assignment_id: str, patience: float = PATIENCE) -> Mapping[str, Mark]:
    """The marks of every student whose submission is in the gradebook, with late penalties reckoned anew.

    Raises:
        GradebookUnavailable: the gradebook cannot be used now.
    """
    path = course.gradebook
    if not path.is_file() or path.stat().st_size == 0:
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

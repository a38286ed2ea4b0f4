"""What every way of collecting reports, and what each of them looks at before a submission comes in."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gradkit.course import Course
from gradkit.errors import CourseError, SubmissionRefused
from gradkit.grading.submission import read_submission
from gradkit.ids import look_alikes, spelled


@dataclass(frozen=True)
class Collected:
    """A submission that lies in ``submitted/<student>/<assignment>`` since this run."""

    student: str
    assignment: str
    time: datetime | None


@dataclass(frozen=True)
class Refused:
    """A submission that was not collected.

    Attributes:
        name: the folder or archive, ready to be shown.
        reason: why, in a sentence or two.
        student: who it says it is from; "" where that cannot be read.
        assignment: the assignment's id; "" where that cannot be read.
    """

    name: str
    reason: str
    student: str = ""
    assignment: str = ""


@dataclass(frozen=True)
class CollectReport:
    """What one run of collecting did.

    Attributes:
        collected: submissions that are new or newer, by student and assignment.
        refused: submissions that were left where they are. An earlier one of the same student stays, or is collected.
        warnings: what an instructor should look at, one sentence each.
    """

    collected: tuple[Collected, ...] = ()
    refused: tuple[Refused, ...] = ()
    warnings: tuple[str, ...] = ()


def refusals_in_words(refused: Iterable[Refused]) -> list[str]:
    """One line for each refused submission."""
    return [f"{one.name}: {one.reason}" for one in refused]


def refuse_worse(course: Course, new: Path, student: str, assignment_id: str) -> None:
    """See that a submission that would take the place of an earlier one can be read by the grading.

    The first one comes in as it is: its feedback page will say what is wrong with it.

    Raises:
        SubmissionRefused: there is an earlier one, which stays.
    """
    if (course.submitted / student / assignment_id).is_dir():
        try:
            read_submission(new, student, course.assignment(assignment_id), course.submission)
        except SubmissionRefused as error:
            raise SubmissionRefused(f"{error} The earlier submission stays.") from error


def alike(course: Course, arriving: Collection[str]) -> dict[str, str]:
    """By id, why none of its submissions can come in: it looks like another student's.

    Who has work in ``submitted/`` already keeps the id; of two that are both new, neither has it.
    """
    known = {path.name for path in course.submitted.iterdir()} if course.submitted.is_dir() else set()
    found = look_alikes(known | set(arriving))
    return {
        student: f"the id {spelled(student)} looks like {', '.join(map(spelled, others))}. Give them ids that differ."
        for student, others in found.items()
        if student in arriving and student not in known
    }


def due_of(course: Course, assignment_id: str) -> datetime | None:
    """When an assignment is due; None where its ``assignment.toml`` is wrong, which is said when it is graded."""
    try:
        return course.assignment(assignment_id).due
    except CourseError:
        return None

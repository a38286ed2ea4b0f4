"""What every way of collecting reports, and what each of them looks at before a submission comes in."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from gradkit.course import Course
from gradkit.errors import CourseError, EarlierStays, SubmissionRefused
from gradkit.ids import look_alikes, spelled
from gradkit.intake.submission import read_submission
from gradkit.temporary import replacing


@dataclass(frozen=True)
class Collected:
    """A submission that lies in ``submitted/<student>/<assignment>`` since this run; ``name`` is where it came from."""

    student: str
    assignment: str
    time: datetime | None
    name: str = ""


@dataclass(frozen=True)
class Refused:
    """A submission that was not collected.

    Attributes:
        name: the folder or archive, ready to be shown.
        reason: why, in a sentence or two.
        student: who it says it is from; "" where that cannot be read.
        assignment: the assignment's id; "" where that cannot be read.
        understood: whether its name says whose it is.
    """

    name: str
    reason: str
    student: str = ""
    assignment: str = ""
    understood: bool = True


@dataclass(frozen=True)
class Entry:
    """An upload, a folder of the exchange or a repository, and what became of it.

    Attributes:
        name: what it is called.
        status: "taken", "superseded" by another, "unchanged" since it was taken, "refused" or "not understood".
        reason: why it was not taken; "" where it was.
        student: the student's id; "" where that cannot be read.
        assignment: the assignment's id; "" where that cannot be read.
    """

    name: str
    status: str
    reason: str
    student: str
    assignment: str


@dataclass(frozen=True)
class CollectReport:
    """What one run of collecting did.

    Attributes:
        collected: submissions that are new or newer, by student and assignment.
        refused: submissions that were left where they are. An earlier one of the same student stays, or is collected.
        warnings: what an instructor should look at, one sentence each.
        passed: uploads that were not taken because another one counts, or because they were collected before.
    """

    collected: tuple[Collected, ...] = ()
    refused: tuple[Refused, ...] = ()
    warnings: tuple[str, ...] = ()
    passed: tuple[Entry, ...] = ()


def refusals_in_words(refused: Iterable[Refused]) -> list[str]:
    """One line for each refused submission."""
    return [f"{one.name}: {one.reason}" for one in refused]


def refuse_worse(course: Course, new: Path, student: str, assignment_id: str) -> None:
    """See that a submission that would take the place of an earlier one can be read by the grading.

    The first one comes in as it is: its feedback page will say what is wrong with it.

    Raises:
        EarlierStays: it cannot, and there is an earlier one.
    """
    if (course.submitted / student / assignment_id).is_dir():
        try:
            read_submission(new, student, course.assignment(assignment_id), course.submission)
        except SubmissionRefused as error:
            raise EarlierStays(f"{error} The earlier submission stays.") from error


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


def note_path(course: Course, student: str, assignment_id: str) -> Path:
    """Where it is kept what a collected submission was made from."""
    return course.work / "collected" / student / f"{assignment_id}.json"


def read_note(course: Course, student: str, assignment_id: str) -> Mapping[str, Any]:
    """What a collected submission was made from; empty where that is not known."""
    try:
        note = json.loads(note_path(course, student, assignment_id).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


def write_note(path: Path, facts: Mapping[str, object]) -> None:
    """Keep what a submission was made from, for the next run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as new:
        new.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")

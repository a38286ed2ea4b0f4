"""What all ways of collecting share: their reports, and the checks before a submission is accepted."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from gradkit.course import Course
from gradkit.errors import CourseError, EarlierStays, SubmissionRefused, UsageError
from gradkit.gradebook.timestamps import read_time
from gradkit.ids import look_alikes, spelled
from gradkit.intake.files import put_in_place
from gradkit.intake.submission import read_submission
from gradkit.messages import message, sentences
from gradkit.temporary import replacing
from gradkit.term.attempts import others, put_aside, time_in
from gradkit.term.groups import note_group, read_groups
from gradkit.term.in_words import said
from gradkit.term.ledger import read_ledger
from gradkit.term.reckoning import closing_time


@dataclass(frozen=True)
class Collected:
    """A submission put into ``submitted/<student>/<assignment>`` by this run; ``name`` is its source."""

    student: str
    assignment: str
    time: datetime | None
    name: str = ""


@dataclass(frozen=True)
class Refused:
    """A submission that was not collected.

    Attributes:
        name: the folder or archive, ready for display.
        reason: why, in a sentence or two.
        student: the student in its name; "" if that cannot be read.
        assignment: the assignment's id; "" if that cannot be read.
        understood: whether its name could be parsed.
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
        name: its name.
        status: "taken", "superseded" by another, "unchanged" since it was taken, "ignored", "refused" or "not
            understood".
        reason: why it was not taken; "" if it was.
        student: the student's id; "" if it cannot be read.
        assignment: the assignment's id; "" if it cannot be read.
    """

    name: str
    status: str
    reason: str
    student: str
    assignment: str


@dataclass(frozen=True)
class CollectReport:
    """The result of one run of collecting.

    Attributes:
        collected: submissions that are new or newer, by student and assignment.
        refused: submissions that were not collected. An earlier one of the same student is kept or collected.
        warnings: what an instructor should look at, one sentence each.
        passed: uploads not taken because another one counts, or because they were collected before.
    """

    collected: tuple[Collected, ...] = ()
    refused: tuple[Refused, ...] = ()
    warnings: tuple[str, ...] = ()
    passed: tuple[Entry, ...] = ()


def refusals_in_words(refused: Iterable[Refused]) -> list[str]:
    """One line for each refused submission."""
    return [message("{name}: {reason}", name=each.name, reason=each.reason) for each in refused]


def refuse_worse(course: Course, new: Path, student: str, assignment_id: str) -> None:
    """Refuse a submission that grading cannot read if it would replace an earlier one.

    A first submission is always accepted: its feedback page will say what is wrong with it.

    Raises:
        EarlierStays: it cannot be read; the earlier one is kept.
    """
    if (course.submitted / student / assignment_id).is_dir():
        try:
            read_submission(new, student, course.assignment(assignment_id), course.submission)
        except SubmissionRefused as error:
            raise EarlierStays(sentences(error.message, message("The earlier submission is kept."))) from error


def refuse_by_rules(course: Course, student: str, assignment_id: str, time: datetime | None) -> None:
    """Refuse a submission of an assignment that was closed to its student by then, or with a student in two groups.

    Raises:
        SubmissionRefused: it was closed, one of the group is in two groups, or ``groups.csv`` is wrong.
        CourseError: the ledger or ``assignment.toml`` is wrong.
    """
    try:
        groups = read_groups(course)
        for member in sorted(groups.of(student, assignment_id)):
            groups.of(member, assignment_id)
    except UsageError as error:
        raise SubmissionRefused(error.message) from error
    end = closing_time(course, student, assignment_id)
    if end is not None and time is not None and time > end:
        raise SubmissionRefused(
            message(
                "it was handed in at {time}, but {assignment} closed at {end}. To take it, extend the "
                "due time (gradkit extend {student} {assignment} --days N) and collect again.",
                time=said(time, course.zone),
                assignment=assignment_id,
                end=said(end, course.zone),
                student=student,
            )
        )


def times_collected(course: Course, student: str, assignment_id: str) -> set[datetime]:
    """The times of the submissions collected before, as far as they are known."""
    times = {time_in(kept.folder.name) for kept in others(course, student, assignment_id)}
    times.add(read_time(course.submitted / student / assignment_id))
    return {time for time in times if time is not None}


def newest_time(course: Course, student: str, assignment_id: str) -> datetime | None:
    """The time of the newest submission collected before; None if there is none, or its time is unknown."""
    return max(times_collected(course, student, assignment_id), default=None)


def take(course: Course, new: Path, student: str, assignment_id: str) -> None:
    """Put a submission into ``submitted/``, for everybody in the student's group, and what was there beside the others.

    Raises:
        OSError: it cannot be moved.
    """
    members = read_groups(course).of(student, assignment_id)
    if len(members) > 1:
        note_group(course, members, assignment_id)
    for member in sorted(members - {student}):
        copy = new.with_name(f"{new.name} for {member}")
        shutil.copytree(new, copy)
        _take(course, copy, member, assignment_id)
    _take(course, new, student, assignment_id)


def _take(course: Course, new: Path, student: str, assignment_id: str) -> None:
    target = course.submitted / student / assignment_id
    put_aside(course, student, assignment_id, read_time(target))
    put_in_place(new, target)


def alike(course: Course, arriving: Collection[str]) -> dict[str, str]:
    """Student id -> why its submissions are refused: it looks like another student's id.

    A student with work in ``submitted/`` keeps the id, and all earlier ones; of two new ones, both are refused.
    """
    ledger = read_ledger(course)
    known = {path.name for path in course.submitted.iterdir()} if course.submitted.is_dir() else set()
    known |= {each for old in ledger.earlier for each in ledger.ids(old)}
    found = look_alikes(known | set(arriving))
    return {
        student: message(
            "the id {student} looks like {others}. Give them distinct ids.",
            student=spelled(student),
            others=", ".join(map(spelled, others)),
        )
        for student, others in found.items()
        if student in arriving and student not in known
    }


def due_of(course: Course, assignment_id: str) -> datetime | None:
    """When an assignment is due; None if its ``assignment.toml`` is wrong, which grading reports."""
    try:
        return course.assignment(assignment_id).due
    except CourseError:
        return None


def note_path(course: Course, student: str, assignment_id: str) -> Path:
    """The file that records a collected submission's source; ``student`` is the id under which it came."""
    return course.work / "collected" / student / f"{assignment_id}.json"


def read_note(course: Course, student: str, assignment_id: str) -> Mapping[str, Any]:
    """A collected submission's source; empty if unknown."""
    try:
        note = json.loads(note_path(course, student, assignment_id).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


def write_note(path: Path, facts: Mapping[str, object]) -> None:
    """Record a submission's source for the next run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as new:
        new.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")

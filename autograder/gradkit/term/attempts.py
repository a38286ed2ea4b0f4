"""Every hand-in is kept: the one that counts in ``submitted/``, the others in ``attempts/<student>/<hw>/<time>/``.

The record of a hand-in in ``attempts/`` is ``results/<student>/attempts/<hw>/<time>.json``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gradkit.course import Course
from gradkit.intake.files import put_in_place

UNKNOWN = "unknown"
_NAME = re.compile(r"(\d{4}-\d\d-\d\dT\d{6}(?:\.\d{6})?Z|unknown)(?:-\d+)?")


@dataclass(frozen=True)
class Kept:
    """A hand-in on disk.

    Attributes:
        student: the student.
        assignment: the assignment.
        folder: its files.
        record: where its record is or will be.
        counts: whether it is the one in ``submitted/``.
    """

    student: str
    assignment: str
    folder: Path
    record: Path
    counts: bool


def counted(course: Course, student: str, assignment: str) -> Kept:
    """The hand-in that counts, whose folder need not exist."""
    folder = course.submitted / student / assignment
    return Kept(student, assignment, folder, course.results / student / f"{assignment}.json", counts=True)


def others(course: Course, student: str, assignment: str) -> list[Kept]:
    """The hand-ins that do not count, oldest first."""
    return [
        Kept(student, assignment, folder, _record(course, student, assignment, folder.name), counts=False)
        for folder in sorted((course.attempts / student / assignment).glob("*/"))
        if _NAME.fullmatch(folder.name)
    ]


def students_with_others(course: Course) -> Iterator[tuple[str, str]]:
    """(student, assignment) of those with several hand-ins."""
    for folder in sorted(course.attempts.glob("*/*/")):
        yield folder.parent.name, folder.name


def name_of(time: datetime | None) -> str:
    """The name of a hand-in's folder, which sorts by time."""
    if time is None:
        return UNKNOWN
    time = time.astimezone(UTC)
    return f"{time:%Y-%m-%dT%H%M%S}{f'.{time.microsecond:06d}' if time.microsecond else ''}Z"


def time_in(name: str) -> datetime | None:
    """The time in the name of a hand-in's folder."""
    if name.startswith(UNKNOWN):
        return None
    whole = name.partition("Z")[0]
    form = "%Y-%m-%dT%H%M%S.%f" if "." in whole else "%Y-%m-%dT%H%M%S"
    return datetime.strptime(whole, form).replace(tzinfo=UTC)


def put_aside(course: Course, student: str, assignment: str, time: datetime | None) -> Kept | None:
    """Move the hand-in that counts, and its record, to the others; returns it, or None if there is none.

    Args:
        course: the course.
        student: the student.
        assignment: the assignment.
        time: its time.
    """
    now = counted(course, student, assignment)
    if not now.folder.is_dir():
        return None
    kept = _free(course, student, assignment, name_of(time))
    kept.folder.parent.mkdir(parents=True, exist_ok=True)
    now.folder.rename(kept.folder)
    _move(now.record, kept.record)
    return kept


def keep(course: Course, student: str, assignment: str, time: datetime | None, folder: Path) -> None:
    """Put a hand-in that does not count beside the others, unless one of that time is there."""
    place = course.attempts / student / assignment / name_of(time)
    if not place.is_dir():
        put_in_place(folder, place)


def let_count(course: Course, kept: Kept, time: datetime | None) -> None:
    """Make another hand-in the one that counts; the one that counted until now is put aside.

    Args:
        course: the course.
        kept: the hand-in.
        time: the time of the one that counted until now.
    """
    put_aside(course, kept.student, kept.assignment, time)
    now = counted(course, kept.student, kept.assignment)
    now.folder.parent.mkdir(parents=True, exist_ok=True)
    kept.folder.rename(now.folder)
    _move(kept.record, now.record)


def hand_over(course: Course, kept: Kept, student: str, time: datetime | None) -> None:
    """Make a hand-in, with its record, another student's; beside the others if that student has one that counts.

    Args:
        course: the course.
        kept: the hand-in.
        student: whose it is from now on.
        time: its time.
    """
    to = counted(course, student, kept.assignment)
    if not kept.counts or to.folder.is_dir():
        to = _free(course, student, kept.assignment, name_of(time))
    if kept.record.is_file():  # first: what was interrupted here goes to the same place again
        to.record.parent.mkdir(parents=True, exist_ok=True)
        kept.record.replace(to.record)
    to.folder.parent.mkdir(parents=True, exist_ok=True)
    kept.folder.rename(to.folder)


def _free(course: Course, student: str, assignment: str, name: str) -> Kept:
    """A place beside the others that is not taken: two hand-ins may have the same time."""
    parent, number, free = course.attempts / student / assignment, 1, name
    while (parent / free).exists():
        number += 1
        free = f"{name}-{number}"
    return Kept(student, assignment, parent / free, _record(course, student, assignment, free), counts=False)


def _record(course: Course, student: str, assignment: str, name: str) -> Path:
    return course.results / student / "attempts" / assignment / f"{name}.json"


def _move(record: Path, to: Path) -> None:
    if record.is_file():
        to.parent.mkdir(parents=True, exist_ok=True)
        record.rename(to)
    else:
        to.unlink(missing_ok=True)

"""``term/ledger.jsonl``: every decision about a student, one line each; lines are only ever added.

The ledger is the only source of extensions, excuses, drops and choices. What it says depends on the set of its lines
and not on their order, so that two copies can be merged line by line (git's ``merge=union``).
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AwareDatetime, ConfigDict, Field, TypeAdapter, ValidationError

from gradkit.course import Course
from gradkit.errors import CourseError, GradkitError
from gradkit.temporary import advice_on

Kind = Literal["extend", "excuse", "drop", "choose"]


@dataclass(frozen=True)
class Event:
    """One decision.

    Attributes:
        at: when it was made.
        by: who made it.
        kind: what it is about.
        student: the student.
        assignment: the assignment; "" for a drop.
        days: of an extension: days after the due time, by the course's calendar.
        until: of an extension: the new due time.
        attempt: of a choice: the time of the hand-in that counts.
        reason: why.
        withdrawn: whether it takes back what was decided before about the same.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    at: Annotated[datetime, AwareDatetime]
    by: str
    kind: Kind
    student: Annotated[str, Field(min_length=1)]
    assignment: str = ""
    days: Annotated[int, Field(ge=1, le=1000)] | None = None
    until: Annotated[datetime, AwareDatetime] | None = None
    attempt: Annotated[datetime, AwareDatetime] | None = None
    reason: str = ""
    withdrawn: bool = False

    def line(self) -> str:
        """The event as a line of the ledger, without its end."""
        data = {name: value for name, value in vars(self).items() if value not in (None, "", False)}
        return json.dumps(data, default=_written, ensure_ascii=False)


_events = TypeAdapter(Event)


@dataclass(frozen=True)
class Ledger:
    """The decisions of a term, in order of time."""

    events: Sequence[Event] = ()

    def __post_init__(self) -> None:
        ordered = sorted(set(self.events), key=lambda event: (event.at, event.line()))
        object.__setattr__(self, "events", tuple(ordered))

    def extensions(self, student: str, assignment: str) -> tuple[Event, ...]:
        """The extensions that hold; of several the longest counts."""
        return self._standing("extend", student, assignment)

    def excuse(self, student: str, assignment: str) -> Event | None:
        """The event by which an assignment does not count for the student, or None."""
        return next(reversed(self._standing("excuse", student, assignment)), None)

    def choice(self, student: str, assignment: str) -> Event | None:
        """The choice of the hand-in that counts, or None."""
        return next(reversed(self._standing("choose", student, assignment)), None)

    def drop(self, student: str) -> Event | None:
        """The event by which the student left the course, or None."""
        return next(reversed(self._standing("drop", student, "")), None)

    @property
    def dropped(self) -> frozenset[str]:
        """The students who have left the course."""
        return frozenset(student for student in {event.student for event in self.events} if self.drop(student))

    @property
    def excused(self) -> frozenset[tuple[str, str]]:
        """(student, assignment) that does not count."""
        found = {(event.student, event.assignment) for event in self.events if event.kind == "excuse"}
        return frozenset(pair for pair in found if self.excuse(*pair))

    def _standing(self, kind: Kind, student: str, assignment: str) -> tuple[Event, ...]:
        """The events of a kind since it was last withdrawn."""
        found: list[Event] = []
        for event in self.events:
            if (event.kind, event.student, event.assignment) == (kind, student, assignment):
                found = [] if event.withdrawn else [*found, event]
        return tuple(found)


def ledger_path(course: Course) -> Path:
    """The course's ledger, which need not exist."""
    return course.root / "term" / "ledger.jsonl"


def read_ledger(course: Course) -> Ledger:
    """Read the course's ledger; empty if there is none.

    Raises:
        CourseError: it cannot be read, or a line is wrong; names file and line.
    """
    path = ledger_path(course)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Ledger()
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{path}: cannot be read ({error}). Restore it from git or a backup.") from error
    lines = enumerate(text.splitlines(), start=1)
    return Ledger([_read_line(path, number, line) for number, line in lines if line.strip()])


def _read_line(path: Path, number: int, line: str) -> Event:
    try:
        return _events.validate_json(line)
    except ValidationError as error:
        detail = error.errors()[0]
        key = ".".join(map(str, detail["loc"])) or "the line"
        raise CourseError(
            f"{path}, line {number}: {key}: {detail['msg']}. Each line is one decision as gradkit wrote it. "
            "Restore the line from git or a backup, or remove it and make the decision again."
        ) from error


def append(course: Course, events: Iterable[Event]) -> None:
    """Add decisions to the ledger: all of them or, after an error, none.

    Raises:
        CourseError: the ledger that is there cannot be read.
        GradkitError: it cannot be written.
    """
    read_ledger(course)
    path = ledger_path(course)
    try:
        path.parent.mkdir(exist_ok=True)
        with path.open("ab+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # two instructors at once
            size = file.seek(0, os.SEEK_END)
            text = "".join(f"{event.line()}\n" for event in events)
            if size:
                file.seek(-1, os.SEEK_END)
                text = text if file.read(1) == b"\n" else f"\n{text}"
            try:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                file.truncate(size)
                raise
    except OSError as error:
        advice = advice_on(error) or "Make the folder writable."
        raise GradkitError(f"{path}: cannot be written ({error.strerror}). {advice} Nothing was decided.") from error


def _written(value: Any) -> str:
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} has no place in the ledger")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")

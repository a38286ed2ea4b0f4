"""``term/ledger.jsonl``: every decision about a student, one line each; lines are only ever added.

The ledger is the only source of extensions, excuses, drops and choices. What it says depends on the set of its lines
and not on their order, so that two copies can be merged line by line (git's ``merge=union``).
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AwareDatetime, ConfigDict, Field, TypeAdapter, ValidationError

from gradkit.course import Course
from gradkit.errors import CourseError, GradkitError
from gradkit.messages import message, sentences
from gradkit.temporary import advice_on, system_reason

Kind = Literal["extend", "excuse", "drop", "choose", "rename", "merge"]
IDS = ("rename", "merge")  # kinds by which a student has another id


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
        to: of a rename or merge: the id that the student has from then on.
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
    to: str = ""
    reason: str = ""
    withdrawn: bool = False

    def __post_init__(self) -> None:
        if (self.kind in IDS) != bool(self.to):
            raise ValueError('a rename or a merge has the new id as "to", and nothing else has')

    def line(self) -> str:
        """The event as a line of the ledger, without its end."""
        data = {name: value for name, value in vars(self).items() if value not in (None, "", False)}
        return json.dumps(data, default=_written, ensure_ascii=False)


_events = TypeAdapter(Event)


@dataclass(frozen=True)
class Ledger:
    """The decisions of a term, in order of time.

    Every id may be given that a student has or had.
    """

    events: Sequence[Event] = ()

    def __post_init__(self) -> None:
        ordered = sorted(set(self.events), key=lambda event: (event.at, event.line()))
        object.__setattr__(self, "events", tuple(ordered))

    @cached_property
    def earlier(self) -> Mapping[str, Event]:
        """Each id that its student has no longer -> the event by which it was replaced."""
        found: dict[str, Event] = {}
        for event in self.events:
            if event.kind not in IDS:
                continue
            if event.withdrawn:
                found.pop(event.student, None)
                continue
            present = _follow(found, event.student)
            if present == event.to:
                continue
            if present == _follow(found, event.to):  # an earlier id is the present one again
                del found[event.to]
            found[present] = event
        return found

    def now(self, student: str) -> str:
        """The id that a student has now, from any that the student has or had."""
        return _follow(self.earlier, student)

    def ids(self, student: str) -> tuple[str, ...]:
        """All ids of a student, the present one first."""
        present = self.now(student)
        return (present, *sorted(each for each in self.earlier if self.now(each) == present))

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
        return frozenset(
            student for student in {self.now(event.student) for event in self.events} if self.drop(student)
        )

    @property
    def excused(self) -> frozenset[tuple[str, str]]:
        """(student, assignment) that does not count."""
        found = {(event.student, event.assignment) for event in self.events if event.kind == "excuse"}
        return frozenset(pair for pair in found if self.excuse(*pair))

    def _standing(self, kind: Kind, student: str, assignment: str) -> tuple[Event, ...]:
        """The events of a kind since it was last withdrawn."""
        found: list[Event] = []
        for event in self.events:
            if (event.kind, event.assignment) == (kind, assignment) and self.now(event.student) == self.now(student):
                found = [] if event.withdrawn else [*found, event]
        return tuple(found)


def _follow(earlier: Mapping[str, Event], student: str) -> str:
    while student in earlier:
        student = earlier[student].to
    return student


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
        with path.open(encoding="utf-8") as file:
            with suppress(OSError):  # a file system without locks
                fcntl.flock(file, fcntl.LOCK_SH)  # no line that is only half written
            text = file.read()
    except FileNotFoundError:
        return Ledger()
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(
            message("{path}: cannot be read ({error}). Restore it from git or a backup.", path=path, error=error)
        ) from error
    lines = enumerate(text.splitlines(), start=1)
    return Ledger([_read_line(path, number, line) for number, line in lines if line.strip()])


def _read_line(path: Path, number: int, line: str) -> Event:
    try:
        return _events.validate_json(line)
    except ValidationError as error:
        detail = error.errors()[0]
        key = ".".join(map(str, detail["loc"])) or message("the line")
        raise CourseError(
            message(
                "{path}, line {number}: {key}: {detail}. Each line is one decision as gradkit wrote it. Restore the "
                "line from git or a backup, or remove it and make the decision again.",
                path=path,
                number=number,
                key=key,
                detail=detail["msg"],
            )
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
        advice = advice_on(error) or message("Make the folder writable.")
        failed = message("{path}: cannot be written ({error}).", path=path, error=system_reason(error))
        raise GradkitError(sentences(failed, advice, message("Nothing was decided."))) from error


def _written(value: Any) -> str:
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} has no place in the ledger")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")

"""Decisions about students, from a command or a CSV file, and the ledger they go into."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gradkit.classroom.renaming import check_change, last_rename, settle
from gradkit.classroom.standings import Standings
from gradkit.course import Course
from gradkit.csv_tables import read_table
from gradkit.errors import UsageError
from gradkit.ids import quoted, student_id
from gradkit.messages import Message, message, plural, sentences
from gradkit.term.attempts import students_with_others
from gradkit.term.in_words import said
from gradkit.term.ledger import IDS, Event, Kind, Ledger, append, read_ledger
from gradkit.term.reckoning import extended

COLUMNS: Mapping[Kind, tuple[str, ...]] = {
    "extend": ("student", "assignment", "days", "until", "reason"),
    "excuse": ("student", "assignment", "reason"),
    "drop": ("student", "reason"),
    "choose": ("student", "assignment", "attempt", "reason"),
    "rename": ("student", "to", "reason"),
    "merge": ("student", "to", "reason"),
}
_NONE_CHOSEN = {
    "last": message("{assignment}: the last hand-in counts, so none can be chosen."),
    "best": message("{assignment}: the best hand-in counts, so none can be chosen."),
}
_LET_CHOOSE = message('Set counts = "active" in [policy] of its assignment.toml or of course.toml.')


@dataclass(frozen=True)
class Asked:
    """What was asked for, as text.

    Attributes:
        student: the student's id.
        assignment: the assignment; "" for a drop.
        days: of an extension.
        until: of an extension.
        attempt: of a choice: the number of the hand-in, from 1.
        to: of a rename or merge: the id from then on.
        reason: why.
        path: the file that says so; "": the command.
        line: the line in it.
    """

    student: str
    assignment: str = ""
    days: str = ""
    until: str = ""
    attempt: str = ""
    to: str = ""
    reason: str = ""
    path: str = ""
    line: str = ""


def from_csv(path: Path, kind: Kind) -> list[Asked]:
    """Read a table of decisions; its columns are ``COLUMNS`` of the kind, in any order.

    Raises:
        UsageError: it cannot be read, lacks a column, or has an unknown one.
    """
    table = read_table(path)
    known = COLUMNS[kind]
    unknown = [name for name in table.header if name.strip().lower() not in known]
    needed = (
        ("student", "assignment") if "assignment" in known else ("student", "to") if "to" in known else ("student",)
    )
    if unknown or not all(map(table.has, needed)):
        raise UsageError(
            message(
                "{path}: expected the columns {known}; found: {found}.",
                path=path,
                known=", ".join(known),
                found=", ".join(table.header),
            )
        )
    return [
        Asked(**{name: table.get(row, name) for name in known}, path=str(path), line=str(line))
        for line, row in table.numbered()
    ]


def decide(course: Course, kind: Kind, asked: Sequence[Asked], *, withdraw: bool = False) -> Iterator[str]:
    """Enter decisions into the ledger, all of them or none, and say what holds then; files follow new ids at once.

    Args:
        course: the course.
        kind: what they are about.
        asked: the decisions.
        withdraw: take back what was decided before instead.

    Raises:
        UsageError: a decision cannot be understood; nothing is entered.
        CourseError: the ledger or an ``assignment.toml`` is wrong.
        GradkitError: the ledger cannot be written.
    """
    before = Standings(course)
    now, by = datetime.now(UTC), getpass.getuser()
    if kind in IDS:
        append(course, _changes(course, before.ledger, asked, Event(now, by, kind, "?", to="?", withdrawn=withdraw)))
        yield from _changed(course, asked, withdraw=withdraw)
        return
    events = [_event(course, before, kind, each, Event(now, by, kind, "?", withdrawn=withdraw)) for each in asked]
    append(course, events)
    after = Standings(course)
    known = {path.name for path in course.submitted.glob("*/")} | {
        student for student, _ in students_with_others(course)
    }
    for event in dict.fromkeys(events):
        yield _in_words(course, after, event)
        if after.ledger.now(event.student) not in known:
            yield message(
                "{student}: nobody with this id has handed in anything yet. Check the spelling.", student=event.student
            )


def _event(course: Course, standings: Standings, kind: Kind, asked: Asked, common: Event) -> Event:
    try:
        student = student_id(asked.student)
        if kind != "drop":
            course.assignment(asked.assignment)
        values: dict[str, object] = {"student": student, "assignment": asked.assignment, "reason": asked.reason}
        if kind == "extend" and not common.withdrawn:
            values |= _length(course, asked)
        if kind == "choose" and not common.withdrawn:
            values |= {"attempt": _attempt(standings, student, asked)}
    except UsageError as error:
        raise _placed(error, asked) from error
    return Event(**{**vars(common), **values})


def _placed(error: UsageError, asked: Asked) -> UsageError:
    """The error with the place of what was asked."""
    if not asked.path:
        return error
    return UsageError(message("{path}, line {line}: {error}", path=asked.path, line=asked.line, error=error.message))


def _changes(course: Course, ledger: Ledger, asked: Sequence[Asked], common: Event) -> list[Event]:
    """The renames or merges that the ledger does not have yet, each possible after those before it."""
    events: list[Event] = []
    for each in asked:
        try:
            old = student_id(each.student)
            to = student_id(each.to) if each.to or not common.withdrawn else last_rename(ledger, old).to
            event = Event(**{**vars(common), "student": old, "to": to, "reason": each.reason})
            if check_change(course, ledger, event):
                events.append(event)
        except UsageError as error:
            raise _placed(error, each) from error
        ledger = Ledger([*ledger.events, *events])
    return events


def _changed(course: Course, asked: Sequence[Asked], *, withdraw: bool) -> Iterator[str]:
    """Let the files follow, and say who is who."""
    problems, ledger = settle(course), read_ledger(course)
    for each in asked:
        old = student_id(each.student)
        now = ledger.now(old)
        yield (
            message("{old}: has this id again.", old=old)
            if withdraw
            else message("{old}: is {now} now. What arrives as {old} counts for {now}.", old=old, now=now)
        )
    yield from problems


def _length(course: Course, asked: Asked) -> dict[str, object]:
    """The length of an extension."""
    if bool(asked.days) == bool(asked.until):
        raise UsageError(message("An extension has either days (--days N) or a new due time (--until TIME)."))
    if asked.until:
        return {"until": course.local_time("--until", asked.until)}
    if not asked.days.isascii() or not asked.days.isdigit() or not 1 <= int(asked.days) <= 1000:
        raise UsageError(message('--days: expected a number from 1 to 1000, found "{days}".', days=asked.days))
    return {"days": int(asked.days)}


def _attempt(standings: Standings, student: str, asked: Asked) -> datetime | None:
    """The time of the hand-in with this number."""
    reckoned = standings.of(student)[asked.assignment]
    counts = reckoned.rules.policy.counts
    if counts != "active":
        raise UsageError(sentences(message(_NONE_CHOSEN[counts], assignment=asked.assignment), _LET_CHOOSE))
    number = len(reckoned.attempts)
    if not asked.attempt.isdigit() or not 1 <= int(asked.attempt) <= number:
        raise UsageError(
            plural(
                "{student} has {n} hand-in of {assignment}, so there is no {attempt}. `gradkit policy {student} "
                "{assignment}` lists them.",
                "{student} has {n} hand-ins of {assignment}, so there is no {attempt}. `gradkit policy {student} "
                "{assignment}` lists them.",
                number,
                student=student,
                assignment=asked.assignment,
                attempt=quoted(asked.attempt),
            )
        )
    return reckoned.attempts[int(asked.attempt) - 1].time


def _in_words(course: Course, standings: Standings, event: Event) -> Message:
    about = {"student": event.student, "assignment": event.assignment}
    if event.kind == "drop" and event.withdrawn:
        return message("{student}: in the course again.", student=event.student)
    if event.kind == "drop":
        return message("{student}: left the course.", student=event.student)
    if event.kind == "extend":
        rules = next(rules for rules in standings.rules if rules.assignment == event.assignment)
        extensions = standings.ledger.extensions(event.student, event.assignment)
        due, _ = extended(rules, extensions, course.zone)
        return message("{student}, {assignment}: due {time}.", **about, time=said(due, course.zone))
    if event.kind == "excuse" and event.withdrawn:
        return message("{student}, {assignment}: counts again.", **about)
    if event.kind == "excuse":
        return message("{student}, {assignment}: excused.", **about)
    if event.withdrawn:
        return message("{student}, {assignment}: the last hand-in counts.", **about)
    time = said(event.attempt, course.zone)
    return message("{student}, {assignment}: the hand-in of {time} counts.", **about, time=time)

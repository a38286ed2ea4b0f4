"""Students with another id: what may be decided, and all files that follow the ledger.

The ledger alone says which id is whose, and whatever arrives or is asked for under an earlier id is its student's. So
nothing depends on when the files follow: `settle` moves what is still under an earlier id, and every run of collecting
or grading begins with it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import reduce
from pathlib import Path

from gradkit.course import Course
from gradkit.course.roster import Person, read_roster
from gradkit.errors import GradebookUnavailable, UsageError
from gradkit.gradebook.up_to_date import class_list
from gradkit.grading.store import read_record, write_record
from gradkit.ids import look_alikes, spelled
from gradkit.messages import Message, message, sentences
from gradkit.temporary import replacing
from gradkit.term.attempts import counted, hand_over, others, time_in
from gradkit.term.ledger import Event, Ledger, read_ledger


def settle(course: Course) -> list[str]:
    """Move everything that is under an earlier id of its student. After an interruption, the next run does the rest.

    Returns:
        What could not be moved, a sentence each.

    Raises:
        CourseError: the ledger is wrong.
        GradkitError: a record cannot be written.
    """
    ledger, problems = read_ledger(course), list[str]()
    try:
        enrolled = class_list(course) if ledger.earlier or (course.work / "renamed").is_dir() else []
        for old, event in ledger.earlier.items():
            if event.kind == "rename":
                _mark(course, event)
            problems += _move(course, old, ledger.now(old), enrolled)
        for event in _taken_back(course, ledger):
            found = _move(course, event.to, event.student, enrolled)
            if not found:
                _marker(course, event.to).unlink(missing_ok=True)
            problems += found
    except GradebookUnavailable as error:
        problems.append(message("not everything is under its student's present id yet: {error}", error=error.message))
    return problems


def people(course: Course, roster: Path) -> dict[str, Person]:
    """The people of a roster by their present ids; a row with the present id goes before one with an earlier id.

    Raises:
        UsageError: the roster is wrong.
        CourseError: the ledger is wrong.
    """
    ledger, found = read_ledger(course), read_roster(roster)
    earlier = {ledger.now(student): replace(each, student=ledger.now(student)) for student, each in found.items()}
    return earlier | {student: each for student, each in found.items() if student not in ledger.earlier}


def check_change(course: Course, ledger: Ledger, asked: Event) -> bool:
    """Whether a rename or merge is new; False if the ledger says it already.

    Raises:
        UsageError: it is not possible.
        GradebookUnavailable: the gradebook cannot be read.
    """
    old, new = asked.student, asked.to
    if asked.withdrawn:
        return _check_withdrawal(ledger, asked)
    if old == new:
        raise UsageError(message("{id} is the same id twice.", id=spelled(old)))
    if old in ledger.earlier:
        if ledger.now(old) == ledger.now(new):
            return False
        now = ledger.now(old)
        raise UsageError(
            message(
                "{old} is {now} now. Give that id: gradkit {kind} {now} {new}",
                old=old,
                now=now,
                kind=asked.kind,
                new=new,
            )
        )
    known = frozenset(map(ledger.now, _used_ids(course, ledger)))
    if old not in known:
        raise UsageError(sentences(_unknown(old), message("Check the spelling.")))
    if asked.kind == "merge":
        _check_merge(course, ledger, known, old, new)
    elif ledger.now(new) != old:  # an id may be taken back
        _check_new(ledger, known, old, new)
    return True


def _check_new(ledger: Ledger, known: frozenset[str], old: str, new: str) -> None:
    if new in ledger.earlier:
        raise UsageError(
            message("{old} was an id of {now}, and its hand-ins still count there.", old=new, now=ledger.now(new))
        )
    if new in known:
        raise UsageError(
            message(
                "{new} is a student already. If {old} is the same person: gradkit merge {old} {new}", new=new, old=old
            )
        )
    alike = [each for each in look_alikes({*known, *ledger.earlier, new}).get(new, ()) if ledger.now(each) != old]
    if alike:
        raise UsageError(
            message(
                "{new} looks like {others}. Give an id that differs.",
                new=spelled(new),
                others=", ".join(map(spelled, alike)),
            )
        )


def _unknown(student: str) -> Message:
    return message("{student}: nothing was handed in or decided under this id.", student=spelled(student))


def _check_merge(course: Course, ledger: Ledger, known: frozenset[str], old: str, new: str) -> None:
    if new in ledger.earlier:
        raise UsageError(
            message(
                "{old} is {now} now. Give that id: gradkit merge {new} {now}", old=new, now=ledger.now(new), new=old
            )
        )
    if new not in known:
        advice = message("To give {old} a new id: gradkit rename {old} {new}", old=old, new=new)
        raise UsageError(sentences(_unknown(new), advice))
    for left, there in ((old, new), (new, old)):
        if ledger.drop(left) is not None and ledger.drop(there) is None:
            raise UsageError(
                message(
                    "{student} has left the course, {other} has not. Take that back first: gradkit drop {student} "
                    "--withdraw",
                    student=left,
                    other=there,
                )
            )
    if {old, new} <= set(class_list(course)):
        from gradkit.gradebook.students import differences

        if found := differences(course, old, new):
            raise UsageError(_conflict(old, new, found))


def _check_withdrawal(ledger: Ledger, asked: Event) -> bool:
    old = asked.student
    last = last_rename(ledger, old)
    if last.to != asked.to:
        raise UsageError(message("{old} was renamed to {now}, not to {new}.", old=old, now=last.to, new=asked.to))
    if last.withdrawn:
        return False
    if ledger.now(old) != asked.to:
        raise UsageError(message("{old} is {now} now. Take that back first.", old=asked.to, now=ledger.now(old)))
    merged = [each for each, event in ledger.earlier.items() if event.to == asked.to and each != old]
    if merged:
        raise UsageError(
            message(
                "{now} is also {others} by now, so {old} stays renamed.",
                now=asked.to,
                others=", ".join(sorted(merged)),
                old=old,
            )
        )
    return True


def last_rename(ledger: Ledger, student: str) -> Event:
    """The last rename of an id.

    Raises:
        UsageError: there is none.
    """
    found = [event for event in ledger.events if event.kind == "rename" and event.student == student]
    if not found:
        raise UsageError(message("{student} was not renamed.", student=student))
    return found[-1]


def _conflict(old: str, new: str, found: list[str]) -> str:
    return message(
        "{old} and {new} cannot be merged: {differences}. Make them equal in formgrader, then run this again.",
        old=old,
        new=new,
        differences=reduce(lambda first, then: message("{first}; {then}", first=first, then=then), found),
    )


def _used_ids(course: Course, ledger: Ledger) -> Iterator[str]:
    """Every id that something is known of."""
    inbound = course.exchange / course.id / "inbound"
    for parent in _parents(course):
        yield from (path.name for path in parent.glob("*/"))
    yield from (path.name.partition("+")[0] for path in inbound.glob("*+*/"))
    yield from class_list(course)
    for event in ledger.events:
        yield event.student


def _parents(course: Course) -> tuple[Path, ...]:
    return (course.submitted, course.attempts, course.results, course.autograded, course.feedback)


# -- moving ----------------------------------------------------------------------------------------------------------


def _move(course: Course, old: str, new: str, enrolled: Collection[str]) -> list[str]:
    """Give all of an id to another; what both have is merged. Returns why that is not possible."""
    if old in enrolled:
        from gradkit.gradebook.students import rename_student

        if found := rename_student(course, old, new):
            return [_conflict(old, new, found)]
    if not any((parent / old).is_dir() for parent in _parents(course)):
        return []
    _move_hand_ins(course, old, new)
    _move_records(course, old, new)
    for parent in (course.autograded, course.feedback):
        for path in sorted((parent / old).glob("*")):
            _move_or_remove(path, parent / new / path.name)
    for parent in _parents(course):
        for folder, _, _ in os.walk(parent / old, topdown=False):
            with suppress(OSError):  # not empty: not ours
                Path(folder).rmdir()
    return []


def _move_hand_ins(course: Course, old: str, new: str) -> None:
    from gradkit.gradebook.timestamps import read_time

    names = {path.name for parent in (course.submitted, course.attempts) for path in (parent / old).glob("*/")}
    for name in sorted(names):
        for kept in others(course, old, name):
            hand_over(course, kept, new, time_in(kept.folder.name))
        if (now := counted(course, old, name)).folder.is_dir():
            hand_over(course, now, new, read_time(now.folder))


def _move_records(course: Course, old: str, new: str) -> None:
    """Move the records without a hand-in, and name the student in all."""
    there = course.results / new
    for path in sorted((course.results / old).rglob("*.json")):
        to = there / path.relative_to(course.results / old)
        to = there / "attempts" / path.stem / "unknown.json" if to.exists() else to
        to.parent.mkdir(parents=True, exist_ok=True)
        path.replace(to)
    for path in sorted(there.rglob("*.json")):
        record = read_record(path)
        if record is not None and record.student != new:
            write_record(replace(record, student=new), path)


def _move_or_remove(path: Path, to: Path) -> None:
    """Move what is made from a record, or remove it where the other id has it: it is made again."""
    to.parent.mkdir(parents=True, exist_ok=True)
    if not to.exists():
        path.rename(to)
    elif path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


# -- taking back -----------------------------------------------------------------------------------------------------


def _taken_back(course: Course, ledger: Ledger) -> list[Event]:
    """The renames that were withdrawn and whose files are still under the new id."""
    return [
        event
        for event in ledger.events
        if event.kind == "rename"
        and event.withdrawn
        and not {event.student, event.to} & ledger.earlier.keys()
        and _marked(course, event) == event.student
    ]


def _marker(course: Course, student: str) -> Path:
    """Holds the earlier id of a student whose files were moved: only those are moved back."""
    return course.work / "renamed" / student


def _marked(course: Course, event: Event) -> str:
    try:
        return _marker(course, event.to).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def _mark(course: Course, event: Event) -> None:
    if _marked(course, event) != event.student:
        with replacing(_marker(course, event.to)) as new:
            new.write_text(event.student, encoding="utf-8")

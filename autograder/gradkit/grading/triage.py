"""Sort submissions into refused, unchanged since they were graded, and waiting to be graded.

Nothing here imports torch, so a run with nothing to do ends at once.
"""

from __future__ import annotations

import os
import pickle
import tempfile
from array import array
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from io import FileIO
from pathlib import Path
from typing import overload

from gradkit.check.cells import Cell
from gradkit.course import Assignment, Course
from gradkit.errors import GradkitError, SubmissionRefused, UsageError
from gradkit.grading.record import Record
from gradkit.grading.store import is_current, read_record, suite_keys, versions, write_record
from gradkit.intake.submission import Submission, read_submission
from gradkit.intake.written import handed_out
from gradkit.messages import message
from gradkit.temporary import advice_on, system_folder, system_reason
from gradkit.term.groups import Groups, read_groups


@dataclass(frozen=True)
class Task:
    """One folder to grade, and the path of its record."""

    student: str
    folder: Path
    record: Path


Pair = tuple[Task, Submission]


class Waiting(Sequence[Pair]):
    """Submissions, in a temporary file without a name, so that those of a large class need little memory.

    Forked processes read them as well.
    """

    def __init__(self) -> None:
        self._file: FileIO | None = None
        self._ends = array("Q", [0])

    def append(self, pair: Pair) -> None:
        """Add one.

        Raises:
            GradkitError: there is no room.
        """
        data = memoryview(pickle.dumps(pair))
        end = self._ends[-1] + len(data)
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(buffering=0, dir=system_folder())  # noqa: SIM115 - closed with this
            while data:
                data = data[self._file.write(data) :]
        except OSError as error:
            advice = advice_on(error) or message("Set TMPDIR to a folder that is writable.")
            raise GradkitError(
                message(
                    "The submissions cannot be kept while they wait ({reason}). {advice}",
                    reason=system_reason(error),
                    advice=advice,
                )
            ) from error
        self._ends.append(end)

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, number: int) -> Pair: ...

    @overload
    def __getitem__(self, number: slice) -> list[Pair]: ...

    def __getitem__(self, number: int | slice) -> Pair | list[Pair]:
        chosen = range(len(self))[number]
        if isinstance(chosen, range):
            return [self[one] for one in chosen]
        start, end = self._ends[chosen : chosen + 2]
        assert self._file is not None  # noqa: S101 - for mypy
        pair: Pair = pickle.loads(os.pread(self._file.fileno(), end - start, start))  # noqa: S301 - written above
        return pair

    def __del__(self) -> None:
        if self._file is not None:
            self._file.close()


Copies = Mapping[int, Sequence[Pair]]


@dataclass(frozen=True)
class Triage:
    """One assignment's submissions, sorted.

    Attributes:
        assignment: the assignment.
        keys: hashes of suite, reference and engine.
        settled: records of submissions that are refused, or unchanged since they were graded.
        waiting: submissions to grade.
        copies: a waiting submission's number -> the same files from others of its group, whose records are copies.
    """

    assignment: Assignment
    keys: Mapping[str, str]
    settled: tuple[Record, ...]
    waiting: Sequence[Pair]
    copies: Copies = field(default_factory=dict)


def with_copies(copies: Copies, number: int, record: Record) -> list[Record]:
    """A waiting submission's record, and those of its copies, which are written."""
    records = [record]
    for task, submission in copies.get(number, ()):
        records.append(replace(record, student=submission.student, submitted=submission.submitted))
        write_record(records[-1], task.record)
    return records


def triage(course: Course, assignment_id: str, tasks: Sequence[Task], report: Callable[[Record], None]) -> Triage:
    """Read every submission of one assignment.

    Args:
        course: the course.
        assignment_id: the assignment that all tasks belong to.
        tasks: the submitted folders.
        report: called with each settled record.

    Raises:
        CourseError: ``assignment.toml`` is invalid, so no submission can be graded.
    """
    assignment = course.assignment(assignment_id)
    keys = suite_keys(course, assignment_id)
    settled: list[Record] = []
    waiting = Waiting()
    released = handed_out(course.release(assignment_id) / assignment.notebook)
    for task in tasks:
        found = _settle(course, assignment, task, keys, released)
        if isinstance(found, Record):
            settled.append(found)
            report(found)
        else:
            waiting.append((task, found))
    first, copies = _once(course, assignment_id, waiting)
    return Triage(assignment, keys, tuple(settled), first, copies)


def _once(course: Course, assignment_id: str, waiting: Waiting) -> tuple[Waiting, dict[int, list[Pair]]]:
    """Of the same files by several of a group only the first, and the others by its number."""
    first, students = Waiting(), list[str]()
    copies: dict[int, list[Pair]] = {}
    seen: defaultdict[str, list[int]] = defaultdict(list)
    groups = Groups({})
    with suppress(UsageError):  # collecting reports it, and each is graded alone
        groups = read_groups(course)
    if not groups.members and not groups.before:
        return waiting, {}
    for task, submission in waiting:
        mine = (
            number
            for number in seen[submission.digest]
            if groups.together(students[number], task.student, assignment_id)
        )
        number = next(mine, None)
        if number is None:
            seen[submission.digest].append(len(first))
            first.append((task, submission))
            students.append(task.student)
        else:
            copies.setdefault(number, []).append((task, replace(submission, sources={})))
    return first, copies


def _settle(
    course: Course, assignment: Assignment, task: Task, keys: Mapping[str, str], released: Sequence[Cell]
) -> Record | Submission:
    """The record of a submission that needs no grading, written if it is new; else the submission."""
    old = read_record(task.record)
    found = _look(course, assignment, task, keys, old, released)
    if isinstance(found, Record) and found != old:
        write_record(found, task.record)
    return found


def _look(
    course: Course,
    assignment: Assignment,
    task: Task,
    keys: Mapping[str, str],
    old: Record | None,
    released: Sequence[Cell] = (),
) -> Record | Submission:
    """The current record of a submission, or the submission if it must be graded."""
    before = "" if old is None else old.key.get("submission", "")
    graded = before if is_current(old, {**keys, "submission": before}) else ""
    try:
        submission = read_submission(task.folder, task.student, assignment, course.submission, released, graded)
    except SubmissionRefused as refusal:
        return refused(assignment, task.student, refusal.message)
    if old is None or submission.digest != graded:
        return submission
    # The same files were submitted again later: the points stay, the time changes.
    return replace(old, submitted=submission.submitted)


def outdated(course: Course, assignment: Assignment, task: Task, keys: Mapping[str, str]) -> str:
    """Why a submission's record differs from what grading would produce now; "" if it does not.

    A record with status "error" is never outdated: it has no score, and says so.
    """
    old = read_record(task.record)
    if old is None:
        return message("not graded yet")
    found = _look(course, assignment, task, keys, old)
    if isinstance(found, Record):
        same = found == old or (old.status == "refused" and found.problems == old.problems)
        return "" if same else message("submitted again since it was graded")
    if old.status == "error":
        return ""
    if old.status == "refused":
        return message("refused when it was graded, but readable now")
    if old.key.get("submission") == found.digest:
        return message("graded with a different assignment.toml, released notebook, hidden suite, secret or gradkit")
    return message("submitted again since it was graded")


def refused(assignment: Assignment, student: str, reason: str) -> Record:
    """The record of a submission that cannot be read: it has no score."""
    return replace(
        _unscored(assignment, student),
        output=message("This submission was not graded: {reason}", reason=reason),
        problems=(reason,),
    )


def faulty(assignment: Assignment, submission: Submission, fault: str) -> Record:
    """The record of a submission on which the grader failed: it has no score.

    The fault may reveal parts of the hidden suite, so it goes into the log, which students do not see.
    """
    return replace(
        _unscored(assignment, submission.student),
        status="error",
        output=message("The grader failed on this submission, which is not your fault. It has no score yet."),
        submitted=submission.submitted,
        log=fault,
    )


def _unscored(assignment: Assignment, student: str) -> Record:
    return Record(student, assignment.id, assignment.title, "refused", assignment.max_score, versions=versions())

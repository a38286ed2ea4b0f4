"""How each student stands in the course: hand-ins and records from disk, decisions from the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from gradkit.course import Assignment, Course, Policy
from gradkit.errors import CourseError
from gradkit.grading.held_back import Level
from gradkit.grading.record import Record
from gradkit.grading.store import read_record
from gradkit.grading.triage import Task
from gradkit.term.attempts import Kept, counted, let_count, others, students_with_others
from gradkit.term.ledger import Ledger, read_ledger
from gradkit.term.reckoning import Attempt, Reckoned, Rules, reckon, rules_of


class Standings:
    """The standing of every student of a course.

    Args:
        course: the course.

    Attributes:
        ledger: the decisions.
        rules: the rules of every assignment whose ``assignment.toml`` can be read.

    Raises:
        CourseError: the ledger is wrong.
    """

    def __init__(self, course: Course) -> None:
        self._course = course
        self.ledger: Ledger = read_ledger(course)
        self.rules: Sequence[Rules] = [*_readable(course)]
        self._found: dict[str, Mapping[str, Reckoned]] = {}
        self._read: dict[tuple[str, str], Record] = {}  # records of hand-ins that count, so that none is read twice

    @cached_property
    def plain(self) -> bool:
        """Whether each score depends on its own record alone: no decisions, slip days or hand-ins beside it."""
        policies = [rules.policy for rules in self.rules]
        simple = all(replace(policy, max_slip=None) == Policy(counts=policy.counts) for policy in policies)
        return simple and not self.ledger.events and not any(students_with_others(self._course))

    def of(self, student: str) -> Mapping[str, Reckoned]:
        """How a student stands in every assignment, from the records on disk."""
        if student not in self._found:
            attempts = {rules.assignment: self._attempts(student, rules.assignment) for rules in self.rules}
            course = self._course
            self._found[student] = reckon(
                student, self.rules, attempts, self.ledger, course.late, course.zone, course.policy.slip_days
            )
        return self._found[student]

    def reckoned(self, student: str, assignment: str) -> Reckoned | None:
        """How a student stands in an assignment; None if that depends on the record alone."""
        return None if self.plain else self.of(student).get(assignment)

    def level(self, student: str, assignment: Assignment) -> Level:
        """How much feedback a student gets now on the hand-in that counts, unless that depends on nothing."""
        reckoned = self.reckoned(student, assignment.id)
        if reckoned is None or reckoned.due <= datetime.now(UTC):
            return "inputs"
        if reckoned.counted in reckoned.silent:
            return "none"
        until_due = reckoned.rules.policy.feedback_until_due
        return "inputs" if until_due is None else until_due

    def to_grade(self, only: Collection[str] = ()) -> dict[str, list[Task]]:
        """The hand-ins beside those that count that need a record, by assignment.

        Where the best counts, each must have a current one; elsewhere it keeps the record that it has.

        Args:
            only: the assignments to grade; all when empty.
        """
        best = {rules.assignment for rules in self.rules if rules.policy.counts == "best"}
        known = {rules.assignment for rules in self.rules if not only or rules.assignment in only}
        tasks: defaultdict[str, list[Task]] = defaultdict(list)
        for student, assignment in students_with_others(self._course):
            for kept in others(self._course, student, assignment) if assignment in known else ():
                if assignment in best or read_record(kept.record) is None:
                    tasks[assignment].append(Task(student, kept.folder, kept.record))
        return dict(tasks)

    def settled(self, records: Sequence[Record]) -> list[Record]:
        """Put the hand-in that counts into ``submitted/`` wherever it is not there.

        Args:
            records: of the hand-ins that counted until now, just graded.

        Returns:
            The records of those that count now, by assignment and student.
        """
        self._read = {(record.student, record.assignment): record for record in records}
        changed = self._settle()
        paths = [counted(self._course, student, assignment).record for student, assignment in sorted(changed)]
        kept = [record for record in records if (record.student, record.assignment) not in changed]
        found = [*kept, *filter(None, map(read_record, paths))]
        return sorted(found, key=lambda record: (record.assignment, record.student))

    def _settle(self) -> set[tuple[str, str]]:
        """Let the right hand-ins count; returns (student, assignment) where another one does now."""
        changed = set()
        self._found.clear()
        known = {rules.assignment for rules in self.rules}
        for student, assignment in [*students_with_others(self._course)]:
            reckoned = self.of(student)[assignment] if assignment in known else None
            if reckoned is None or reckoned.counted is None or not reckoned.counted.name:
                continue
            by_name = {kept.folder.name: kept for kept in others(self._course, student, assignment)}
            now = counted(self._course, student, assignment)
            let_count(self._course, by_name[reckoned.counted.name], _time_of(now.folder))
            changed.add((student, assignment))
        for student, assignment in changed:
            self._found.pop(student, None)
            self._read.pop((student, assignment), None)
        return changed

    def _attempts(self, student: str, assignment: str) -> list[Attempt]:
        kept = others(self._course, student, assignment)
        now = counted(self._course, student, assignment)
        found = [_attempt(each, read_record(each.record)) for each in kept]
        record = self._read.get((student, assignment)) or read_record(now.record)
        return found if record is None and not now.folder.is_dir() else [*found, _attempt(now, record)]


def _readable(course: Course) -> Iterator[Rules]:
    for name in course.assignment_ids:
        with suppress(CourseError):  # grading reports it
            yield rules_of(course, course.assignment(name))


def _attempt(kept: Kept, record: Record | None) -> Attempt:
    time = _time_of(kept.folder) if record is None else _parsed(record.submitted or "")
    return Attempt(time, None if record is None else record.score, "" if kept.counts else kept.folder.name)


def _parsed(text: str) -> datetime | None:
    """A record's time; one that nbgrader wrote is read without importing nbgrader, which takes two seconds."""
    if not text.strip():
        return None
    try:
        time = datetime.fromisoformat(text.strip().removesuffix(" UTC"))
    except ValueError:
        from gradkit.gradebook.timestamps import parse_time

        return parse_time(text)
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def _time_of(folder: Path) -> datetime | None:
    from gradkit.gradebook.timestamps import read_time

    return read_time(folder)

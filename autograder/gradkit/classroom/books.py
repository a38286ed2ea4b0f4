"""Keep gradebook and feedback pages up to date with a class's records."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gradkit.build import stage
from gradkit.course import Assignment, Course
from gradkit.errors import GradkitError
from gradkit.gradebook.database import open_gradebook
from gradkit.gradebook.feedback import generate_feedback
from gradkit.gradebook.filing import file_record, is_filed
from gradkit.gradebook.gradebook import register, students_entered, students_late
from gradkit.grading.record import Record


@dataclass
class _Ledger:
    """One assignment's part of the books."""

    assignment: Assignment
    entered: frozenset[str]
    filed: list[str] = field(default_factory=list)


class Books:
    """The gradebook, open for a class's records. Make one with `open_books`.

    Attributes:
        problems: what could not be filed, one sentence each.
    """

    def __init__(self, course: Course, gradebook: Any, staged: Path) -> None:
        self.problems: list[str] = []
        self._course = course
        self._gradebook = gradebook
        self._staged = staged
        self._ledgers: dict[str, _Ledger | None] = {}

    def file(self, record: Record) -> None:
        """Put a record into the gradebook and write the notebook that shows it, where that is not so already.

        What cannot be filed is noted and stops nothing. A record without a score changes nothing.
        """
        if record.status != "graded":
            return
        ledger = self._ledger(record.assignment)
        if ledger is None:
            return
        if record.student in ledger.entered and is_filed(self._course, ledger.assignment, record):
            return
        try:
            file_record(self._gradebook, self._course, ledger.assignment, record)
            ledger.filed.append(record.student)
        except GradkitError as error:
            self.problems.append(f"{record.student}, {record.assignment}: not in the gradebook: {error}")

    def make_pages(self, advance: Callable[[int], None]) -> None:
        """Make a feedback page for each record that was filed.

        Args:
            advance: told how many more pages are done.
        """
        for name, ledger in self._ledgers.items():
            if ledger is None or not ledger.filed:
                continue
            failed = generate_feedback(self._course, ledger.assignment, ledger.filed).failed
            self.problems += [f"{student}, {name}: no feedback page: {reason}" for student, reason in failed.items()]
            advance(len(ledger.filed))

    @property
    def filed(self) -> int:
        """How many records were filed."""
        return sum(len(ledger.filed) for ledger in self._ledgers.values() if ledger is not None)

    def late(self) -> set[tuple[str, str]]:
        """(student, assignment) of submissions that came after due time, extension and grace period."""
        return {
            (student, name)
            for name, ledger in self._ledgers.items()
            if ledger is not None
            for student in students_late(self._gradebook, self._course, name)
        }

    def _ledger(self, name: str) -> _Ledger | None:
        """An assignment's ledger, opened when its first record comes; None where it cannot be."""
        if name not in self._ledgers:
            try:
                assignment = self._course.assignment(name)
                stage(self._course, assignment, self._staged)
                register(self._gradebook, self._course, assignment, self._staged)
                entered = students_entered(self._gradebook, self._course, name)
                self._ledgers[name] = _Ledger(assignment, entered)
            except GradkitError as error:
                self._ledgers[name] = None
                self.problems.append(f"{name}: not in the gradebook: {error}")
        return self._ledgers[name]


@contextmanager
def open_books(course: Course) -> Iterator[Books]:
    """Open the course's gradebook for filing records.

    Raises:
        GradkitError: the gradebook cannot be opened.
    """
    with open_gradebook(course) as gradebook, tempfile.TemporaryDirectory(prefix="gradkit-") as folder:
        yield Books(course, gradebook, Path(folder))

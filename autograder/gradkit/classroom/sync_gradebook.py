"""Keep gradebook and feedback pages up to date with a class's records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from gradkit.classroom.standings import Standings
from gradkit.course import Assignment, Course
from gradkit.errors import GradebookUnavailable, GradkitError
from gradkit.gradebook.database_errors import PATIENCE
from gradkit.gradebook.up_to_date import (
    given_by_hand,
    gone_students,
    is_filed,
    is_newer,
    outdated_pages,
    page_is_made,
    seconds_late,
)
from gradkit.grading.record import Record
from gradkit.messages import message
from gradkit.temporary import sweep
from gradkit.text import together

if TYPE_CHECKING:
    from gradkit.classroom.gradebook_session import Desk
    from gradkit.grading.held_back import Level
    from gradkit.term.reckoning import Reckoned


@dataclass
class _Page:
    """The state of one assignment's filing.

    Attributes:
        assignment: the assignment.
        entered: the students with a submission in the gradebook.
        kept: the students whose record is filed, now or earlier.
        registered: whether the gradebook is known to have its questions.
        broken: why nothing of the assignment can be filed; "" if it can.
    """

    assignment: Assignment
    entered: Mapping[str, float]
    kept: dict[str, None] = field(default_factory=dict)
    registered: bool = False
    broken: str = ""


class Books:
    """Files a course's records in its gradebook as they arrive. Make one with `open_books`.

    Attributes:
        gone: students who were removed from the gradebook; their records are not filed again.
        unavailable: why nothing more is filed in this run, or None.
        waiting: the number of records left for the next run.
        filed: the number of records filed.
        standings: how the students stand.
    """

    def __init__(self, course: Course, patience: float, closing: ExitStack) -> None:
        self.standings = Standings(course)
        self.gone: set[str] = set()
        self.unavailable: str | None = None
        self.waiting = 0
        self.filed = 0
        self._course, self._patience, self._closing = course, patience, closing
        self._desk: Desk | None = None
        self._pages: dict[str, _Page] = {}
        self._troubles: list[tuple[str, str, str]] = []
        self._refused: list[Record] = []

    def file(self, record: Record) -> None:
        """Put a record into the gradebook and write its notebook, unless that has been done.

        A record that cannot be filed is noted and stops nothing. One without a score changes nothing. If the gradebook
        itself cannot be used, the other records wait for the next run, so that its timeout is spent only once.
        """
        if record.status == "refused":
            self._refused.append(record)
        if record.status != "graded":
            return
        try:
            if self.unavailable is None:
                self._file(record)
            else:
                self._wait(record)
        except GradebookUnavailable as error:
            self.unavailable = error.message
            self._wait(record)
        except GradkitError as error:
            self._note(record, error.message)

    @property
    def problems(self) -> list[str]:
        """What could not be filed or shown, a line for each kind."""
        return together(self._troubles)

    def _note(self, record: Record, reason: str) -> None:
        self._troubles.append(
            (record.student, record.assignment, message("not in the gradebook: {reason}", reason=reason))
        )

    def _file(self, record: Record) -> None:
        page = self._page(record.assignment)
        if record.student in self._left:
            self.gone.add(record.student)
            return
        shown = self._shown(page.assignment, record.student)
        if record.student not in page.entered or not is_filed(self._course, page.assignment, record, *shown):
            if not self._register(page):
                self._note(record, page.broken)
                return
            self._open_desk().file(page.assignment, record, *shown)
            self.filed += 1
        page.kept[record.student] = None

    def _wait(self, record: Record) -> None:
        """Leave a record for the next run, unless an earlier one filed it."""
        assignment = self._course.assignment(record.assignment)
        if not is_filed(self._course, assignment, record, *self._shown(assignment, record.student)):
            self.waiting += 1

    def _shown(self, assignment: Assignment, student: str) -> tuple[Reckoned | None, Level]:
        """How a student stands in an assignment, and how much feedback there is for now."""
        return self.standings.reckoned(student, assignment.id), self.standings.level(student, assignment)

    def pages_due(self) -> dict[str, list[str]]:
        """Assignment id -> students without a current page whose record is filed or says why nothing was graded.

        None are due if the gradebook cannot be used: a page's scores are read from it.
        """
        if self.unavailable is not None:
            return {}
        try:
            outdated = {name: self._outdated(name) for name in self._pages}
        except GradebookUnavailable as error:
            self.unavailable = error.message
            return {}
        due = {
            name: [
                student
                for student in page.kept
                if student in outdated[name] or not self._has_pages(page.assignment, student)
            ]
            for name, page in self._pages.items()
        }
        for record in self._refused:
            if not self._has_our_page(record.assignment, record.student):
                due.setdefault(record.assignment, []).append(record.student)
        return {name: students for name, students in due.items() if students}

    def make_pages(self, due: Mapping[str, list[str]], advance: Callable[[int], None]) -> None:
        """Make the feedback pages that are due.

        Args:
            due: from `pages_due`.
            advance: called with the number of pages just made.
        """
        from gradkit.classroom.gradebook_session import make_pages

        for name, students in due.items():
            try:
                assignment = self._course.assignment(name)
                failed = make_pages(self._course, assignment, students, self._patience, self.standings)
            except GradebookUnavailable as error:
                self.unavailable = error.message
                return
            self._troubles += [
                (student, name, message("no feedback page: {reason}", reason=reason))
                for student, reason in failed.items()
            ]
            advance(len(students))

    def late(self) -> set[tuple[str, str]]:
        """(student, assignment) of submissions made after due time, extension and grace period."""
        if self.unavailable is not None and self._desk is None:
            return set()
        grace = self._course.late.grace_minutes * 60
        late = set()
        for name in self._pages:
            try:
                times = seconds_late(self._course, name, self._patience)
            except GradebookUnavailable as error:
                self.unavailable = self.unavailable or error.message
                break
            late |= {(student, name) for student, seconds in times.items() if seconds > grace}
        return late

    def _outdated(self, name: str) -> set[str]:
        """The students to whom an instructor has given marks or comments since their pages were made."""
        return outdated_pages(self._course, name, given_by_hand(self._course, name, self._patience))

    def _has_pages(self, assignment: Assignment, student: str) -> bool:
        return self._has_our_page(assignment.id, student) and page_is_made(self._course, assignment, student)

    def _has_our_page(self, name: str, student: str) -> bool:
        record, page = self._course.results / student / f"{name}.json", self._course.feedback_page(student, name)
        return all(is_newer(self._course.in_language(page, each), record) for each in self._course.languages)

    @cached_property
    def _left(self) -> frozenset[str]:
        return gone_students(self._course, self._patience)

    def _page(self, name: str) -> _Page:
        """An assignment's state, created when its first record arrives."""
        if name not in self._pages:
            self._pages[name] = _Page(self._course.assignment(name), seconds_late(self._course, name, self._patience))
        return self._pages[name]

    def _register(self, page: _Page) -> bool:
        """Register the assignment on first use; whether the gradebook has its questions."""
        if not page.registered and not page.broken:
            try:
                self._open_desk().register(page.assignment)
                page.registered = True
            except GradebookUnavailable:
                raise
            except GradkitError as error:
                page.broken = error.message
        return page.registered

    def _open_desk(self) -> Desk:
        from gradkit.classroom.gradebook_session import open_desk

        if self._desk is None:
            self._desk = self._closing.enter_context(open_desk(self._course, self._patience))
        return self._desk


@contextmanager
def open_books(course: Course, patience: float = PATIENCE) -> Iterator[Books]:
    """Prepare to file a course's records; the gradebook is opened when the first one has to be filed.

    Args:
        course: the course.
        patience: seconds to wait while another program writes to the gradebook.
    """
    sweep()  # the leftovers of a killed run, even if this one needs no temporary folder
    with ExitStack() as closing:
        yield Books(course, patience, closing)

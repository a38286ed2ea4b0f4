"""Release the class's feedback: make the pages again from the gradebook, then put them into the exchange."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nbgrader.exchange.default import ExchangeReleaseFeedback  # type: ignore[import-untyped]  # no py.typed

from gradkit.classroom.gradebook_session import make_pages
from gradkit.collect.exchange import publish_feedback
from gradkit.course import Course, load_course
from gradkit.errors import GradkitError, UsageError
from gradkit.gradebook.up_to_date import given_by_hand, gone_students, outdated_pages
from gradkit.messages import message, shown
from gradkit.text import together


@dataclass(frozen=True)
class Released:
    """The result of releasing feedback.

    Attributes:
        released: the assignments whose pages are in the exchange.
        problems: what could not be made or released, a line for each kind.
        left_out: students who have left the course; their pages are unchanged and not in the exchange.
    """

    released: tuple[str, ...]
    problems: tuple[str, ...]
    left_out: tuple[str, ...] = ()


# A class without declared types cannot be subclassed strictly.
class ReleaseCurrentFeedback(ExchangeReleaseFeedback):  # type: ignore[misc]
    """nbgrader's ``release_feedback``, formgrader's button included, with pages that show the present marks."""

    def copy_files(self) -> None:
        """Make the pages again whose manual marks or comments have changed, then release."""
        try:
            _remake_outdated(load_course(Path(self.coursedir.root)), self.coursedir.assignment_id)
        except GradkitError as error:
            self.fail(shown(error.message))
        super().copy_files()


def _remake_outdated(course: Course, name: str) -> None:
    outdated = outdated_pages(course, name, given_by_hand(course, name)) - gone_students(course)
    if students := sorted(student for student in outdated if (course.autograded / student / name).is_dir()):
        make_pages(course, course.assignment(name), students)


def put_into_exchange(course: Course) -> None:
    """Put the pages of each assignment with a new one into the exchange; not those of students who have left.

    A run that was killed before that is made good by the next.

    Raises:
        UsageError: the exchange cannot be written.
        GradkitError: nbgrader or the gradebook failed.
    """
    gone = gone_students(course)
    for name in course.assignment_ids:
        done = course.work / "released" / name
        before = done.stat().st_mtime_ns if done.exists() else 0
        pages = [
            (page.parent.parent.name, page.stat().st_mtime_ns) for page in course.feedback.glob(f"*/{name}/*.html")
        ]
        students = {student for student, _ in pages}
        new = {student for student, made in pages if made > before} - gone
        if not new:
            continue
        started = time.time_ns()
        publish_feedback(course, name, sorted(students - new))
        done.parent.mkdir(parents=True, exist_ok=True)
        done.touch()
        os.utime(done, ns=(started, started))  # a page that was made in the meantime is newer


def release_feedback(course: Course, assignments: Sequence[str] | None = None, *, exchange: bool = True) -> Released:
    """Make every graded submission's page again, with manual scores and comments, and release them.

    Args:
        course: the course.
        assignments: only these; None: all.
        exchange: whether to put the pages into the exchange.

    Raises:
        UsageError: nothing has been graded yet.
        GradkitError: the gradebook cannot be opened.
    """
    released: list[str] = []
    troubles: list[tuple[str, str, str]] = []
    gone, left_out = gone_students(course), set[str]()
    for name in assignments or course.assignment_ids:
        assignment = course.assignment(name)
        students = {path.parent.name for path in course.autograded.glob(f"*/{name}")}
        if not students:
            continue
        students |= {path.parent.name for path in course.results.glob(f"*/{name}.json")}
        left_out |= students & gone
        failed = make_pages(course, assignment, sorted(students - gone))
        troubles += [
            (student, name, message("no feedback page: {reason}", reason=reason)) for student, reason in failed.items()
        ]
        if exchange:
            publish_feedback(course, name, sorted(students & gone))
        released.append(name)
    if not released:
        raise UsageError(message("There are no graded submissions to give feedback on. Run `make grade` first."))
    return Released(tuple(released), tuple(together(troubles)), tuple(sorted(left_out)))

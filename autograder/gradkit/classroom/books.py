"""Bring gradebook and feedback pages up to date with a class's records."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from gradkit.build import stage
from gradkit.course import Assignment, Course
from gradkit.errors import GradkitError
from gradkit.gradebook.database import open_gradebook
from gradkit.gradebook.feedback import generate_feedback
from gradkit.gradebook.filing import file_record, is_filed
from gradkit.gradebook.gradebook import register, students_entered
from gradkit.gradebook.times import parse_time
from gradkit.grading.record import Record


@dataclass
class Books:
    """What keeping the books found.

    Attributes:
        late: (student, assignment) of submissions that came after the grace period.
        problems: what could not be filed, one sentence each.
    """

    late: set[tuple[str, str]] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)


def keep_books(course: Course, records: Sequence[Record], advance: Callable[[], None]) -> Books:
    """Put every graded record into the gradebook and make its feedback page, where that is not so already.

    What cannot be filed for one student is reported and does not stop the others.

    Args:
        course: the course.
        records: what was graded; those without a score change nothing.
        advance: called once for each record that is done.

    Raises:
        GradkitError: the gradebook cannot be opened.
    """
    books = Books()
    graded = [record for record in records if record.status == "graded"]
    with open_gradebook(course) as gradebook, tempfile.TemporaryDirectory(prefix="gradkit-") as folder:
        for name in dict.fromkeys(record.assignment for record in graded):
            assignment = course.assignment(name)
            stage(course, assignment, Path(folder))
            register(gradebook, course, assignment, Path(folder))
            known = students_entered(gradebook, course, name)
            filed = []
            for record in (record for record in graded if record.assignment == name):
                if is_late(course, assignment, record):
                    books.late.add((record.student, name))
                if record.student in known and is_filed(course, assignment, record):
                    advance()
                    continue
                try:
                    file_record(gradebook, course, assignment, record)
                    filed.append(record.student)
                except GradkitError as error:
                    books.problems.append(f"{record.student}, {name}: not in the gradebook: {error}")
                advance()
            failed = generate_feedback(course, assignment, filed).failed
            books.problems += [f"{student}, {name}: no feedback page: {reason}" for student, reason in failed.items()]
    return books


def is_late(course: Course, assignment: Assignment, record: Record) -> bool:
    """Whether a submission came after the due time and the grace period."""
    time = parse_time(record.submitted or "")
    return time is not None and time > assignment.due + timedelta(minutes=course.late.grace_minutes)

"""nbgrader's side of keeping the books. To import this module takes a second: only what has to be filed needs it."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gradkit.build import stage
from gradkit.course import Assignment, Course
from gradkit.gradebook.database import open_gradebook
from gradkit.gradebook.feedback import generate_feedback
from gradkit.gradebook.filing import file_record
from gradkit.gradebook.registration import register
from gradkit.grading.record import Record
from gradkit.temporary import TemporaryFolder


class Desk:
    """The open gradebook. Make one with `open_desk`."""

    def __init__(self, course: Course, gradebook: Any, staged: Path, patience: float) -> None:
        self._course, self._gradebook, self._staged, self._patience = course, gradebook, staged, patience

    def register(self, assignment: Assignment) -> None:
        """Enter an assignment; see `gradkit.gradebook.registration.register` for the errors."""
        stage(self._course, assignment, self._staged)
        register(self._gradebook, self._course, assignment, self._staged, self._patience)

    def file(self, assignment: Assignment, record: Record) -> None:
        """File a record; see `gradkit.gradebook.filing.file_record` for the errors."""
        file_record(self._gradebook, self._course, assignment, record)


@contextmanager
def open_desk(course: Course, patience: float) -> Iterator[Desk]:
    """Open the course's gradebook.

    Raises:
        GradebookUnavailable: it cannot be opened.
    """
    with open_gradebook(course, patience=patience) as gradebook, TemporaryFolder("gradkit-books") as staged:
        gc.freeze()  # nbgrader and all that it imports stay as they are: the collector need not look at them each time
        yield Desk(course, gradebook, staged, patience)


def make_pages(course: Course, assignment: Assignment, students: Collection[str], patience: float) -> Mapping[str, str]:
    """Make feedback pages; by student, why one could not be made.

    Raises:
        GradebookUnavailable: the gradebook cannot be read now, or there is no room for the pages.
    """
    return generate_feedback(course, assignment, students, patience).failed

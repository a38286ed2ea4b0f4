"""nbgrader's side of filing. Importing this module takes a second, so it is imported only when something is to file."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gradkit.classroom.editions import alone, editions
from gradkit.classroom.standings import Standings
from gradkit.course import Assignment, Course, rounded
from gradkit.errors import GradebookUnavailable
from gradkit.gradebook.database import open_gradebook
from gradkit.gradebook.database_errors import PATIENCE
from gradkit.gradebook.feedback_pages import generate_feedback
from gradkit.gradebook.filing import file_record
from gradkit.gradebook.marks import read_marks
from gradkit.gradebook.registration import register
from gradkit.gradebook.timestamps import parse_time
from gradkit.gradebook.up_to_date import ByHand, given_by_hand, note_shown
from gradkit.grading.held_back import Level, held_back
from gradkit.grading.record import Record
from gradkit.grading.store import read_record
from gradkit.messages import message, sentences
from gradkit.pages.submission import Remark, Standing, feedback_page
from gradkit.release import stage
from gradkit.temporary import TemporaryFolder, advice_on, replacing, system_reason
from gradkit.term.in_words import explained
from gradkit.term.reckoning import Reckoned


class Desk:
    """The open gradebook. Make one with `open_desk`."""

    def __init__(self, course: Course, gradebook: Any, staged: Path, patience: float) -> None:
        self._course, self._gradebook, self._staged, self._patience = course, gradebook, staged, patience

    def register(self, assignment: Assignment) -> None:
        """Enter an assignment; see `gradkit.gradebook.registration.register` for the errors."""
        stage(self._course, assignment, self._staged)
        register(self._gradebook, self._course, assignment, self._staged, self._patience)

    def file(self, assignment: Assignment, record: Record, reckoned: Reckoned | None, level: Level) -> None:
        """File a record; see `gradkit.gradebook.filing.file_record` for arguments and errors."""
        file_record(self._gradebook, self._course, assignment, record, reckoned=reckoned, level=level)


@contextmanager
def open_desk(course: Course, patience: float) -> Iterator[Desk]:
    """Open the course's gradebook.

    Raises:
        GradebookUnavailable: it cannot be opened.
    """
    with open_gradebook(course, patience=patience) as gradebook, TemporaryFolder("gradkit-books") as staged:
        gc.freeze()  # so that the garbage collector need not traverse nbgrader and all its imports each time
        yield Desk(course, gradebook, staged, patience)


def make_pages(
    course: Course,
    assignment: Assignment,
    students: Collection[str],
    patience: float = PATIENCE,
    standings: Standings | None = None,
) -> Mapping[str, str]:
    """Make our own feedback page for each record, in both languages, and nbgrader's for each graded one.

    For a hand-in without feedback before the due time, ours, which says so, also takes the place of nbgrader's.

    Args:
        course: the course.
        assignment: the assignment.
        students: whose pages to make.
        patience: seconds to wait while another program writes to the gradebook.
        standings: how the students stand; None: read it.

    Returns:
        Student id -> why nbgrader could not make a page.

    Raises:
        GradebookUnavailable: the gradebook cannot be read now, or the disk is full.
    """
    given = given_by_hand(course, assignment.id, patience)  # first: what is given from now on is for the next run
    marks = read_marks(course, assignment.id, patience)
    standings = standings or Standings(course)
    graded = []
    for student in students:
        record = read_record(course.results / student / f"{assignment.id}.json")
        if record is None:
            graded.append(student)  # nbgrader reports what is missing
            continue
        level = standings.level(student, assignment)
        if record.status == "graded" and level != "none":
            graded.append(student)
        mark, standing = marks.get(student), None
        if mark is not None and record.score is not None:
            by_person = rounded(mark.raw_score - record.score)
            standing = Standing(by_person, mark.penalty, mark.score, mark.max_score, mark.waits_for_person)
        reckoned = standings.reckoned(student, assignment.id)
        hand_ins = [] if reckoned is None else explained(reckoned, course.zone, datetime.now(UTC))
        time = parse_time(record.submitted or "")
        silent = level == "none"
        remarks = [Remark(each.cell, each.score, each.max_score, each.comment) for each in given.get(student, ())]
        about = held_back(record, level), course.title, time, standing, hand_ins, remarks
        ours = course.feedback_page(student, assignment.id)
        for page, edition in editions(course, ours).items():
            _write_page(page, feedback_page(*about, silent=silent, edition=edition))
        if record.status == "graded" and silent:
            text = feedback_page(*about, silent=True, edition=alone(course))
            _write_page(course.feedback / student / assignment.id / f"{assignment.topic}.html", text)
    failed = generate_feedback(course, assignment, graded, patience).failed
    _note_shown(course, assignment.id, given, set(students) - failed.keys())
    return failed


def _note_shown(
    course: Course, assignment_id: str, given: Mapping[str, tuple[ByHand, ...]], students: Collection[str]
) -> None:
    try:
        note_shown(course, assignment_id, given, students)
    except OSError as error:
        raise _cannot_be_written(error.filename or course.work, error) from error


def _write_page(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as new:
            new.write_text(text, encoding="utf-8")
    except OSError as error:
        raise _cannot_be_written(path, error) from error


def _cannot_be_written(path: Path | str, error: OSError) -> GradebookUnavailable:
    advice = advice_on(error) or message("Check that the folder is writable.")
    failed = message("{path}: cannot be written ({error}).", path=path, error=system_reason(error))
    return GradebookUnavailable(sentences(failed, advice, message("Then run again to make the missing pages.")))

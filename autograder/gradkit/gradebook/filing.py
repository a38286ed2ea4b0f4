"""File a class's records: each record's autograded notebook and gradebook rows, both or neither."""

from __future__ import annotations

from pathlib import Path

# nbgrader has annotations but does not declare them (no py.typed).
from nbgrader.api import Gradebook  # type: ignore[import-untyped]

from gradkit.course import Assignment, Course
from gradkit.errors import GradebookUnavailable, GradkitError
from gradkit.gradebook.autograded import fill_notebook, write_autograded
from gradkit.gradebook.database_errors import is_full
from gradkit.gradebook.rows import entry, save_record
from gradkit.gradebook.up_to_date import STAMP, stamp_text
from gradkit.grading.held_back import Level, held_back
from gradkit.grading.record import Record
from gradkit.ids import student_id
from gradkit.intake.files import put_in_place, scratch
from gradkit.messages import message
from gradkit.term.reckoning import Reckoned


def file_record(
    gradebook: Gradebook,
    course: Course,
    assignment: Assignment,
    record: Record,
    submitted: Path | None = None,
    reckoned: Reckoned | None = None,
    level: Level = "inputs",
) -> Path | None:
    """Put one record into the gradebook and write ``autograded/<student>/<assignment>/``.

    Args:
        gradebook: from ``open_gradebook``; the assignment must be registered.
        course: the course.
        assignment: the assignment.
        record: the record. Unless its status is "graded" the gradebook is left unchanged.
        submitted: the student's folder; None: ``submitted/<student>/<assignment>``.
        reckoned: how the student stands in the assignment; None if that depends on the record alone.
        level: how much feedback the student gets for now.

    Returns:
        The autograded folder, or None unless the record is "graded".

    Raises:
        BuildError: the released notebook is missing.
        GraderFault: record, released notebook and gradebook disagree.
        GradebookUnavailable: the gradebook cannot be used now, or the disk is full.
        GradkitError: the autograded folder cannot be written. The next run files the record again.
    """
    if record.status != "graded":
        return None
    student_id(record.student)
    submitted = submitted or course.submitted / record.student / assignment.id
    target = course.autograded / record.student / assignment.id
    try:
        graded = fill_notebook(course, assignment, held_back(record, level), submitted)
        stamp = stamp_text(course, assignment, record, entry(gradebook, course, assignment.id), reckoned, level)
        with scratch(course, "autograded") as work:
            write_autograded(course, assignment, record, submitted, graded.notebook, work / assignment.id)
            (work / assignment.id / STAMP).write_text(stamp, encoding="ascii")
            save_record(gradebook, course, assignment, record, graded, reckoned)
            put_in_place(work / assignment.id, target)
    except OSError as error:
        kind = GradebookUnavailable if is_full(error) else GradkitError
        raise kind(
            message(
                "{path}: cannot be written ({reason}). Check that the disk has space, then run again.",
                path=target,
                reason=error,
            )
        ) from error
    return target

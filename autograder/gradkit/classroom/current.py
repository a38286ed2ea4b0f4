"""Whether records and gradebook are up to date, so that no outdated grade is released."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradkit.classroom.standings import Standings
from gradkit.course import Assignment, Course
from gradkit.gradebook.up_to_date import gone_students, is_filed, seconds_late
from gradkit.grading.batch import plan_class
from gradkit.grading.store import read_record, suite_keys
from gradkit.grading.triage import Task, outdated
from gradkit.messages import message
from gradkit.text import together


def out_of_date(course: Course, assignments: Sequence[str] = ()) -> list[str]:
    """The class's submissions that are out of date, a line for each reason with the students concerned.

    Args:
        course: the course.
        assignments: only these; empty: all.

    Raises:
        UsageError: an assignment does not exist.
        CourseError: an ``assignment.toml`` is wrong.
        GradebookUnavailable: the gradebook cannot be read.
    """
    wanted = list(assignments) or list(course.assignment_ids)
    tasks = plan_class(course, course.submitted, course.results, wanted).tasks
    gone = gone_students(course)
    return together(
        (task.student, name, reason)
        for name in wanted
        for task, reason in _reasons(course, course.assignment(name), tasks.get(name, []))
        if task.student not in gone
    )


def _reasons(course: Course, assignment: Assignment, tasks: Sequence[Task]) -> Iterator[tuple[Task, str]]:
    """The submissions that are out of date, and why."""
    if not tasks:
        return
    keys, entered, standings = suite_keys(course, assignment.id), seconds_late(course, assignment.id), Standings(course)
    for task in tasks:
        reason = outdated(course, assignment, task, keys)
        record = read_record(task.record)
        if not reason and record is not None and record.status == "graded":
            if task.student not in entered:
                reason = message("graded, but not in the gradebook yet")
            elif not is_filed(
                course,
                assignment,
                record,
                standings.reckoned(task.student, assignment.id),
                standings.level(task.student, assignment),
            ):
                reason = message("changed since it was filed in the gradebook")
        if reason:
            yield task, reason

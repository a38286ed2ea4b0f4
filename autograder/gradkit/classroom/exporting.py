"""Grades as they count now: the records, and what the gradebook adds to them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gradkit.course import Course
from gradkit.errors import UsageError
from gradkit.export.grades import Grade, comment_on
from gradkit.grading.store import read_records


def course_grades(course: Course, assignments: Sequence[str], results: Path | None = None) -> list[Grade]:
    """The grades of some assignments, by assignment and student.

    Args:
        course: the course.
        assignments: which; all when empty.
        results: read the records there, and ask no gradebook: points are the hidden suites' then.

    Raises:
        UsageError: there are no records of them.
        GradebookUnavailable: the gradebook cannot be used now.
    """
    wanted = list(assignments) or list(course.assignment_ids)
    for name in wanted:
        course.assignment(name)
    records = [record for record in read_records(results or course.results) if record.assignment in wanted]
    if not records:
        raise UsageError(
            f"There are no records of {', '.join(wanted)} in {results or course.results}. Grade first: make grade"
        )
    grades = []
    for name in wanted:
        marks = {}
        if results is None:
            from gradkit.gradebook.marks import read_marks

            marks = dict(read_marks(course, name))
        # Also for a submission that is not in the gradebook: with written questions, which no record counts.
        most = max((mark.max_score for mark in marks.values()), default=None)
        for record in sorted((one for one in records if one.assignment == name), key=lambda one: one.student):
            mark = marks.get(record.student) if record.score is not None else None
            grades.append(
                Grade(
                    record.student,
                    name,
                    record.title,
                    record.score if mark is None else mark.score,
                    record.max_score if most is None else most,
                    comment_on(record, mark.penalty if mark else 0.0),
                    mark is not None and mark.waits_for_person,
                )
            )
    return grades

"""Grades as they count now: the records, and what the gradebook adds to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gradkit.course import Course, rounded
from gradkit.errors import UsageError
from gradkit.export.grades import Grade, comment_on
from gradkit.grading.record import Record
from gradkit.grading.store import read_records


def course_grades(course: Course, assignments: Sequence[str], results: Path | None = None) -> list[Grade]:
    """The grades of some assignments, by assignment and student.

    Args:
        course: the course.
        assignments: which; all when empty.
        results: read the records there, and ask no gradebook: points are the hidden suites' then.

    Raises:
        UsageError: there are no records of them, two have one title, or a record is not in the gradebook yet.
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
    titles = Counter(course.assignment(name).title for name in wanted)
    if titles and titles.most_common(1)[0][1] > 1:
        raise UsageError(f'Two assignments are called "{titles.most_common(1)[0][0]}": export one at a time.')
    grades: list[Grade] = []
    for name in wanted:
        found = sorted((one for one in records if one.assignment == name), key=lambda one: one.student)
        grades += [_of_record(record) for record in found] if results else _in_the_gradebook(course, name, found)
    return grades


def _of_record(record: Record) -> Grade:
    return Grade(record.student, record.assignment, record.title, record.score, record.max_score, comment_on(record))


def _in_the_gradebook(course: Course, assignment: str, records: Sequence[Record]) -> list[Grade]:
    """What counts of each record, with a person's marks and the late penalty."""
    from gradkit.gradebook.marks import read_marks

    marks = read_marks(course, assignment)
    lacking = [record.student for record in records if record.score is not None and record.student not in marks]
    if lacking:
        raise UsageError(
            f"{assignment}: the gradebook does not have {', '.join(lacking)} yet. Run make grade; or take the hidden "
            "suites' points alone, without a person's marks and late penalties: --results results"
        )
    # Also for a submission without a score: with written questions, which no record counts.
    most = max((mark.max_score for mark in marks.values()), default=0.0)
    grades = []
    for record in records:
        mark = marks.get(record.student)
        if mark is None or record.score is None:
            grades.append(replace(_of_record(record), max_score=most or record.max_score))
            continue
        grades.append(
            Grade(
                record.student,
                assignment,
                record.title,
                mark.score,
                mark.max_score,
                comment_on(record, rounded(mark.raw_score - record.score), mark.penalty),
                mark.waits_for_person,
            )
        )
    return grades

"""Current grades: the records' scores with the gradebook's additions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gradkit.course import Course, rounded
from gradkit.errors import UsageError
from gradkit.export.grades import Grade, comment_on
from gradkit.gradebook.up_to_date import gone_students
from gradkit.grading.record import Record
from gradkit.grading.store import read_records
from gradkit.messages import message
from gradkit.term.ledger import read_ledger


@dataclass(frozen=True)
class CourseGrades:
    """The current grades.

    Attributes:
        grades: by assignment and student.
        left_out: students with a record who are not in the gradebook: they have left the course.
        excused: (student, assignment) that does not count, with a submission or without; there is no grade.
    """

    grades: list[Grade]
    left_out: tuple[str, ...] = ()
    excused: tuple[tuple[str, str], ...] = ()


def course_grades(course: Course, assignments: Sequence[str], results: Path | None = None) -> CourseGrades:
    """The grades of some assignments.

    Args:
        course: the course.
        assignments: only these; empty: all.
        results: a folder of records to read instead, without the gradebook: the hidden suites' points alone.

    Raises:
        UsageError: there are no records of them, or two have the same title.
        GradebookUnavailable: the gradebook cannot be used now.
    """
    wanted = list(assignments) or list(course.assignment_ids)
    for name in wanted:
        course.assignment(name)
    records = [record for record in read_records(results or course.results) if record.assignment in wanted]
    if not records:
        raise UsageError(
            message(
                "There are no records of {assignments} in {folder}. Run `make grade` first.",
                assignments=", ".join(wanted),
                folder=results or course.results,
            )
        )
    titles = Counter(course.assignment(name).title for name in wanted)
    if titles and titles.most_common(1)[0][1] > 1:
        raise UsageError(
            message(
                'Two assignments have the title "{title}": export one at a time.', title=titles.most_common(1)[0][0]
            )
        )
    if results:
        order = sorted(records, key=lambda record: (wanted.index(record.assignment), record.student))
        return CourseGrades([_of_record(record) for record in order])
    gone, ledger = gone_students(course), read_ledger(course)
    left = gone | ledger.dropped
    excused = sorted(pair for pair in ledger.excused if pair[1] in wanted and pair[0] not in left)
    records = [record for record in records if (record.student, record.assignment) not in ledger.excused]
    grades: list[Grade] = []
    left_out = {record.student for record in records if record.student in gone}
    for name in wanted:
        found = [record for record in records if record.assignment == name and record.student not in gone]
        counted, lacking = _in_the_gradebook(course, name, sorted(found, key=lambda record: record.student))
        grades += counted
        left_out |= set(lacking)
    return CourseGrades(grades, tuple(sorted(left_out)), tuple(excused))


def _of_record(record: Record) -> Grade:
    return Grade(record.student, record.assignment, record.title, record.score, record.max_score, comment_on(record))


def _in_the_gradebook(course: Course, assignment: str, records: Sequence[Record]) -> tuple[list[Grade], list[str]]:
    """The grade for each record, with manual grading and late penalty; and the students the gradebook lacks."""
    from gradkit.gradebook.marks import read_marks

    marks = read_marks(course, assignment)
    lacking = [record.student for record in records if record.score is not None and record.student not in marks]
    # Also for submissions without a score: the maximum includes written questions, which records do not count.
    most = max((mark.max_score for mark in marks.values()), default=0.0)
    grades = []
    for record in records:
        mark = marks.get(record.student)
        if record.student in lacking:
            continue
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
    return grades, lacking

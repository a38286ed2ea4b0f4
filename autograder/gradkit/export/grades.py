"""Grades for export, and which students have no grade or no row in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gradkit.csv_tables import to_csv
from gradkit.grading.record import Record
from gradkit.messages import message
from gradkit.text import points, strip_controls


@dataclass(frozen=True)
class Grade:
    """One submission's grade. All figures are points.

    Attributes:
        student: the student's id.
        assignment: the assignment's id.
        title: its title.
        score: the points; None if nothing was graded, which is not the same as 0.
        max_score: the points possible.
        comment: points by question and deductions, in a line.
        waits_for_person: whether something is still to be graded by hand.
    """

    student: str
    assignment: str
    title: str
    score: float | None
    max_score: float
    comment: str = ""
    waits_for_person: bool = False


def comment_on(record: Record, by_person: float = 0.0, penalty: float = 0.0) -> str:
    """The points by question in a line, for a cell that an LMS may show the student.

    Args:
        record: the submission's record.
        by_person: points that manual grading adds to the hidden suite's.
        penalty: the late penalty.
    """
    parts = [f"{question.id} {points(question.score)} of {points(question.max_score)}" for question in record.questions]
    if by_person:
        parts.append(f"manual grading {'+' if by_person > 0 else '-'}{points(abs(by_person))}")
    if penalty:
        parts.append(f"late -{points(penalty)}")
    return strip_controls("; ".join(parts))


@dataclass(frozen=True)
class ExportSummary:
    """The result of an export.

    Attributes:
        written: the number of grades written.
        unmatched: grades of students who are not in the other system's file.
        without_score: students whose submission has no score; their cell is empty.
        not_submitted: rows of people without a grade here; they are unchanged.
        waiting: students whose grade is not final until manual grading is done.
        refused: rows that were not changed, each with the reason.
        notes: further remarks, a sentence each.
        matched_by: the column that identified students; "" if none matched.
        reasons: why grades have no row: a line for each reason, with the students concerned.
        left_out: students with a record who are not in the gradebook; nothing was written for them.
        excused: students with an assignment that does not count; nothing was written for it.
        marked: students with an assignment that does not count, which was written as the other system writes it.
    """

    written: int
    unmatched: tuple[Grade, ...]
    without_score: tuple[str, ...]
    not_submitted: tuple[str, ...]
    waiting: tuple[str, ...]
    refused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    matched_by: str = ""
    reasons: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    excused: tuple[str, ...] = ()
    marked: tuple[str, ...] = ()

    def unmatched_csv(self) -> str:
        """The grades without a row, as CSV, so that none is lost."""
        rows = [[grade.student, grade.assignment, grade.score, grade.max_score] for grade in self.unmatched]
        return to_csv(["student", "assignment", "score", "max_score"], rows)

    def in_words(self) -> list[str]:
        """What an instructor should know, a line for each kind."""
        unmatched = [grade.student for grade in self.unmatched]
        lines = []
        for names, sentence in (
            (unmatched, message("{n} with a grade but no row in the other system's file: {names}")),
            (self.without_score, message("{n} with a submission but no score; their cells are unchanged: {names}")),
            (
                self.waiting,
                message("{n} waiting for manual grading; the grades written do not include it: {names}"),
            ),
            (self.not_submitted, message("{n} without a grade here; their rows are unchanged: {names}")),
            (self.left_out, message("{n} left out because they have left the course: {names}")),
            (self.excused, message("{n} excused; their cells are unchanged: {names}")),
            (self.marked, message("{n} excused, as the file now says: {names}")),
        ):
            if names:
                different = list(dict.fromkeys(names))
                lines.append(message(sentence, n=len(different), names="; ".join(different)))
        return [*lines, *self.reasons, *self.refused, *self.notes]


def summarize_export(
    grades: Sequence[Grade],
    reasons: Mapping[str, str],
    not_submitted: Sequence[str],
    refused: Sequence[str] = (),
    notes: Sequence[str] = (),
    matched_by: str = "",
) -> ExportSummary:
    """Sort grades by their result; ``reasons`` says for each student without a row why there is none."""
    lost = reasons.keys()
    kinds: dict[str, list[str]] = {}
    for student, reason in reasons.items():
        kinds.setdefault(reason, []).append(student)
    return ExportSummary(
        written=sum(grade.student not in lost and grade.score is not None for grade in grades) - len(refused),
        unmatched=tuple(grade for grade in grades if grade.student in lost),
        without_score=tuple(grade.student for grade in grades if grade.score is None),
        not_submitted=tuple(not_submitted),
        waiting=tuple(grade.student for grade in grades if grade.waits_for_person and grade.score is not None),
        refused=tuple(refused),
        notes=tuple(notes),
        matched_by=matched_by,
        reasons=tuple(
            message("{students}: {reason}", students=", ".join(students), reason=reason)
            for reason, students in kinds.items()
        ),
    )

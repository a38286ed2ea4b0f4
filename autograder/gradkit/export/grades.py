"""What counts of one submission, wherever it goes."""

from __future__ import annotations

from dataclasses import dataclass

from gradkit.grading.record import Record
from gradkit.text import plain, points


@dataclass(frozen=True)
class Grade:
    """One submission's grade. All figures are points.

    Attributes:
        student: the student's id.
        assignment: the assignment's id.
        title: its title.
        score: what counts; None where nothing was graded, which is not the same as 0.
        max_score: what can be earned.
        comment: points by question, and what was taken away, in a line.
        waits_for_person: whether something is still to be marked by a person.
    """

    student: str
    assignment: str
    title: str
    score: float | None
    max_score: float
    comment: str = ""
    waits_for_person: bool = False


def comment_on(record: Record, by_person: float = 0.0, penalty: float = 0.0) -> str:
    """The points by question in a line: what a cell of an LMS may show the student.

    Args:
        record: the submission's record.
        by_person: what a person's marks add to the hidden suite's points.
        penalty: what lateness costs.
    """
    parts = [f"{question.id} {points(question.score)} of {points(question.max_score)}" for question in record.questions]
    if by_person:
        parts.append(f"by a person {'+' if by_person > 0 else '-'}{points(abs(by_person))}")
    if penalty:
        parts.append(f"late -{points(penalty)}")
    return plain("; ".join(parts))

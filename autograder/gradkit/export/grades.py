"""What counts of one submission, wherever it goes, and who has no grade or no row in an export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gradkit.csv_tables import to_csv
from gradkit.grading.record import Record
from gradkit.text import points, strip_controls


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
    return strip_controls("; ".join(parts))


@dataclass(frozen=True)
class Outcome:
    """What came of an export.

    Attributes:
        written: how many grades were written.
        unmatched: grades of students who are not in the other system's file.
        without_score: students whose submission has no score; their cell is empty.
        not_submitted: rows of people who have no grade here; they are left as they were.
        waiting: students whose grade will change when a person has marked the rest.
        refused: rows that were not changed, each with the reason.
        notes: what else there is to know, a sentence each.
        matched_by: the column that says whose each row is; "" where none was found by any.
        reasons: why grades found no row: a line for each reason, with everybody whom it concerns.
        left_out: students who have a record and are not in the gradebook; nothing was written for them.
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

    def unmatched_csv(self) -> str:
        """The grades that found no row, as CSV: so that none is lost."""
        rows = [[one.student, one.assignment, one.score, one.max_score] for one in self.unmatched]
        return to_csv(["student", "assignment", "score", "max_score"], rows)

    def in_words(self) -> list[str]:
        """A line for each kind of thing that a person should know."""
        lines = []
        for names, words in (
            (
                [one.student for one in self.unmatched],
                "with a grade that was written to no row of the other system's file",
            ),
            (self.without_score, "with a submission but without a score; their cells are as they were"),
            (self.waiting, "waiting for a person's marks; what was written is without them"),
            (self.not_submitted, "without a grade here; their rows are as they were"),
            (self.left_out, "left out, since the gradebook does not have them"),
        ):
            if names:
                different = list(dict.fromkeys(names))
                lines.append(f"{len(different)} {words}: {'; '.join(different)}")
        return [*lines, *self.reasons, *self.refused, *self.notes]


def outcome(
    grades: Sequence[Grade],
    reasons: Mapping[str, str],
    not_submitted: Sequence[str],
    refused: Sequence[str] = (),
    notes: Sequence[str] = (),
    matched_by: str = "",
) -> Outcome:
    """Sort grades by what became of them; ``reasons`` says of each student without a row why there is none."""
    lost = reasons.keys()
    kinds: dict[str, list[str]] = {}
    for student, reason in reasons.items():
        kinds.setdefault(reason, []).append(student)
    return Outcome(
        written=sum(grade.student not in lost and grade.score is not None for grade in grades) - len(refused),
        unmatched=tuple(grade for grade in grades if grade.student in lost),
        without_score=tuple(grade.student for grade in grades if grade.score is None),
        not_submitted=tuple(not_submitted),
        waiting=tuple(grade.student for grade in grades if grade.waits_for_person and grade.score is not None),
        refused=tuple(refused),
        notes=tuple(notes),
        matched_by=matched_by,
        reasons=tuple(f"{', '.join(students)}: {reason}" for reason, students in kinds.items()),
    )

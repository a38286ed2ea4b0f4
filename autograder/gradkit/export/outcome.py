"""What an export could not do: everybody who has no grade or no row, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gradkit.csv_tables import to_csv
from gradkit.export.grades import Grade


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

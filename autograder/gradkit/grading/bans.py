"""Calls that a question does not allow: what was found in the source, and among the operators that ran.

`gradkit.reader` finds names in the source; what hides better than that is seen when it runs.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from gradkit.bans.uses import BannedUse, first_use
from gradkit.course import Assignment, Question
from gradkit.grading.reading import Reading, in_words


@dataclass(frozen=True)
class Unreadable(BannedUse):
    """A file that may use anything, since it cannot be read; ``what`` says why."""

    @property
    def message(self) -> str:
        """What the student reads."""
        return f"{self.what} {self.reason}"


def find_banned(
    assignment: Assignment, question: Question, reading: Reading, operators: Collection[str]
) -> BannedUse | None:
    """The first banned call of a question, or None.

    Args:
        assignment: where the ban groups are.
        question: the question whose bans count.
        reading: what the submission's sources say.
        operators: the operators that ran in this question's tests.
    """
    groups = [assignment.banned[name] for name in question.banned]
    if groups and (why := reading.unreadable.get(assignment.module)):
        words = in_words(assignment.module, why)
        return Unreadable(words, "Whether it uses a call that is not allowed here cannot be seen.")
    return first_use(groups, reading.uses.get(question.id), operators)

"""Find banned calls in a submission's source and among the operators that it ran.

`gradkit.reader` finds names in the source; calls that the source hides show up among the operators.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from gradkit.bans.uses import BannedUse, first_use
from gradkit.course import Assignment, Question
from gradkit.grading.reader import Reading, in_words
from gradkit.messages import Message, message, sentences


@dataclass(frozen=True)
class Unreadable(BannedUse):
    """A file that cannot be read and so might use a banned call; ``what`` says why."""

    @property
    def message(self) -> Message:
        """What the student reads."""
        return sentences(self.what, self.reason)


def find_banned(
    assignment: Assignment, question: Question, reading: Reading, operators: Collection[str]
) -> BannedUse | None:
    """Return the first banned call in a question's code, or None.

    Args:
        assignment: defines the ban groups.
        question: the question whose bans apply.
        reading: what the source reader found.
        operators: the operators that ran in this question's tests.
    """
    groups = [assignment.banned[name] for name in question.banned]
    if groups and (why := reading.unreadable.get(assignment.module)):
        words = in_words(assignment.module, why)
        return Unreadable(words, message("Whether it uses a call that is not allowed here cannot be seen."))
    return first_use(groups, reading.uses.get(question.id), operators)

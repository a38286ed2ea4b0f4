"""Calls that a question does not allow: what was found in the source, and among the operators that ran.

`gradkit.reader` finds names in the source; what hides better than that is seen when it runs.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from gradkit.course import Assignment, BanGroup, Question
from gradkit.grading.reading import Reading, in_words

_UNREADABLE = BanGroup("Whether it uses a call that is not allowed here cannot be seen.")


@dataclass(frozen=True)
class BannedUse:
    """One use of a banned call.

    Attributes:
        group: the ban that it falls under.
        what: the name found in the file, the operator seen at run time, or why the file cannot be read.
        line: the line of the student's file, where the source told it.
    """

    group: BanGroup
    what: str
    line: int | None = None

    @property
    def message(self) -> str:
        """What the student reads."""
        if self.group is _UNREADABLE:
            return f"{self.what} {self.group.reason}"
        where = f" (line {self.line})" if self.line is not None else " (seen while your code ran)"
        return f"{self.what} is used{where}. {self.group.reason}"


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
        return BannedUse(_UNREADABLE, in_words(assignment.module, why))
    if (use := reading.uses.get(question.id)) is not None:
        return BannedUse(groups[use.group], use.name, use.line)
    for group in groups:
        for operator in group.operators:
            if operator in operators:
                return BannedUse(group, operator.removesuffix(".*"))
    return None

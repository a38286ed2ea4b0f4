"""The first use of a call that a question does not allow, and what the student reads of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from gradkit.bans.names import Use


class Group(Protocol):
    """Calls that are not allowed for one reason."""

    @property
    def reason(self) -> str:
        """What is not allowed, and why."""

    @property
    def operators(self) -> Sequence[str]:
        """What is noted where it runs."""


@dataclass(frozen=True)
class BannedUse:
    """One use of a banned call.

    Attributes:
        what: the name found in the file, or the operator seen at run time.
        reason: of its ban.
        line: the line of the student's file, where the source told it.
    """

    what: str
    reason: str
    line: int | None = None

    @property
    def message(self) -> str:
        """What the student reads."""
        where = f" (line {self.line})" if self.line is not None else " (seen while your code ran)"
        return f"{self.what} is used{where}. {self.reason}"


def first_use(groups: Sequence[Group], named: Use | None, operators: Collection[str]) -> BannedUse | None:
    """The first use, or None.

    Args:
        groups: the question's ban groups.
        named: what the source names, if anything.
        operators: the operators that ran.
    """
    if named is not None:
        return BannedUse(named.name, groups[named.group].reason, named.line)
    for group in groups:
        for operator in group.operators:
            if operator in operators:
                return BannedUse(operator.removesuffix(".*"), group.reason)
    return None

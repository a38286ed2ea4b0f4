"""The first use of a banned call, and the student's message about it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from gradkit.bans.names import Use


class Group(Protocol):
    """Calls banned for the same reason."""

    @property
    def reason(self) -> str:
        """What is not allowed, and why."""

    @property
    def operators(self) -> Sequence[str]:
        """The calls recorded at run time."""


@dataclass(frozen=True)
class BannedUse:
    """One use of a banned call.

    Attributes:
        what: the name found in the file, or the operator seen at run time.
        reason: of its ban.
        line: the line of the student's file, if it was found in the source.
    """

    what: str
    reason: str
    line: int | None = None

    @property
    def message(self) -> str:
        """The message to the student."""
        where = f" (line {self.line})" if self.line is not None else " (seen while your code ran)"
        return f"{self.what} is used{where}. {self.reason}"


def first_use(groups: Sequence[Group], named: Use | None, operators: Collection[str]) -> BannedUse | None:
    """The first use, or None.

    Args:
        groups: the question's ban groups.
        named: the use found in the source, if any.
        operators: the operators that ran.
    """
    if named is not None:
        return BannedUse(named.name, groups[named.group].reason, named.line)
    for group in groups:
        for operator in group.operators:
            if operator in operators:
                return BannedUse(operator.removesuffix(".*"), group.reason)
    return None

"""The first use of a banned call, and the student's message about it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from gradkit.bans.names import Use
from gradkit.messages import Message, message, sentences


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
    def message(self) -> Message:
        """The message to the student."""
        if self.line is not None:
            used = message("{name} is used (line {line}).", name=self.what, line=self.line)
        else:
            used = message("{name} is used (seen while your code ran).", name=self.what)
        return sentences(used, Message(self.reason))


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

"""``[policy]``: which hand-in counts, how late it may be, and what feedback there is before the due time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

Counts = Literal["last", "best", "active"]
Feedback = Literal["verdict", "hint", "inputs"]

_STRICT = ConfigDict(extra="forbid")
_Days = Annotated[int, Field(ge=0, le=1000)]
_Number = Annotated[int, Field(ge=1, le=100_000)]
_Fraction = Annotated[float, Field(ge=0, le=1000)]


@dataclass(frozen=True)
class Policy:
    """The rules for hand-ins, from ``[policy]`` of ``course.toml``, overridden by that of ``assignment.toml``.

    Attributes:
        slip_days: days that a student may be late in the whole term without a penalty. In ``assignment.toml``: a budget
            of this assignment's own, apart from the term's.
        max_slip: the most slip days for one assignment; None: as many as are left.
        counts: which hand-in counts: the last, the best, or the one that was chosen, by default the last.
        close_after: days after the due time, extended if it was, from which on nothing is taken; None: never.
        attempts: the number of hand-ins that get feedback before the due time; None: all.
        window: the number of them within 24 hours; None: all.
        feedback_until_due: the most that feedback says before the due time; None: as much as afterwards.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    slip_days: _Days = 0
    max_slip: _Days | None = None
    counts: Counts = "last"
    close_after: _Fraction | None = None
    attempts: _Number | None = None
    window: _Number | None = None
    feedback_until_due: Feedback | None = None

    def overridden(self, own: OwnPolicy) -> Policy:
        """The rules for an assignment with ``[policy]`` of its own."""
        return replace(self, **{name: value for name, value in vars(own).items() if value is not None})


@dataclass(frozen=True)
class OwnPolicy:
    """``[policy]`` of one assignment; None: the course's."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    slip_days: _Days | None = None
    max_slip: _Days | None = None
    counts: Counts | None = None
    close_after: _Fraction | None = None
    attempts: _Number | None = None
    window: _Number | None = None
    feedback_until_due: Feedback | None = None

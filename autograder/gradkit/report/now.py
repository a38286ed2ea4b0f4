"""What an instructor should know today: recent hand-ins, what needs a person, and who is stuck."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gradkit.grading.record import Record

STUCK = 3  # hand-ins in a row with the same misconception
_RECENT = timedelta(days=1)


@dataclass(frozen=True)
class HandIn:
    """A hand-in of any age: when it came (None if unknown), and its record if there is one."""

    student: str
    assignment: str
    time: datetime | None
    record: Record | None


@dataclass(frozen=True)
class Stuck:
    """A student whose last hand-ins show the same misconception.

    Attributes:
        student: the student.
        assignment: the assignment.
        mistake: the known mistake.
        sentence: its description in the bank, or "".
        times: the number of hand-ins in a row that show it.
    """

    student: str
    assignment: str
    mistake: str
    sentence: str
    times: int


@dataclass(frozen=True)
class Now:
    """The state of a course.

    Attributes:
        at: when.
        recent: assignment -> hand-ins in the last 24 hours; only those with any.
        faults: (student, assignment, why) of what could not be read or graded, and needs a person.
        stuck: students who need one.
    """

    at: datetime
    recent: Mapping[str, int]
    faults: tuple[tuple[str, str, str], ...]
    stuck: tuple[Stuck, ...]


def look_now(
    at: datetime,
    hand_ins: Iterable[Sequence[HandIn]],
    sentences: Mapping[str, Mapping[str, str]],
) -> Now:
    """What to know at a time.

    Args:
        at: the time.
        hand_ins: for each student and assignment all hand-ins, oldest first.
        sentences: assignment -> mistake -> its description in the bank.
    """
    recent: Counter[str] = Counter()
    faults, stuck = [], []
    for mine in hand_ins:
        recent.update(each.assignment for each in mine if each.time is not None and at - _RECENT < each.time <= at)
        last = mine[-1].record if mine else None
        if last is not None and last.status != "graded":
            why = " ".join(last.problems) or last.output or "the grader failed"
            faults.append((last.student, last.assignment, why))
        stuck += [
            Stuck(
                mine[0].student, mine[0].assignment, mistake, sentences.get(mine[0].assignment, {}).get(mistake, ""), n
            )
            for mistake, n in _repeated(mine).items()
        ]
    return Now(at, dict(sorted(recent.items())), tuple(sorted(faults)), tuple(sorted(stuck, key=_order)))


def _repeated(hand_ins: Sequence[HandIn]) -> dict[str, int]:
    """Mistakes in the last hand-ins without a gap -> the number of hand-ins, where there are enough."""
    counts: dict[str, int] = {}
    still: set[str] | None = None
    for each in reversed(hand_ins):
        found = {test.mistake for test in each.record.tests if test.mistake} if each.record else set[str]()
        still = found if still is None else still & found
        for mistake in still:
            counts[mistake] = counts.get(mistake, 0) + 1
    return {mistake: number for mistake, number in sorted(counts.items()) if number >= STUCK}


def _order(stuck: Stuck) -> tuple[int, str, str, str]:
    return -stuck.times, stuck.assignment, stuck.student, stuck.mistake

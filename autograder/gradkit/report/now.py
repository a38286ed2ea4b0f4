"""What an instructor should know today: recent hand-ins, what needs a person, and who is stuck."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from gradkit.grading.record import Record
from gradkit.messages import message
from gradkit.messages import sentences as joined
from gradkit.term.runs import Run

STUCK = 3  # hand-ins in a row with the same misconception
_RECENT = timedelta(days=1)
_MOST_DAYS = 31  # in a plot by day; a longer time is shown by week


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
class Period:
    """The hand-ins of a day or a week.

    Attributes:
        start: the day, or the week's Monday.
        attempts: assignment -> hand-ins; only those with any.
        first: the number of first hand-ins with a score.
        mean: the mean share of the hidden suite's points of those, in [0, 1]; None if there are none.
    """

    start: date
    attempts: Mapping[str, int]
    first: int = 0
    mean: float | None = None

    @property
    def number(self) -> int:
        """The number of hand-ins."""
        return sum(self.attempts.values())


@dataclass(frozen=True)
class Now:
    """The state of a course.

    Attributes:
        at: when, in the course's time zone.
        recent: assignment -> hand-ins in the last 24 hours; only those with any.
        faults: (student, assignment, why) of what could not be read or graded, and needs a person.
        stuck: students who need one.
        today: assignment -> hand-ins since midnight; only those with any.
        run: the last grading run, with its times in the course's time zone; None if unknown.
        days: the days of a period: 1 or 7.
        periods: from the first hand-in to the last, without a gap.
    """

    at: datetime
    recent: Mapping[str, int]
    faults: tuple[tuple[str, str, str], ...]
    stuck: tuple[Stuck, ...]
    today: Mapping[str, int] = field(default_factory=dict)
    run: Run | None = None
    days: int = 1
    periods: tuple[Period, ...] = ()


def look_now(
    at: datetime,
    hand_ins: Iterable[Sequence[HandIn]],
    sentences: Mapping[str, Mapping[str, str]],
    run: Run | None = None,
) -> Now:
    """What to know at a time.

    Args:
        at: the time, in the course's time zone, whose days are meant.
        hand_ins: for each student and assignment all hand-ins, oldest first.
        sentences: assignment -> mistake -> its description in the bank.
        run: the last grading run, if known.
    """
    hand_ins = list(hand_ins)
    recent: Counter[str] = Counter()
    faults, stuck = [], []
    for mine in hand_ins:
        recent.update(each.assignment for each in mine if each.time is not None and at - _RECENT < each.time <= at)
        last = mine[-1].record if mine else None
        if last is not None and last.status != "graded":
            why = joined(*last.problems) or last.output or message("the grader failed")
            faults.append((last.student, last.assignment, why))
        stuck += [
            Stuck(
                mine[0].student, mine[0].assignment, mistake, sentences.get(mine[0].assignment, {}).get(mistake, ""), n
            )
            for mistake, n in _repeated(mine).items()
        ]
    days, periods = _periods(at, hand_ins)
    return Now(
        at,
        dict(sorted(recent.items())),
        tuple(sorted(faults)),
        tuple(sorted(stuck, key=_order)),
        _today(at, hand_ins),
        None if run is None else _at_home(run, at),
        days,
        periods,
    )


def _today(at: datetime, hand_ins: Iterable[Sequence[HandIn]]) -> Mapping[str, int]:
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    times = Counter(
        each.assignment for mine in hand_ins for each in mine if each.time is not None and midnight <= each.time <= at
    )
    return dict(sorted(times.items()))


def _at_home(run: Run, at: datetime) -> Run:
    finished = None if run.finished is None else run.finished.astimezone(at.tzinfo)
    return replace(run, started=run.started.astimezone(at.tzinfo), finished=finished)


def _periods(at: datetime, hand_ins: Iterable[Sequence[HandIn]]) -> tuple[int, tuple[Period, ...]]:
    """The days of a period, and the periods: days if there are few, else weeks."""
    attempts: defaultdict[date, Counter[str]] = defaultdict(Counter)
    shares: defaultdict[date, list[float]] = defaultdict(list)
    for mine in hand_ins:
        days = [each.time.astimezone(at.tzinfo).date() for each in mine if each.time is not None and each.time <= at]
        for day in days:
            attempts[day][mine[0].assignment] += 1
        first = mine[0].record if days and mine[0].time is not None else None
        if first is not None and first.score is not None and first.max_score:
            shares[days[0]].append(first.score / first.max_score)
    if not attempts:
        return 1, ()
    start, end = min(attempts), max(attempts)
    width = 1 if (end - start).days < _MOST_DAYS else 7
    start -= timedelta(days=start.weekday() if width == 7 else 0)
    periods = []
    while start <= end:
        within = [start + timedelta(days=number) for number in range(width)]
        number_of = sum((attempts[day] for day in within if day in attempts), Counter[str]())
        found = sorted(share for day in within if day in shares for share in shares[day])
        mean = sum(found) / len(found) if found else None
        periods.append(Period(start, dict(sorted(number_of.items())), len(found), mean))
        start += timedelta(days=width)
    return width, tuple(periods)


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

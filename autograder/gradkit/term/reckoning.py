"""Reckon a student's scores: which hand-in counts, slip days, and the late penalty.

A pure function of hand-ins, ledger and course: the order in which things happened to be collected, graded or written
changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from gradkit.course import Assignment, Course, LatePolicy, Policy, rounded
from gradkit.term.ledger import Event, Ledger, read_ledger

_DAY = 86400.0
_WINDOW = timedelta(days=1)


@dataclass(frozen=True)
class Attempt:
    """One hand-in.

    Attributes:
        time: when it was handed in; None if unknown, which is never late.
        score: its points by the hidden suite; None if it has none.
        name: its name among those that do not count now; "" for the one that does.
    """

    time: datetime | None
    score: float | None
    name: str = ""


@dataclass(frozen=True)
class Rules:
    """An assignment's due time and rules.

    Attributes:
        assignment: its id.
        due: its due time.
        policy: the rules.
        own_budget: whether its slip days are its own, apart from the term's.
    """

    assignment: str
    due: datetime
    policy: Policy
    own_budget: bool = False


@dataclass(frozen=True)
class Reckoned:
    """How a student stands in one assignment.

    Attributes:
        rules: the assignment's rules.
        due: the due time with the extension.
        extension: the extension that counts, or None.
        excuse: the excuse, or None; if there is one, the assignment does not count.
        attempts: the hand-ins that were in time to be taken, oldest first.
        counted: the one that counts, or None.
        days_late: days begun after due time, extension and grace period.
        slip_days: how many of them slip days pay for.
        slip_left: slip days left afterwards.
        percent: the late penalty, in percent of the score.
        silent: the hand-ins without feedback before the due time, each with the time from which on a further one would
            have had it; None: none any more.
    """

    rules: Rules
    due: datetime
    extension: Event | None
    excuse: Event | None
    attempts: tuple[Attempt, ...]
    counted: Attempt | None
    days_late: int
    slip_days: int
    slip_left: int
    percent: float
    silent: Mapping[Attempt, datetime | None]

    @property
    def score(self) -> float | None:
        """The counted hand-in's points after the late penalty; None if it has none."""
        if self.counted is None or self.counted.score is None:
            return None
        return after_penalty(self.counted.score, self.percent)

    @property
    def allowance(self) -> timedelta:
        """The time after the due time that costs nothing, besides the grace period: extension and slip days."""
        return self.due - self.rules.due + timedelta(days=self.slip_days)


def after_penalty(score: float, percent: float) -> float:
    """A score after a penalty in percent of it."""
    return rounded(score - rounded(score * percent / 100.0))


def closes(rules: Rules, due: datetime, zone: ZoneInfo) -> datetime | None:
    """When an assignment closes, if its due time is ``due``; None: never."""
    return None if rules.policy.close_after is None else later(due, rules.policy.close_after, zone)


def later(time: datetime, days: float, zone: ZoneInfo) -> datetime:
    """Days later at the same time of day in the course's zone, also across a change to summer time; in UTC.

    A part of a day is hours: half a day is 12 hours.
    """
    whole = math.floor(days)
    shifted = (time.astimezone(zone).replace(tzinfo=None) + timedelta(days=whole)).replace(tzinfo=zone)
    return shifted.astimezone(UTC) + timedelta(days=days - whole)


def extended(rules: Rules, extensions: Sequence[Event], zone: ZoneInfo) -> tuple[datetime, Event | None]:
    """The due time with the longest of some extensions, never before the original one; and that extension."""
    longest = max(extensions, key=lambda event: _until(rules, event, zone), default=None)
    return (rules.due if longest is None else _until(rules, longest, zone)), longest


def _until(rules: Rules, extension: Event, zone: ZoneInfo) -> datetime:
    until = later(rules.due, extension.days, zone) if extension.days is not None else extension.until
    return rules.due if until is None else max(rules.due, until.astimezone(UTC))


def rules_of(course: Course, assignment: Assignment) -> Rules:
    """The rules of an assignment."""
    own = assignment.policy
    return Rules(assignment.id, assignment.due, course.policy.overridden(own), own.slip_days is not None)


def closing_time(course: Course, student: str, assignment_id: str) -> datetime | None:
    """When an assignment closes to a student, with the extension; None: never.

    Raises:
        CourseError: the ledger or ``assignment.toml`` is wrong.
    """
    rules = rules_of(course, course.assignment(assignment_id))
    if rules.policy.close_after is None:
        return None
    return closes(rules, due_for(course, student, assignment_id), course.zone)


def due_for(course: Course, student: str, assignment_id: str) -> datetime:
    """When an assignment is due for a student, with the extension.

    Raises:
        CourseError: the ledger or ``assignment.toml`` is wrong.
    """
    rules = rules_of(course, course.assignment(assignment_id))
    return extended(rules, read_ledger(course).extensions(student, assignment_id), course.zone)[0]


def reckon(
    student: str,
    rules: Sequence[Rules],
    attempts: Mapping[str, Sequence[Attempt]],
    ledger: Ledger,
    late: LatePolicy,
    zone: ZoneInfo,
    slip_days: int,
) -> dict[str, Reckoned]:
    """How a student stands in every assignment.

    Slip days are used in the order of the assignments' original due times. With an extension an assignment never uses
    more of them than it would without, so that an extension lowers no score, here or elsewhere.

    Args:
        student: the student.
        rules: every assignment's.
        attempts: the hand-ins, by assignment.
        ledger: the decisions.
        late: the late penalty.
        zone: the course's time zone.
        slip_days: the term's budget.
    """
    found = {}
    left = slip_days
    for each in sorted(rules, key=lambda each: (each.due, each.assignment)):
        budget = each.policy.slip_days if each.own_budget else left
        found[each.assignment] = one = _reckon_one(
            student, each, attempts.get(each.assignment, ()), ledger, _Days(late, zone), budget
        )
        left -= 0 if each.own_budget else one.slip_days
    return found


@dataclass(frozen=True)
class _Days:
    """Counts days and their cost."""

    late: LatePolicy
    zone: ZoneInfo

    def begun(self, attempt: Attempt, due: datetime) -> int:
        """The days begun after due time and grace period."""
        if attempt.time is None:
            return 0
        seconds = (attempt.time - due).total_seconds() - 60 * self.late.grace_minutes
        return max(0, math.ceil(seconds / _DAY))

    def percent(self, days: int) -> float:
        """The penalty for so many days, in percent of the score."""
        return max(0.0, min(days * self.late.percent_per_day, 100.0 - self.late.floor_percent))


@dataclass(frozen=True)
class _Cost:
    """What one hand-in would cost."""

    attempt: Attempt
    days: int
    slip: int
    percent: float

    @property
    def order(self) -> tuple[float, int, datetime]:
        """Greater for the better of two: more points, fewer slip days, later."""
        score = self.attempt.score
        points = -1.0 if score is None else after_penalty(score, self.percent)
        return points, -self.slip, self.attempt.time or _EVER


_EVER = datetime.min.replace(tzinfo=UTC)


def _reckon_one(
    student: str, rules: Rules, attempts: Sequence[Attempt], ledger: Ledger, days: _Days, budget: int
) -> Reckoned:
    extensions = ledger.extensions(student, rules.assignment)
    due, extension = extended(rules, extensions, days.zone)
    end = closes(rules, due, days.zone)
    taken = tuple(
        sorted(
            (attempt for attempt in attempts if end is None or attempt.time is None or attempt.time <= end),
            key=lambda attempt: (attempt.time or _EVER, not attempt.name, attempt.name),
        )
    )
    excuse = ledger.excuse(student, rules.assignment)
    choice = ledger.choice(student, rules.assignment)
    most = budget if rules.policy.max_slip is None else min(budget, rules.policy.max_slip)
    if excuse is not None:  # being late costs nothing
        most, days = 0, replace(days, late=LatePolicy(days.late.grace_minutes))
    cost = None
    for time in dict.fromkeys((rules.due, due)):  # with the extension no more slip days than without
        cost = _choose([_cost(attempt, time, most, days) for attempt in taken], rules.policy, choice)
        most = 0 if cost is None else cost.slip
    counted = cost or _Cost(Attempt(None, None), 0, 0, 0.0)
    return Reckoned(
        rules=rules,
        due=due,
        extension=extension,
        excuse=excuse,
        attempts=taken,
        counted=None if cost is None else cost.attempt,
        days_late=counted.days,
        slip_days=counted.slip,
        slip_left=budget - counted.slip,
        percent=counted.percent,
        silent=_silent(taken, due, rules.policy),
    )


def _silent(attempts: Sequence[Attempt], due: datetime, policy: Policy) -> dict[Attempt, datetime | None]:
    """The hand-ins before the due time that get no feedback until then; see `Reckoned.silent`."""
    told: list[datetime] = []
    found: dict[Attempt, datetime | None] = {}
    for attempt in attempts:
        if attempt.time is None or attempt.time > due:
            continue
        recent = [time for time in told if attempt.time - time < _WINDOW]
        if policy.attempts is not None and len(told) >= policy.attempts:
            found[attempt] = None
        elif policy.window is not None and len(recent) >= policy.window:
            found[attempt] = recent[-policy.window] + _WINDOW
        else:
            told.append(attempt.time)
    return found


def _cost(attempt: Attempt, due: datetime, most: int, days: _Days) -> _Cost:
    late = days.begun(attempt, due)
    slip = min(late, most)
    return _Cost(attempt, late, slip, days.percent(late - slip))


def _choose(costs: Sequence[_Cost], policy: Policy, choice: Event | None) -> _Cost | None:
    """The hand-in that counts."""
    if not costs:
        return None
    if policy.counts == "best":
        return max(reversed(costs), key=lambda cost: cost.order)  # of equal ones the one that counts already
    if policy.counts == "active" and choice is not None:
        return next((cost for cost in costs if cost.attempt.time == choice.attempt), costs[-1])
    return costs[-1]

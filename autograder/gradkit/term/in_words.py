"""How a score came about, in sentences: for a student's page and for ``gradkit policy``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from gradkit.course import LatePolicy
from gradkit.messages import Message, message, plural
from gradkit.term.ledger import Ledger
from gradkit.term.reckoning import Attempt, Reckoned, Rules, closes
from gradkit.text import points, strip_controls

_WHICH_COUNTS = {
    "last": message("If you hand in several times, the last one counts."),
    "best": message("If you hand in several times, the best one counts."),
    "active": message("If you hand in several times, the chosen one counts."),
}
_COUNTS = {"last": "the last one", "best": "the best one", "active": "the chosen one"}


def explained(reckoned: Reckoned, zone: ZoneInfo, now: datetime | None = None) -> list[str]:
    """Due time, extension, hand-ins, slip days and late penalty, a sentence each.

    Args:
        reckoned: how a student stands in an assignment.
        zone: the course's time zone.
        now: the time at which the student reads it; None: for an instructor, to whom nothing is held back.
    """
    silent = reckoned.silent if now is not None and now < reckoned.due else {}
    return [*_due(reckoned, zone), *_hand_ins(reckoned, zone, silent), *_cost(reckoned)]


def renamed(ledger: Ledger, student: str, zone: ZoneInfo) -> Iterator[str]:
    """A student's earlier ids, a sentence each."""
    for old in ledger.ids(student)[1:]:
        event = ledger.earlier[old]
        how = "renamed" if event.kind == "rename" else "merged in"
        yield f"{student} is also {old}, {how} {said(event.at, zone)}{_why(event.reason)}."


def announced(rules: Rules, late: LatePolicy, zone: ZoneInfo) -> list[Message]:
    """An assignment's rules for its handout, a sentence each."""
    policy, end = rules.policy, closes(rules, rules.due, zone)
    found = [message("It is due {time}.", time=said(rules.due, zone))]
    if late.percent_per_day:
        found.append(_late_days(late))
    if policy.slip_days:
        found.append(_slip_days(rules))
    if end is not None:
        found.append(message("Nothing is taken after {time}.", time=said(end, zone)))
    found.append(_WHICH_COUNTS[policy.counts])
    if policy.attempts is not None:
        found.append(_feedback_until_due(policy.attempts))
    if policy.window is not None:
        found.append(
            plural("In 24 hours 1 hand-in gets feedback.", "In 24 hours {n} hand-ins get feedback.", policy.window)
        )
    return found


def _late_days(late: LatePolicy) -> Message:
    numbers = {
        "percent": f"{late.percent_per_day:g}",
        "minutes": f"{late.grace_minutes:g}",
        "floor": f"{late.floor_percent:g}",
    }
    if late.grace_minutes and late.floor_percent:
        return message(
            "Each day begun after {minutes} minutes costs {percent} percent of the points, and at least {floor} "
            "percent stay.",
            **numbers,
        )
    if late.grace_minutes:
        return message("Each day begun after {minutes} minutes costs {percent} percent of the points.", **numbers)
    if late.floor_percent:
        return message(
            "Each day begun costs {percent} percent of the points, and at least {floor} percent stay.", **numbers
        )
    return message("Each day begun costs {percent} percent of the points.", **numbers)


def _slip_days(rules: Rules) -> Message:
    days, most = rules.policy.slip_days, rules.policy.max_slip
    if most is None and rules.own_budget:
        return plural(
            "You have {n} slip day for this assignment alone: these days cost nothing.",
            "You have {n} slip days for this assignment alone: these days cost nothing.",
            days,
        )
    if most is None:
        return plural(
            "You have {n} slip day in the whole term: these days cost nothing.",
            "You have {n} slip days in the whole term: these days cost nothing.",
            days,
        )
    if rules.own_budget:
        return plural(
            "You have {n} slip day for this assignment alone, at most {most} of them here: these days cost nothing.",
            "You have {n} slip days for this assignment alone, at most {most} of them here: these days cost nothing.",
            days,
            most=most,
        )
    return plural(
        "You have {n} slip day in the whole term, at most {most} of them here: these days cost nothing.",
        "You have {n} slip days in the whole term, at most {most} of them here: these days cost nothing.",
        days,
        most=most,
    )


def _feedback_until_due(number: int) -> Message:
    return plural(
        "Before the due time 1 hand-in gets feedback.", "Before the due time {n} hand-ins get feedback.", number
    )


def said(time: datetime | None, zone: ZoneInfo) -> str:
    """A time in the course's zone."""
    return "at an unknown time" if time is None else f"{time.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def _due(reckoned: Reckoned, zone: ZoneInfo) -> Iterator[str]:
    yield f"Due {said(reckoned.rules.due, zone)}."
    if reckoned.extension is not None:
        yield f"Extended until {said(reckoned.due, zone)}{_why(reckoned.extension.reason)}."
    if reckoned.excuse is not None:
        yield f"Excused, so this assignment does not count{_why(reckoned.excuse.reason)}."


def _why(reason: str) -> str:
    text = " ".join(strip_controls(reason).split()).rstrip(".")
    return f" ({text})" if text else ""


def _hand_ins(reckoned: Reckoned, zone: ZoneInfo, silent: Mapping[Attempt, datetime | None]) -> Iterator[str]:
    if not reckoned.attempts:
        yield "Nothing was handed in."
    for number, attempt in enumerate(reckoned.attempts, start=1):
        mark = ""
        if attempt is reckoned.counted and len(reckoned.attempts) > 1:
            mark = f"; {_COUNTS[reckoned.rules.policy.counts]}, which counts"
        shown = "no feedback before the due time" if attempt in silent else _points(attempt)
        yield f"Hand-in {number}, {said(attempt.time, zone)}: {shown}{mark}."
    policy = reckoned.rules.policy
    if silent and policy.attempts is not None:
        yield _feedback_until_due(policy.attempts)
    *_, again = [None, *silent.values()]
    if again is not None:
        yield f"In 24 hours {_with_feedback(policy.window)}; the next one from {said(again, zone)}."


def _with_feedback(number: int | None) -> str:
    return "1 hand-in gets feedback" if number == 1 else f"{number} hand-ins get feedback"


def _points(attempt: Attempt) -> str:
    if attempt.score is None:
        return "not graded"
    return f"{points(attempt.score)} point{'' if attempt.score == 1 else 's'}"


def _cost(reckoned: Reckoned) -> Iterator[str]:
    if reckoned.counted is None:
        return
    yield f"{_days(reckoned.days_late)} late." if reckoned.days_late else "In time."
    if reckoned.slip_days or reckoned.rules.policy.slip_days:
        yield f"{_days(reckoned.slip_days, 'slip ')} used, {reckoned.slip_left} left."
    if reckoned.percent:
        yield f"Late penalty: {reckoned.percent:g} percent of the score."


def _days(number: int, kind: str = "") -> str:
    return f"{number} {kind}day{'' if number == 1 else 's'}"

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
_COUNTED = {
    "last": message("Hand-in {number}, {time}: {result}; the last one, which counts."),
    "best": message("Hand-in {number}, {time}: {result}; the best one, which counts."),
    "active": message("Hand-in {number}, {time}: {result}; the chosen one, which counts."),
}


def explained(reckoned: Reckoned, zone: ZoneInfo, now: datetime | None = None) -> list[Message]:
    """Due time, extension, hand-ins, slip days and late penalty, a sentence each.

    Args:
        reckoned: how a student stands in an assignment.
        zone: the course's time zone.
        now: the time at which the student reads it; None: for an instructor, to whom nothing is held back.
    """
    silent = reckoned.silent if now is not None and now < reckoned.due else {}
    return [*_due(reckoned, zone), *_hand_ins(reckoned, zone, silent), *_cost(reckoned)]


def renamed(ledger: Ledger, student: str, zone: ZoneInfo) -> Iterator[Message]:
    """A student's earlier ids, a sentence each."""
    for old in ledger.ids(student)[1:]:
        event = ledger.earlier[old]
        fields = {"student": student, "old": old, "time": said(event.at, zone), "reason": _reason(event.reason)}
        if event.kind == "rename" and fields["reason"]:
            yield message("{student} is also {old}, renamed {time} ({reason}).", **fields)
        elif event.kind == "rename":
            yield message("{student} is also {old}, renamed {time}.", **fields)
        elif fields["reason"]:
            yield message("{student} is also {old}, merged in {time} ({reason}).", **fields)
        else:
            yield message("{student} is also {old}, merged in {time}.", **fields)


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
    return message("at an unknown time") if time is None else f"{time.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def _due(reckoned: Reckoned, zone: ZoneInfo) -> Iterator[Message]:
    yield message("Due {time}.", time=said(reckoned.rules.due, zone))
    if reckoned.extension is not None:
        time, reason = said(reckoned.due, zone), _reason(reckoned.extension.reason)
        if reason:
            yield message("Extended until {time} ({reason}).", time=time, reason=reason)
        else:
            yield message("Extended until {time}.", time=time)
    if reckoned.excuse is not None:
        reason = _reason(reckoned.excuse.reason)
        if reason:
            yield message("Excused, so this assignment does not count ({reason}).", reason=reason)
        else:
            yield message("Excused, so this assignment does not count.")


def _reason(text: str) -> str:
    return " ".join(strip_controls(text).split()).rstrip(".")


def _hand_ins(reckoned: Reckoned, zone: ZoneInfo, silent: Mapping[Attempt, datetime | None]) -> Iterator[Message]:
    if not reckoned.attempts:
        yield message("Nothing was handed in.")
    policy = reckoned.rules.policy
    for number, attempt in enumerate(reckoned.attempts, start=1):
        sentence = message("Hand-in {number}, {time}: {result}.")
        if attempt is reckoned.counted and len(reckoned.attempts) > 1:
            sentence = _COUNTED[policy.counts]
        result = message("no feedback before the due time") if attempt in silent else _points(attempt)
        yield message(sentence, number=number, time=said(attempt.time, zone), result=result)
    if silent and policy.attempts is not None:
        yield _feedback_until_due(policy.attempts)
    *_, again = [None, *silent.values()]
    if again is not None and policy.window is not None:
        yield plural(
            "In 24 hours {n} hand-in gets feedback; the next one from {time}.",
            "In 24 hours {n} hand-ins get feedback; the next one from {time}.",
            policy.window,
            time=said(again, zone),
        )


def _points(attempt: Attempt) -> Message:
    if attempt.score is None:
        return message("not graded")
    return message("1 point") if attempt.score == 1 else message("{points} points", points=points(attempt.score))


def _cost(reckoned: Reckoned) -> Iterator[Message]:
    if reckoned.counted is None:
        return
    if reckoned.days_late:
        yield plural("{n} day late.", "{n} days late.", reckoned.days_late)
    else:
        yield message("In time.")
    if reckoned.slip_days or reckoned.rules.policy.slip_days:
        yield plural(
            "{n} slip day used, {left} left.",
            "{n} slip days used, {left} left.",
            reckoned.slip_days,
            left=reckoned.slip_left,
        )
    if reckoned.percent:
        yield message("Late penalty: {percent} percent of the score.", percent=f"{reckoned.percent:g}")

"""The submission time: nbgrader's ``timestamp.txt`` and folder names, read without trusting them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

# nbgrader has annotations but does not declare them (no py.typed).
from nbgrader.utils import parse_utc  # type: ignore[import-untyped]

from gradkit.intake.policy import TIME_FILE
from gradkit.messages import Message, message

_FORMAT = "%Y-%m-%d %H:%M:%S.%f UTC"  # as nbgrader's submit writes it
_LONGEST = 64
SLACK = timedelta(minutes=5)  # tolerance for differing clocks and for the time a copy takes
_EARLIEST = timedelta(days=366)  # before the due time, or before now
# No slash: dateutil would open a file of that name to find a time zone in it.
_SANE = re.compile(r"[\w :.,+-]+")


def parse_time(text: str) -> datetime | None:
    """A time in any format that nbgrader reads, in UTC; None if it is not a time. Without a zone, UTC is assumed."""
    text = text.strip()
    if len(text) > _LONGEST or not _SANE.fullmatch(text):
        return None
    try:
        found: datetime = parse_utc(text)
        return found.replace(tzinfo=UTC)
    except (ValueError, OverflowError, TypeError, ArithmeticError, AttributeError):
        return None  # dateutil raises any of these, depending on what is wrong


def format_time(time: datetime) -> str:
    """A time as nbgrader writes it."""
    return time.astimezone(UTC).strftime(_FORMAT)


def read_time(folder: Path) -> datetime | None:
    """The submission time of ``folder``, in UTC; None if unknown."""
    path = folder / TIME_FILE
    try:
        if path.is_symlink():
            return None
        with path.open("rb") as file:
            return parse_time(file.read(_LONGEST + 1).decode("utf-8"))
    except (OSError, UnicodeDecodeError):
        return None


def write_time(folder: Path, time: datetime | None) -> None:
    """Write ``timestamp.txt``, unless the time is unknown."""
    if time is not None:
        (folder / TIME_FILE).write_text(format_time(time), encoding="utf-8")


@dataclass(frozen=True)
class HandedIn:
    """A submission time, and the doubts about it, each a clause."""

    time: datetime
    doubts: tuple[str, ...]


def handed_in(named: datetime, written: datetime | None, changed: datetime | None, due: datetime | None) -> HandedIn:
    """The newest of a submission's known times.

    Args:
        named: the time in its name; preferred if the others agree with it to within a few minutes.
        written: the time in its ``timestamp.txt``; None if that has none.
        changed: when its files were last changed, which nobody can forge; None if unknown. If known, other times
            that are in the future are ignored.
        due: when the assignment is due; None if unknown.
    """
    known: dict[Message, datetime | None] = {
        message("its name"): named,
        message("its timestamp.txt"): written,
        message("the newest of its files"): changed,
    }
    times = {what: time for what, time in known.items() if time is not None}
    doubts: list[str] = [text for what, time in times.items() for text in impossible(what, time, due)]
    if changed is not None:
        times = {what: time for what, time in times.items() if not is_ahead(time)} or times
    newest = max(times, key=lambda what: times[what])
    if named in times.values() and times[newest] - named <= SLACK:
        return HandedIn(named, tuple(doubts))
    doubts.append(
        message(
            "its name says {time}, but {other} says {counts}, which counts",
            time=said(named),
            other=newest,
            counts=said(times[newest]),
        )
    )
    return HandedIn(times[newest], tuple(doubts))


def is_ahead(time: datetime) -> bool:
    """Whether a time is in the future."""
    return time > datetime.now(UTC) + SLACK


def impossible(what: str, time: datetime, due: datetime | None) -> Iterator[str]:
    """Why a time cannot be a submission time, as a clause; nothing if it can."""
    if is_ahead(time):
        yield message("{what} says {time}, which is in the future", what=what, time=said(time))
    elif due is not None and time < min(due, datetime.now(UTC)) - _EARLIEST:
        yield message("{what} says {time}, which is more than a year too early", what=what, time=said(time))


def said(time: datetime) -> str:
    """A time for display."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"

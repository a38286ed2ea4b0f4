"""When a submission was handed in: nbgrader's ``timestamp.txt`` and folder names, read without trusting them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

# nbgrader has annotations but does not declare them (no py.typed).
from nbgrader.utils import parse_utc  # type: ignore[import-untyped]

TIMESTAMP_FILE = "timestamp.txt"
_FORMAT = "%Y-%m-%d %H:%M:%S.%f UTC"  # as nbgrader's submit writes it
_LONGEST = 64
# No slash: dateutil would open a file of that name to find a time zone in it.
_SANE = re.compile(r"[\w :.,+-]+")


def parse_time(text: str) -> datetime | None:
    """A time in any form that nbgrader reads, in UTC; None where it is none. Without a zone it is taken as UTC."""
    text = text.strip()
    if len(text) > _LONGEST or not _SANE.fullmatch(text):
        return None
    try:
        found: datetime = parse_utc(text)
        return found.replace(tzinfo=UTC)
    except (ValueError, OverflowError, TypeError, ArithmeticError, AttributeError):
        return None  # dateutil lets each of these through, depending on what is wrong


def format_time(time: datetime) -> str:
    """A time as nbgrader writes it."""
    return time.astimezone(UTC).strftime(_FORMAT)


def read_time(folder: Path) -> datetime | None:
    """When the submission in ``folder`` was handed in, in UTC; None where that is not known."""
    path = folder / TIMESTAMP_FILE
    try:
        if path.is_symlink():
            return None
        with path.open("rb") as file:
            return parse_time(file.read(_LONGEST + 1).decode("utf-8"))
    except (OSError, UnicodeDecodeError):
        return None


def write_time(folder: Path, time: datetime | None) -> None:
    """Write ``timestamp.txt``; nothing where the time is not known."""
    if time is not None:
        (folder / TIMESTAMP_FILE).write_text(format_time(time), encoding="utf-8")

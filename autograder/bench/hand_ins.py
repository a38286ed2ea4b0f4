"""Time ``gradkit grade --watch``, from a hand-in to its feedback in the exchange."""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.runs import copy_course
from gradkit.collect.exchange import fetch, publish, submit
from gradkit.course import Course, load_course
from gradkit.errors import GradkitError

_COMMAND = (sys.executable, "-c", "from gradkit.cli import main; main()", "grade", "--watch", "--course")
_PATIENCE = 120.0  # seconds
_READY = 15.0  # seconds in which the next round's process has loaded


@dataclass(frozen=True)
class HandedIn:
    """The measurements of one assignment.

    Attributes:
        id: the assignment.
        waits: seconds from each hand-in to its page in the exchange.
    """

    id: str
    waits: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median wait, in seconds."""
        return statistics.median(self.waits)

    @property
    def slowest(self) -> float:
        """The longest wait, in seconds."""
        return max(self.waits)


def measure_hand_ins(folder: Path, course: Course, hw: str, number: int, report: Callable[[str], None]) -> HandedIn:
    """Hand in the reference repeatedly, each time as another student, while the course is watched.

    Args:
        folder: an empty folder to work in.
        course: the course; one with a copy of the assignment and an exchange of its own is used.
        hw: the assignment.
        number: the number of hand-ins; one more precedes them.
        report: called with a description of each step.

    Raises:
        GradkitError: a page did not come.
    """
    alone = copy_course(course, hw, folder / "course")
    settings = alone.root / "course.toml"
    text = re.sub(r"(?m)^exchange *=.*$", 'exchange = "exchange"', settings.read_text(encoding="utf-8"))
    settings.write_text(text, encoding="utf-8")
    alone = load_course(alone.root)
    publish(alone, hw)
    report(f"{hw}: starting")
    command = [*_COMMAND, str(alone.root)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as watcher:  # noqa: S603
        try:
            waits = []
            for count in range(number + 1):
                report(f"{hw}: hand-in {count} of {number}")
                waits.append(_hand_in(alone, hw, f"s{count}", folder / "homes"))
                time.sleep(_READY)
        finally:
            watcher.terminate()
    return HandedIn(hw, tuple(waits[1:]))


def _hand_in(course: Course, hw: str, student: str, homes: Path) -> float:
    """Hand in the reference; returns the seconds until its page is in the exchange."""
    home = homes / student
    home.mkdir(parents=True)
    folder = fetch(course, student, hw, home)
    module = course.assignment(hw).module
    (folder / module).write_bytes((course.source(hw) / module).read_bytes())
    pages = course.exchange / course.id / "feedback"
    before = len([*pages.glob("*")])
    submit(course, student, folder)
    begun = time.perf_counter()
    while len([*pages.glob("*")]) <= before:
        if time.perf_counter() > begun + _PATIENCE:
            raise GradkitError(f"no feedback within {_PATIENCE:.0f} seconds; try gradkit grade --watch in a course.")
        time.sleep(0.02)
    return time.perf_counter() - begun

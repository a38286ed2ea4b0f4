"""Grading runs of a course: one at a time, and what the last one did.

A run is whatever collects or grades for the course: ``gradkit grade``, a round of its ``--watch``, ``gradkit collect``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gradkit.course import Course
from gradkit.temporary import replacing


@dataclass(frozen=True)
class Run:
    """A grading run, as it is or was.

    Attributes:
        started: when it began, in UTC.
        finished: when it ended, in UTC; None: it has not, or was killed.
        waiting: the number of hand-ins still to grade.
        graded: the number of hand-ins graded.
        problems: what was refused, or could not be graded or filed, one sentence each.
    """

    started: datetime
    finished: datetime | None = None
    waiting: int = 0
    graded: int = 0
    problems: tuple[str, ...] = ()


def last_run(course: Course) -> Run | None:
    """The course's last grading run, or the one that is running; None if there is none to read."""
    try:
        data = json.loads(_path(course).read_text(encoding="utf-8"))
        finished = None if data["finished"] is None else _time(data["finished"])
        problems = tuple(map(str, data["problems"]))
        return Run(_time(data["started"]), finished, int(data["waiting"]), int(data["graded"]), problems)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def write_run(course: Course, run: Run) -> None:
    """Replace what is kept of the course's last grading run.

    Raises:
        OSError: it cannot be written.
    """
    data = {
        "started": run.started.astimezone(UTC).isoformat(),
        "finished": None if run.finished is None else run.finished.astimezone(UTC).isoformat(),
        "waiting": run.waiting,
        "graded": run.graded,
        "problems": list(run.problems),
    }
    with replacing(_path(course)) as new:
        new.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8", errors="replace")


def _path(course: Course) -> Path:
    return course.work / "watch.json"


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(f"{text}: no time zone")
    return time

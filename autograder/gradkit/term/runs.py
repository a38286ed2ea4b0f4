"""Grading runs of a course: one at a time, and what the last one did.

A run is whatever collects or grades for the course: ``gradkit grade``, a round of its ``--watch``, ``gradkit collect``.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from gradkit.course import Course
from gradkit.messages import as_data, from_data, message
from gradkit.temporary import replacing

_SECONDS = 1.0  # between two writes of a run's progress


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
        problems = tuple(map(from_data, data["problems"]))
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
        "problems": list(map(as_data, run.problems)),
    }
    with replacing(_path(course)) as new:
        new.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8", errors="replace")


class RunLog:
    """Keeps the state of the running run on disk, written once a second at most. A full disk does not stop the run.

    Attributes:
        run: the state.
    """

    def __init__(self, course: Course) -> None:
        self.run = Run(datetime.now(UTC))
        self._course, self._written = course, 0.0
        self._write()

    def waits(self, number: int) -> None:
        """So many hand-ins wait to be graded."""
        self.run = replace(self.run, waiting=number)
        self._write()

    def graded(self) -> None:
        """Another hand-in was graded."""
        self.run = replace(self.run, graded=self.run.graded + 1, waiting=max(0, self.run.waiting - 1))
        if time.monotonic() >= self._written + _SECONDS:
            self._write()

    def finish(self, problems: Sequence[str]) -> None:
        """The run has ended."""
        self.run = replace(self.run, finished=datetime.now(UTC), problems=tuple(problems))
        self._write()

    def _write(self) -> None:
        self._written = time.monotonic()
        with suppress(OSError):
            write_run(self._course, self.run)


@contextmanager
def only_run(course: Course, wait: Callable[[str], None]) -> Iterator[None]:
    """Be the course's only run, after the one that is running; the system ends this with the process, however it ends.

    Args:
        course: the course.
        wait: called with a sentence before waiting for another run.
    """
    course.work.mkdir(parents=True, exist_ok=True)
    with (course.work / "run").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            wait(message("Waiting for another run on this course to end (process {process}).", process=owner(file)))
            fcntl.flock(file, fcntl.LOCK_EX)
        sign(file)
        yield


def sign(file: TextIO) -> None:
    """Write this process's id into a file that it has locked."""
    with suppress(OSError):
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()


def owner(file: TextIO) -> str:
    """The id of the process that has locked a file."""
    file.seek(0)
    return file.read().strip() or message("unknown")


def _path(course: Course) -> Path:
    return course.work / "watch.json"


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(f"{text}: no time zone")
    return time

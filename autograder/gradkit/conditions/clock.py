"""Time limits on processor time, which a busy machine does not change; wall-clock time is only a distant backstop."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from pathlib import Path

from gradkit.messages import Message, message

PATIENCE = 10.0  # the wall-clock limit as a multiple of the processor-time limit
_SOONEST = 0.02  # seconds between readings of a process's clock
_CORES = os.cpu_count() or 1
Clock = Callable[[], float]
_ALL_THREADS = 2  # the low bits of a clock id for a whole process's scheduler clock, see clock_getcpuclockid(3)


class DeadlineError(Exception):
    """The time limit was reached.

    Attributes:
        computed: whether it was the processor time; otherwise the process slept, was blocked, or got no processor.
    """

    def __init__(self, *, computed: bool) -> None:
        super().__init__("too much processor time" if computed else "no answer in time")
        self.computed = computed


@dataclass(frozen=True)
class Deadline:
    """A time limit for a process.

    Attributes:
        at: the wall-clock limit, in `time.monotonic`'s seconds.
        clock: the process's processor time.
        computed: the limit of that clock, in seconds.
    """

    at: float
    clock: Clock = lambda: 0.0
    computed: float = inf

    @classmethod
    def after(cls, seconds: float, clock: Clock, patience: float = PATIENCE) -> Deadline:
        """``seconds`` of processor time from now on, and ``patience`` times as many of wall-clock time."""
        return cls(time.monotonic() + seconds * patience, clock, clock() + seconds)

    def next_look(self) -> float:
        """Seconds until the clocks should be read again.

        Raises:
            DeadlineError: the limit was reached.
        """
        computing, waiting = self.computed - self.clock(), self.at - time.monotonic()
        if computing <= 0 or waiting <= 0:
            raise DeadlineError(computed=computing <= 0)
        return min(waiting, max(computing / _CORES, _SOONEST))


def too_long(seconds: float, *, computed: bool, patience: float = PATIENCE) -> Message:
    """Which limit was reached, as a clause; ``seconds`` is the limit of processor time."""
    if computed:
        return message("it did not finish within {seconds} seconds of computing", seconds=f"{seconds:g}")
    return message(
        "it did not finish within {seconds} seconds, most of them spent waiting", seconds=f"{seconds * patience:g}"
    )


class ProcessorClock:
    """Reads the processor seconds of a process and all its threads, including ended ones.

    On systems other than Linux no process can read another's: there it reads the wall clock.

    Args:
        pid: the process's id as seen by the reader; 0 if it is not visible there.
        children: whether to count the processes that it started. Slower; for levels that allow starting them.
    """

    def __init__(self, pid: int, *, children: bool = False) -> None:
        self._pid = pid
        self._is_its_own = pid > 0 and sys.platform == "linux"
        self._number = (~pid << 3) | _ALL_THREADS if self._is_its_own else time.CLOCK_MONOTONIC
        self._children = children and self._is_its_own
        self._last = 0.0

    def __call__(self) -> float:
        """The seconds so far; once the process has ended, the last reading."""
        with suppress(OSError):
            used = time.clock_gettime(self._number)
            if self._children:
                used += _of_children(self._pid)
            self._last = max(self._last, used)
        return self._last


def _of_children(pid: int) -> float:
    """Processor seconds of a process's descendants."""
    *_, ended_user, ended_system = _ticks(pid)
    live = 0.0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):  # it has ended
            for child in map(int, (task / "children").read_text(encoding="ascii").split()):
                live += sum(_ticks(child)[:2]) / os.sysconf("SC_CLK_TCK") + _of_children(child)
    return (ended_user + ended_system) / os.sysconf("SC_CLK_TCK") + live


def _ticks(pid: int) -> tuple[int, int, int, int]:
    """User and system ticks of a process itself, and of its ended children."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    user, system, ended_user, ended_system = map(int, fields[11:15])
    return user, system, ended_user, ended_system

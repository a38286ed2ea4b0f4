"""Limits of time: what a process computed counts, however busy the machine is; time on the wall is a far backstop."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from pathlib import Path

PATIENCE = 10.0  # times as long as it may compute, something may take by the clock on the wall
_SOONEST = 0.02  # seconds between two looks at a process's clock
_CORES = os.cpu_count() or 1
Clock = Callable[[], float]
_ALL_THREADS = (
    2  # in the low bits of a clock's id: the scheduler's clock of a whole process, see clock_getcpuclockid(3)
)


class DeadlineError(Exception):
    """The time is up.

    Attributes:
        computed: whether it was the processor time; otherwise the process slept, was blocked, or got no processor.
    """

    def __init__(self, *, computed: bool) -> None:
        super().__init__("too much processor time" if computed else "no answer in time")
        self.computed = computed


@dataclass(frozen=True)
class Deadline:
    """Until when a process must have done something.

    Attributes:
        at: the latest moment, as `time.monotonic` has it.
        clock: the process's processor time.
        computed: what that clock may show.
    """

    at: float
    clock: Clock = lambda: 0.0
    computed: float = inf

    @classmethod
    def after(cls, seconds: float, clock: Clock, patience: float = PATIENCE) -> Deadline:
        """``seconds`` of computing from now on, and ``patience`` times as many on the wall."""
        return cls(time.monotonic() + seconds * patience, clock, clock() + seconds)

    def next_look(self) -> float:
        """Seconds until it is worth looking at the clocks again.

        Raises:
            DeadlineError: the time is up.
        """
        computing, waiting = self.computed - self.clock(), self.at - time.monotonic()
        if computing <= 0 or waiting <= 0:
            raise DeadlineError(computed=computing <= 0)
        return min(waiting, max(computing / _CORES, _SOONEST))


def too_long(seconds: float, *, computed: bool, patience: float = PATIENCE) -> str:
    """Which limit something hit, as a clause; ``seconds`` are those that it may compute."""
    if computed:
        return f"it did not finish within {seconds:g} seconds of computing"
    return f"it did not finish within {seconds * patience:g} seconds, most of which it did not compute"


class ProcessorClock:
    """Reads the processor seconds of a process with all its threads, also of those that have ended.

    On systems other than Linux no process can read another's: there it is the clock on the wall.

    Args:
        pid: the process, as numbered for the process that reads the clock; 0 where it is not visible there.
        children: whether the processes that it started count as well. That takes longer to read, and is for levels
            that do not forbid starting them.
    """

    def __init__(self, pid: int, *, children: bool = False) -> None:
        self._pid = pid
        self._is_its_own = pid > 0 and sys.platform == "linux"
        self._number = (~pid << 3) | _ALL_THREADS if self._is_its_own else time.CLOCK_MONOTONIC
        self._children = children and self._is_its_own
        self._last = 0.0

    def __call__(self) -> float:
        """The seconds so far; once the process has ended, those that were read last."""
        with suppress(OSError):
            used = time.clock_gettime(self._number)
            if self._children:
                used += _of_children(self._pid)
            self._last = max(self._last, used)
        return self._last


def _of_children(pid: int) -> float:
    """Processor seconds of the processes that a process has started, and of those that these have."""
    *_, ended_user, ended_system = _ticks(pid)
    live = 0.0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):  # it has ended meanwhile
            for child in map(int, (task / "children").read_text(encoding="ascii").split()):
                live += sum(_ticks(child)[:2]) / os.sysconf("SC_CLK_TCK") + _of_children(child)
    return (ended_user + ended_system) / os.sysconf("SC_CLK_TCK") + live


def _ticks(pid: int) -> tuple[int, int, int, int]:
    """Ticks of a process itself, as user and as system, and of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    user, system, ended_user, ended_system = map(int, fields[11:15])
    return user, system, ended_user, ended_system

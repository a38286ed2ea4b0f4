"""Choose the strongest confinement available on this machine, by trying it, and start workers in it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from gradkit.course.assignment import Limits
from gradkit.errors import GraderFault
from gradkit.jail.confine import UNCOUNTED_THREADS
from gradkit.jail.levels import INSECURE, Level, SandboxError, candidates
from gradkit.messages import lines, message
from gradkit.sandbox.deaths import Death
from gradkit.sandbox.handle import Worker
from gradkit.sandbox.unconfined import PlainConnection
from gradkit.sandbox.worker_base import WorkerBase

_ADVICE = message(
    "On Linux, install bubblewrap (Debian, Ubuntu: sudo apt install bubblewrap), or use a kernel with Landlock (5.13 "
    "or newer). On macOS, grade inside a Linux container; on Windows, inside WSL. To run code that you trust "
    "without confinement: --sandbox insecure"
)


class Workers(Protocol):
    """A connection by which one grader process starts workers."""

    def start(self, limits: Limits, banned: Sequence[str] = ()) -> Worker:
        """Start a worker that is confined and ready for a submission."""
        ...

    def close(self) -> None:
        """Close the connection; running workers are ended."""
        ...


@dataclass(frozen=True)
class Sandbox:
    """A way to start workers, and their confinement.

    Attributes:
        level: the level of confinement.
        layers: layer -> what was done, as reported by a worker.
        missed: the stronger levels that are not available here, with the exact reason, one sentence each.
        connect: makes a connection by which one grader process starts workers.
        let_go: to be called in a forked grader once it has its own connection, so that closing the first ends the base.
        revive: starts another worker base if the last one ends within the given seconds; returns how it ended, or
            None.
    """

    level: Level
    layers: Mapping[str, str]
    missed: tuple[str, ...]
    connect: Callable[[], Workers]
    let_go: Callable[[], None] = lambda: None
    revive: Callable[[float], Death | None] = lambda _seconds: None

    def at_a_time(self, processes: int) -> int:
        """How many submissions may run at a time, at most ``processes``.

        Only one if a submission could use up the threads of all: the kernel counts them together, or not at all.
        """
        counted = self.level.counts_threads_apart and self.layers["rlimits"] != UNCOUNTED_THREADS
        return processes if counted else min(processes, 1)

    def describe(self) -> str:
        """The level and its layers in one line."""
        names = [f"{name}: {what}" if what == UNCOUNTED_THREADS else name for name, what in self.layers.items()]
        return f"{self.level.name} ({', '.join(names)})"

    def why_one(self) -> str:
        """Why no more than one submission runs at a time, as a sentence."""
        return message(
            "One submission at a time: at level {level}, one could use up the threads of all others. Install "
            "bubblewrap and do not run as root to have threads counted separately.",
            level=self.level.name,
        )

    def as_record(self) -> dict[str, str]:
        """The level and its layers, for each record."""
        return {"level": self.level.name, **self.layers}


@contextmanager
def open_sandbox(policy: str = "auto") -> Iterator[Sandbox]:
    """Open the strongest confinement that ``policy`` allows and this machine offers.

    Each level is actually tried: a worker base is started, and a child must confine itself.

    Args:
        policy: "auto", "strict", "insecure", or the name of one level.

    Raises:
        SandboxError: none is available; the message says why, level by level, and what to do.
        GraderFault: the worker base was killed twice while it started.
    """
    missed: list[str] = []
    for level in candidates(policy):
        if level is INSECURE:
            yield Sandbox(level, MappingProxyType({"rlimits": "memory"}), tuple(missed), PlainConnection)
            return
        try:
            base, layers = _try(level)
        except SandboxError as error:
            missed.append(error.message)
            continue
        keeper = _Keeper(level, base)
        try:
            yield Sandbox(level, MappingProxyType(layers), tuple(missed), keeper.connect, keeper.let_go, keeper.revive)
        finally:
            keeper.base.close()
        return
    raise SandboxError(
        lines(
            message("Students' code cannot be confined sufficiently here, so nothing was graded:"),
            *(message("  {line}", line=reason) for reason in missed),
            _ADVICE,
        )
    )


class _Keeper:
    """Keeps a worker base at one level, and replaces it when it has ended.

    Attributes:
        base: the current one.
    """

    def __init__(self, level: Level, base: WorkerBase) -> None:
        self.base = base
        self._level = level

    def connect(self) -> Workers:
        return self.base.connect()

    def let_go(self) -> None:
        self.base.first.close()

    def revive(self, seconds: float) -> Death | None:
        how = self.base.ended(seconds)
        if how is not None:
            self.base.close()
            self.base, _ = _try(self._level)
        return how


def _try(level: Level) -> tuple[WorkerBase, dict[str, str]]:
    """Start a worker base at ``level``, and check that a child can confine itself."""
    if sys.platform != "linux":
        raise SandboxError(message("{level}: needs Linux; this is {platform}", level=level.name, platform=sys.platform))
    try:
        return _start(level)
    except GraderFault:
        return _start(level)  # killed from outside: try again rather than with less confinement


def _start(level: Level) -> tuple[WorkerBase, dict[str, str]]:
    base = WorkerBase(level)
    try:
        worker = base.first.start(Limits())
        worker.close()
    except BaseException:
        base.close()
        raise
    return base, worker.confinement

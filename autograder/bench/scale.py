"""Grade a large class while measuring memory, and again with nothing changed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import processes
from bench.runs import grading, prepare, with_class
from bench.submissions import repeated
from gradkit.course import Course
from gradkit.errors import GraderFault

_SAMPLE_SECONDS = 0.1
_FIRST = 200  # records after which memory must be flat
_DIFFERENT = 40


@dataclass(frozen=True)
class Memory:
    """The peak memory of one process, early and at the end, including shared pages."""

    name: str
    first_mb: float
    last_mb: float


@dataclass(frozen=True)
class Scaled:
    """The measurements of a large class.

    Attributes:
        submissions: the number of submissions.
        graders: the number graded at a time.
        seconds: wall time of the first run, including its start.
        again_seconds: wall time of a second run with nothing changed.
        first: the number of records when ``memory`` was first measured.
        memory: the processes that existed from then to the end.
    """

    submissions: int
    graders: int
    seconds: float
    again_seconds: float
    first: int
    memory: tuple[Memory, ...]


def measure_scale(work: Path, course: Course, hw: str, submissions: int, report: Callable[[str], None]) -> Scaled:
    """Grade ``submissions`` of an assignment in the folder ``work``, twice.

    Raises:
        GraderFault: a run failed or left submissions out.
    """
    report(f"preparing {hw}")
    prepared = prepare(work, course, hw, _DIFFERENT)
    graded = with_class(prepared, repeated(prepared.submissions, prepared.module, submissions))
    graders = len(os.sched_getaffinity(0))
    watch = _Watch(graded.results, min(_FIRST, submissions // 2))
    seconds = []
    for what, look in (("grading", watch.look), ("grading again", lambda _pid: None)):
        report(f"{what} {submissions} submissions")
        started = time.monotonic()
        status = processes.watch(grading(graders), graded.root, look, _SAMPLE_SECONDS)
        seconds.append(time.monotonic() - started)
        records = sum(1 for _ in graded.results.glob("*/*.json"))
        if status not in (0, 1) or records != submissions:
            raise GraderFault(f"{what} ended with status {status} and {records} of {submissions} records")
    return Scaled(submissions, graders, seconds[0], seconds[1], watch.first, watch.memory())


class _Watch:
    """Record the peak memory of every process, once when there are enough records, and repeatedly after that.

    Args:
        results: the folder of the records, with a folder for each student.
        wanted: the number of records that is enough.
    """

    def __init__(self, results: Path, wanted: int) -> None:
        self.results = results
        self.wanted = wanted
        self.first = 0
        self.early: dict[int, float] = {}
        self.late: dict[int, float] = {}
        self.names: dict[int, str] = {}

    def look(self, root: int) -> None:
        """Measure the processes, once the run has progressed far enough."""
        if not self.first:
            done = sum(1 for _ in self.results.iterdir()) if self.results.is_dir() else 0
            if done < self.wanted:
                return
            self.first = done
            self.early = {pid: processes.peak_mb(pid) for pid in processes.tree(root)}
            self.names = _roles(root, list(self.early))
        for pid in self.early:
            self.late[pid] = max(self.late.get(pid, 0.0), processes.peak_mb(pid))

    def memory(self) -> tuple[Memory, ...]:
        """The grader, its forks and the worker base; students' processes are short-lived and have their own limit."""
        return tuple(
            Memory(self.names[pid], early, self.late[pid]) for pid, early in self.early.items() if self.names[pid]
        )


def _roles(root: int, pids: Sequence[int]) -> dict[int, str]:
    """The role of each process, or "" for those that are not gradkit's or are short-lived."""
    ours = processes.command_of(root)
    roles = {pid: "forked grader" if processes.command_of(pid) == ours else "" for pid in pids}
    base = min(filter(_is_base, pids), key=processes.started_at, default=None)
    if base is not None:
        roles[base] = "worker base"
    return roles | {root: "gradkit grade"}


def _is_base(pid: int) -> bool:
    """Whether a process is the worker base or a fork of it, not the bubblewrap around them."""
    program, _, arguments = processes.command_of(pid).partition(" ")
    return "-m gradkit.jail.zygote" in arguments and not program.endswith("bwrap")

"""``kill -9`` of any process of a run at any moment, and a full disk: the next run finishes, as if nothing had been."""

from __future__ import annotations

import ctypes
import os
import random
import resource
import shutil
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ZYGOTE = "gradkit.jail.zygote"
KINDS = ("parent", "grader", "zygote", "parent", "jail", "worker", "parent", "zygote", "grader", "jail")
LIBC = ctypes.CDLL(None, use_errno=True)
DISK_BYTES = 64 << 20
FULL = ("No space left on device", "disk is full", "File too large")


@dataclass(frozen=True)
class Kill:
    """One process to kill, and when.

    Attributes:
        kind: which process: the command itself ("parent"), a grader that it forked, the worker base ("zygote"), what
            the base is jailed by (bubblewrap; the base where there is none), or a student's worker.
        after: how many records are there by then, as a share of all.
        delay: how much later, as a share of what is done then: the run's start, one submission, or all pages.
    """

    kind: str
    after: float
    delay: float


@dataclass(frozen=True)
class FullDisk:
    """A disk with room for so many KiB: it is full for the gradebook, for a record, or for a page."""

    room: int


Interruption = Sequence[Kill] | FullDisk

# The run that loses its worker base ends whole, so it is last: the others must find work to do.
SHORT: Sequence[Interruption] = (
    FullDisk(40),
    (Kill("parent", 0.6, 0.5),),
    (Kill("worker", 0.1, 0.0), Kill("grader", 0.2, 0.3), Kill("zygote", 0.4, 0.1)),
)


def random_kills(count: int) -> Iterator[Kill]:
    """Kills of all kinds at moments drawn from a fixed seed; of the parent, also at the start and the end of a run."""
    rng = random.Random(2026)  # noqa: S311 - which moments they are is no secret
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        after = rng.choice([0.0, rng.random(), rng.random(), 1.0]) if kind == "parent" else rng.uniform(0, 0.7)
        yield Kill(kind, after, rng.random())


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test is a number of runs that are interrupted, one after the other, and one that is not."""
    chains: dict[str, Sequence[Interruption]] = {"everything": SHORT}
    if metafunc.config.getoption("--soak", default=False):
        chains |= {f"{n}-{kill.kind}@{kill.after:.2f}": [[kill]] for n, kill in enumerate(random_kills(50))}
        chains |= {f"{room}KiB": [FullDisk(room)] for room in (0, 30, 100, 200, 230, 260, 300, 500, 900, 2000, 4000)}
    metafunc.parametrize("interruptions", list(chains.values()), ids=list(chains))


# ---- a disk


class Disk:
    """The course's folder as a small disk; where nothing may be mounted, a limit on the size of files stands for it."""

    def __init__(self, folder: Path) -> None:
        self.filler = folder / "filler"
        self.mounted = LIBC.mount(b"tmpfs", bytes(folder), b"tmpfs", 0, f"size={DISK_BYTES}".encode()) == 0

    def fill(self, kibibytes: int) -> dict[str, Any]:
        """Leave room for so much; returns how a process must be started to find it so."""
        if not self.mounted:
            limits = (kibibytes << 5, resource.getrlimit(resource.RLIMIT_FSIZE)[1])
            return {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limits)}
        status = os.statvfs(self.filler.parent)
        with self.filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, status.f_bavail * status.f_frsize - (kibibytes << 10))
        return {}

    def close(self) -> None:
        """Take it away."""
        if self.mounted:
            assert LIBC.umount2(bytes(self.filler.parent), 0) == 0, os.strerror(ctypes.get_errno())


@pytest.fixture
def disk(room: Any) -> Iterator[Disk]:
    """Puts the class on a disk of its own. Afterwards no mount may be left of any run."""
    aside = room.root.rename(room.home / "aside")
    room.root.mkdir()
    mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8").count(f" {room.home}")
    disk = Disk(room.root)
    try:
        shutil.copytree(aside, room.root, dirs_exist_ok=True)
        yield disk
    finally:
        room.end()
        disk.close()
    assert Path("/proc/self/mountinfo").read_text(encoding="utf-8").count(f" {room.home}") == mounts


# ---- a kill


def stat_of(pid: int) -> list[str]:
    """What the kernel says of a process: its state, its parent, ..., and at 19 when it began."""
    text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    return text.rpartition(")")[2].split()


def kinds_of(processes: Mapping[int, list[str]], run: Any) -> dict[int, str]:
    """What each process of a run is there for."""
    parents: dict[int, int] = {}
    for pid in processes:
        with suppress(OSError):
            parents[pid] = int(stat_of(pid)[1])
    jails = {pid for pid in parents if Path(processes[pid][0]).name == "bwrap"}
    bases = {pid for pid in parents.keys() - jails if ZYGOTE in processes[pid]}
    kinds = dict.fromkeys(parents, "grader") | dict.fromkeys(jails, "jail") | {run.process.pid: "parent"}
    return kinds | {pid: "worker" if parents[pid] in bases else "zygote" for pid in bases}


def kill_one(room: Any, run: Any, kind: str) -> bool:
    """Kill one process of that kind, if there is one now."""
    processes = room.processes()
    kinds = kinds_of(processes, run)
    if kind == "jail" and "jail" not in kinds.values():
        kind = "zygote"
    for pid in sorted(pid for pid, found in kinds.items() if found == kind):
        with suppress(OSError):
            descriptor = os.pidfd_open(pid)
            try:
                # Its number could have become another's since it was looked at.
                if room.processes().get(pid) == processes[pid]:
                    signal.pidfd_send_signal(descriptor, signal.SIGKILL)
                    return True
            finally:
                os.close(descriptor)
    return False


def run_with_kills(room: Any, kills: Sequence[Kill], uninterrupted: Any) -> tuple[int, str]:
    """Start a run, kill what is to be killed, and wait until it has ended."""
    run = room.start()
    size = len(uninterrupted.outcome["records"])
    for kill in kills:
        wanted = round(kill.after * size)
        while len(room.record_files()) < wanted:
            assert not run.ended(0.002), f"it ended before the kill: {run.words()}"
        if wanted == size:
            while len(list(room.root.glob("feedback/*/*/*.html"))) < kill.delay * size:
                assert not run.ended(0.002), f"it ended before the kill: {run.words()}"
        elif wanted > 0:
            run.ended(kill.delay * 0.05)
        elif kill.kind == "parent":
            deadline = time.monotonic() + kill.delay * uninterrupted.starting
            while time.monotonic() < deadline and not room.record_files():
                run.ended(0.002)
        while not kill_one(room, run, kill.kind):
            assert not run.ended(0.002), f"it ended before the kill: {run.words()}"
    status, words = run.wait(), run.words()
    assert (status == -signal.SIGKILL) == (kills[-1].kind == "parent"), words
    return status, words


def test_the_next_run_finishes(
    room: Any, disk: Disk, uninterrupted: Any, interruptions: Sequence[Interruption]
) -> None:
    expected = uninterrupted.outcome["records"]
    done: set[str] = set()
    for interruption in interruptions:
        if isinstance(interruption, FullDisk):
            status, words = room.grade(**disk.fill(interruption.room))
            disk.filler.unlink(missing_ok=True)
            assert any(reason in words for reason in FULL), words
        else:
            status, words = run_with_kills(room, interruption, uninterrupted)
        assert "Traceback" not in words, words
        room.wait_until_gone()
        results = room.results()  # each is whole
        graded = {name for name, record in results.items() if record["extra_data"]["status"] == "graded"}
        assert done <= graded
        assert not any("score" in results[name] for name in results.keys() - graded)
        complete = graded == expected.keys() and not isinstance(interruption, FullDisk)
        assert status in (-signal.SIGKILL, 0 if complete else 3), words

        # A worker that is killed may print anew what it had printed; points are not lost.
        harmed = {name for name in graded if results[name] != expected[name]}
        assert len(harmed) <= str(interruption).count("worker")
        assert {name: results[name]["score"] for name in harmed} == {name: expected[name]["score"] for name in harmed}
        for name in harmed:
            (room.root / "results" / f"{name}.json").unlink()
        done = graded - harmed

    status, words = room.grade()
    assert status == 0, words
    assert room.outcome() == uninterrupted.outcome
    assert room.leftovers() == []

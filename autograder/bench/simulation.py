"""Distribute a very large class over simulated nodes, with the real scheduler and head, to find what limits the head.

``python -m bench.simulation COURSE ASSIGNMENT SUBMITTED RECORDS WORK NUMBER NODES`` is the head, in a process of its
own, whose memory and processor time are measured.
"""

from __future__ import annotations

import json
import os
import pickle
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.runs import prepare, run_command
from gradkit.course import Course, load_course
from gradkit.errors import GraderFault
from gradkit.grading.triage import Task, Triage, Waiting, triage

if TYPE_CHECKING:
    from distributed import Client

NODES = 64
SECONDS = 0.05  # that a simulated node takes for a submission, on average: twice as fast as a light assignment
_DIFFERENT = 40
_PROCESSES = 3  # that have the workers, besides the one of the local cluster
_PATIENCE = 300.0  # seconds for all workers to come
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Head:
    """What the head of a simulated cluster needed.

    Attributes:
        submissions: the number of submissions.
        start: seconds until the first record: the nodes are given the answers of known mistakes.
        seconds: wall time from the first record to the last.
        middle: seconds from a tenth of the records to nine tenths, when all nodes work.
        cpu: processor seconds of the head, with its scheduler, from the first record to the last.
        start_mb: its peak memory before, in MiB.
        peak_mb: its peak memory at the end, in MiB.
    """

    submissions: int
    start: float
    seconds: float
    middle: float
    cpu: float
    start_mb: float
    peak_mb: float

    @property
    def rate(self) -> float:
        """Submissions a second, while all nodes work."""
        return 0.8 * self.submissions / self.middle


def measure_simulation(
    work: Path, course: Course, hw: str, submissions: int, report: Callable[[str], None], nodes: int = NODES
) -> list[Head]:
    """Distribute a tenth of ``submissions``, then all, in a folder.

    Raises:
        GraderFault: a run failed or left submissions out.
    """
    report(f"preparing {hw}")
    prepared = prepare(work, course, hw, _DIFFERENT)
    tried, found = work / "tried", []
    for number in (submissions // 10, submissions):
        report(f"{number:,} submissions on {nodes} simulated nodes")
        folder = work / f"simulated-{number}"
        folder.mkdir()
        words = [
            str(prepared.course.root),
            hw,
            str(tried),
            str(tried / "results"),
            str(folder),
            str(number),
            str(nodes),
        ]
        said = run_command([sys.executable, "-m", "bench.simulation", *words], folder)[1]
        found.append(Head(**json.loads(said.splitlines()[-1])))
        records = sum(1 for _ in (folder / "records").glob("*/*.json"))
        if records != number:
            raise GraderFault(f"{records} of {number} records. The output:\n{said[-2000:]}")
    return found


class _Watch:
    """Notes when records come: wall and processor time after the first, a tenth, nine tenths, and all of them."""

    def __init__(self, number: int) -> None:
        self._seen, self._wanted = 0, (1, number // 10, number - number // 10, number)
        self.times: list[tuple[float, float]] = []

    def report(self, _record: object) -> None:
        self._seen += 1
        if self._seen in self._wanted:
            self.times.append((time.monotonic(), time.process_time()))

    def fault(self, text: str) -> None:
        raise GraderFault(text)

    def step(self, _text: str) -> None:
        pass

    def mistakes(self, _assignment: str, _finished: int, _needed: int) -> None:
        pass

    def confinement(self, _text: str) -> None:
        pass

    def sandbox(self, _sandbox: object) -> None:
        pass


def distribute(course: Course, hw: str, submitted: Path, records: Path, work: Path, number: int, nodes: int) -> Head:
    """Be the head."""
    import dask

    from gradkit.cluster.bundle import pack_course
    from gradkit.cluster.grading import grade_on
    from gradkit.cluster.head import here
    from gradkit.cluster.opening import SETTINGS, equip, start_here
    from gradkit.cluster.requests import Sealed
    from gradkit.grading.batch import ClassResult

    waiting, result, watch = _class_of(course, hw, submitted, work, number), ClassResult(), _Watch(number)
    with dask.config.set(SETTINGS), ExitStack() as stack:
        client = start_here(1, stack)
        stack.enter_context(_workers(client, nodes - 1, work))
        client.wait_for_workers(nodes, timeout=_PATIENCE)
        options = [json.dumps(asdict(here())), str(records), str(SECONDS)]
        command = [sys.executable, str(_HERE / "simulated_node.py")]
        equipped = equip(client, Sealed(pack_course(course, [hw])), options, stack, command=command)
        start_mb, began = _peak_mb(), time.monotonic()
        grade_on(equipped, course, [waiting], result, watch)
        walls, used = zip(*watch.times, strict=True)
        times = walls[0] - began, walls[-1] - walls[0], walls[2] - walls[1], used[-1] - used[0]
        return Head(number, *times, start_mb, _peak_mb())


def _class_of(course: Course, hw: str, submitted: Path, work: Path, number: int) -> Triage:
    """As many submissions, made of a few real ones."""
    folders = sorted(path for path in submitted.iterdir() if (path / hw).is_dir())
    tasks = [Task(folder.name, folder / hw, work / "none" / f"{folder.name}.json") for folder in folders]
    few = triage(course, hw, tasks, lambda _record: None)
    pairs, waiting = list(few.waiting), Waiting()
    for place in range(number):
        task, submission = pairs[place % len(pairs)]
        student = f"{submission.student}-{place}"
        record = work / "records" / student / f"{hw}.json"
        waiting.append((Task(student, task.folder, record), replace(submission, student=student)))
    return replace(few, waiting=waiting, settled=())


@contextmanager
def _workers(client: Client, number: int, work: Path) -> Iterator[None]:
    """Start so many workers in few processes; they end with the scheduler."""
    message = pickle.dumps((client.scheduler.address, client.security))
    share = [number // _PROCESSES + (place < number % _PROCESSES) for place in range(_PROCESSES)]
    started = [_start(many, work / f"dask-{place}", message) for place, many in enumerate(share) if many]
    try:
        yield
    finally:
        client.retire_workers(close_workers=True)
        for process in started:
            process.wait()


def _start(number: int, folder: Path, message: bytes) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(_HERE / "simulated_workers.py"), str(number), str(folder)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)  # noqa: S603 - our own
    assert process.stdin is not None  # noqa: S101 - for mypy
    with process.stdin:
        process.stdin.write(message)
    return process


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 10 if sys.platform == "linux" else 1 << 20)


def main() -> None:
    """Be the head, and print what it needed."""
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
    root, hw, submitted, records, work, number, nodes = sys.argv[1:]
    words: Any = (load_course(Path(root)), hw, Path(submitted), Path(records), Path(work), int(number), int(nodes))
    print(json.dumps(asdict(distribute(*words))))  # noqa: T201


if __name__ == "__main__":
    main()

"""Measure the cost of a command, including all its descendants, however they end.

A process's time is added to its parent's when the parent waits for it; the time of orphans is lost to process 1. So the
command runs under a subreaper, ``python -m bench.stopwatch REPORT COMMAND...``, which inherits all orphans on Linux and
waits for them. The subreaper is small, because a process inherits the peak memory of its parent.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gradkit.temporary import TemporaryFolder

_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Cost:
    """The cost of one run of a command.

    Attributes:
        cpu: processor seconds, user and system, of all its processes.
        wall: wall time in seconds.
        peak_mb: peak memory of its largest process, in MiB.
    """

    cpu: float
    wall: float
    peak_mb: float


def measure(
    command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
) -> tuple[Cost, int, str]:
    """Run a command in ``folder``; return its cost, exit status and output."""
    with TemporaryFolder("gradkit-stopwatch") as work:
        report, output = work / "report.json", work / "output.txt"
        with output.open("wb") as printed:
            subprocess.run(  # noqa: S603 - this module
                [sys.executable, "-m", "bench.stopwatch", str(report), *command],
                cwd=folder,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
                check=True,
            )
        data = json.loads(report.read_text(encoding="utf-8"))
        text = output.read_text(encoding="utf-8", errors="replace")
    return Cost(data["cpu"], data["wall"], data["peak_mb"]), data["status"], text


def main() -> None:
    """Run the command, wait for it and for all its orphans, and write the report."""
    report, command = Path(sys.argv[1]), sys.argv[2:]
    # On other systems orphans are lost, but gradkit leaves none there.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    started = time.monotonic()
    first = os.posix_spawnp(command[0], command, os.environ)
    status, wall = 0, 0.0
    while True:
        try:
            pid, code = os.wait()
        except ChildProcessError:
            break
        if pid == first:
            status, wall = os.waitstatus_to_exitcode(code), time.monotonic() - started
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak = used.ru_maxrss / (1 << 10 if sys.platform == "linux" else 1 << 20)
    data = {"cpu": used.ru_utime + used.ru_stime, "wall": wall, "peak_mb": peak, "status": status}
    report.write_text(json.dumps(data), encoding="utf-8")


if __name__ == "__main__":
    main()

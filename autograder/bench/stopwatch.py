"""Count what a command costs, all processes that it starts included, however they end.

A process's time is added to that of whoever waits for it, and so on upwards; what nobody waits for goes to process 1
and is lost. So the command runs below a helper, ``python -m bench.stopwatch REPORT COMMAND...``, which Linux
hands all orphans: it waits for every one. The helper is small, because a process inherits the peak memory of the one
that started it.
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
    """What one run of a command took.

    Attributes:
        cpu: processor seconds, user and system, of all its processes together.
        wall: seconds on the clock.
        peak_mb: mebibytes of the largest of its processes.
    """

    cpu: float
    wall: float
    peak_mb: float


def measure(
    command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
) -> tuple[Cost, int, str]:
    """Run a command in ``folder``; returns its cost, its exit status and what it printed."""
    with TemporaryFolder("gradkit-stopwatch") as work:
        report, output = work / "report.json", work / "output.txt"
        with output.open("wb") as printed:
            subprocess.run(  # noqa: S603 - our own helper
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
    """Run the command, wait for it and for every orphan of it, and write the report."""
    report, command = Path(sys.argv[1]), sys.argv[2:]
    # On other systems orphans are lost; there, gradkit leaves none.
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

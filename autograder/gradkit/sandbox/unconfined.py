"""A worker in a fresh Python process with only rlimits: for your own code, on any system with fork.

This is ``--insecure``. It imports torch for each submission, so it is also the slowest level.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress

from gradkit.conditions import EAGER
from gradkit.conditions.clock import ProcessorClock
from gradkit.course.assignment import Limits
from gradkit.sandbox.channel import Channel
from gradkit.sandbox.handle import ISOLATED, Worker
from gradkit.temporary import TemporaryFolder


def start_plain_worker(limits: Limits) -> Worker:
    """Start a fresh Python as a worker.

    Raises:
        GraderFault: it did not start.
    """
    ours, theirs = socket.socketpair()
    output, output_end = os.pipe()
    folder = TemporaryFolder("gradkit-plain")
    command = [sys.executable, *ISOLATED, "-m", "gradkit.worker", str(theirs.fileno()), str(limits.memory_mb)]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder.path), "TMPDIR": str(folder.path), "LC_ALL": "C.UTF-8"}
    environment |= {"USER": "student", "LOGNAME": "student"}
    environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0", **EAGER}
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            stdin=subprocess.DEVNULL,
            stdout=output_end,
            stderr=output_end,
            cwd=folder.path,
            env=environment,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        os.close(output_end)
    channel, clock = Channel(ours, output, limits.output_kb << 10), ProcessorClock(process.pid, children=True)
    worker = Worker(_PlainProcess(process, folder), channel, limits, clock)
    worker.wait_until_ready()
    return worker


class PlainConnection:
    """Starts plain workers; there is no base to connect to."""

    def start(self, limits: Limits, banned: Sequence[str] = ()) -> Worker:
        """See `start_plain_worker`; such a worker replaces banned calls when it loads the student's module."""
        del banned
        return start_plain_worker(limits)

    def close(self) -> None:
        """Do nothing."""


class _PlainProcess:
    """A subprocess and its folder, as the `Process` of a `Worker`."""

    def __init__(self, process: subprocess.Popen[bytes], folder: TemporaryFolder) -> None:
        self._process = process
        self._folder = folder

    def wait(self, seconds: float) -> tuple[int, float] | None:
        """The exit code, or None if it has not ended within ``seconds``; its CPU time is unknown."""
        try:
            return self._process.wait(seconds), 0.0
        except subprocess.TimeoutExpired:
            return None

    def end(self) -> None:
        """Kill its process group and remove its folder."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._folder.close()

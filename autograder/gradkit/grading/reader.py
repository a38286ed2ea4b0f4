"""Start, ask and end the process that reads sources."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from gradkit.errors import GraderFault

MEMORY_MB = 512  # memory limit of the process for one submission
CPU_SECONDS = 10  # CPU limit for all its files
DEADLINE = 60.0  # seconds of wall-clock time for an answer, however busy the machine is
_MOST_ANSWERS = 4 << 20  # bytes


@dataclass(frozen=True)
class Answers:
    """The process's answers about one submission.

    Attributes:
        files: one answer per file, in order, until the process ended; not validated.
        end: how the process ended: 0 or a negative signal number; None if it did not answer in time.
    """

    files: list[Any]
    end: int | None


class SourceReader:
    """A connection to a process that reads sources, started on first use and again after a loss.

    Attributes:
        process: the process, or None.
    """

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None

    def ask(self, request: Mapping[str, Any], sources: Sequence[bytes]) -> Answers:
        """Have files read, in order.

        Args:
            request: ``names``, the files' names; ``questions``, pairs of targets and ban groups for the first file.
            sources: the bytes of each file.

        Raises:
            GraderFault: the process cannot be started.
        """
        if self._channel is None:
            self._channel = self._start()
        limits = {"memory": MEMORY_MB << 20, "seconds": CPU_SECONDS, "sizes": [len(source) for source in sources]}
        deadline = time.monotonic() + DEADLINE
        files: list[Any] = []
        try:
            self._channel.settimeout(DEADLINE)
            self._channel.sendall(json.dumps({**request, **limits}).encode() + b"\n" + b"".join(sources))
            for line in _lines(self._channel, deadline):
                answer = json.loads(line)
                if isinstance(answer, dict) and "ended" in answer:
                    return Answers(files, int(answer["ended"]))
                files.append(answer)
            end: int | None = -signal.SIGKILL  # it hung up
        except TimeoutError:
            end = None
        except ConnectionError:
            end = -signal.SIGKILL
        except (OSError, ValueError, TypeError, RecursionError):
            end = -signal.SIGABRT
        self.close()
        return Answers(files[: len(sources)], end)

    def close(self) -> None:
        """End the process, even in the middle of a file."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-I", "-B", "-m", "gradkit.reader", str(os.getpid())]
        try:
            with theirs:
                self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                    command,
                    stdin=theirs.fileno(),
                    stdout=theirs.fileno(),
                    stderr=subprocess.DEVNULL,
                    cwd="/",
                    env={},
                    start_new_session=True,
                )
        except OSError as error:
            ours.close()
            raise GraderFault(f"the process that reads sources cannot be started ({error.strerror})") from error
        return ours


def _lines(channel: socket.socket, deadline: float) -> Iterator[bytes]:
    """Yield lines until the process closes the connection.

    Raises:
        TimeoutError: the deadline has passed.
        ValueError: the lines are too long in total.
    """
    data, seen = b"", 0
    while True:
        channel.settimeout(max(deadline - time.monotonic(), 0.001))
        part = channel.recv(1 << 16)
        if not part:
            return
        seen += len(part)
        if seen > _MOST_ANSWERS:
            raise ValueError("the answer is too long")
        *lines, data = (data + part).split(b"\n")
        yield from lines

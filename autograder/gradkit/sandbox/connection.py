"""One grader's connection to the worker base: requests children, and learns when they end."""

from __future__ import annotations

import json
import os
import select
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from gradkit.course.assignment import Limits
from gradkit.errors import GraderFault
from gradkit.jail.confine import Bounds
from gradkit.jail.levels import Level
from gradkit.messages import message
from gradkit.sandbox.channel import Channel
from gradkit.sandbox.handle import Worker

BASE_ENDED = message(
    "the worker base has ended, perhaps because it was killed. Run the same command again to grade the rest."
)
_EXIT_SECONDS = 10.0


class WorkerBaseEnded(GraderFault):
    """The worker base has ended. Unfinished work is lost, and can be repeated once another base is started."""


class Connection:
    """A connection to the worker base.

    Args:
        level: what confines the children, for messages.
        control: the socket.
    """

    def __init__(self, level: Level, control: socket.socket) -> None:
        self.level = level
        self.control = control
        self._ends: dict[int, tuple[int, float]] = {}
        self._number = 0

    def start(self, limits: Limits, banned: Sequence[str] = ()) -> Worker:
        """Fork a child that is confined and ready for a submission.

        Args:
            limits: its limits.
            banned: calls that the base replaces first, once for all children, so that their use can be recorded.

        Raises:
            SandboxError: a layer of confinement is not available.
            GraderFault: the child does not start.
            WorkerBaseEnded: the base has ended.
        """
        self._number += 1
        ours, theirs = socket.socketpair()
        output, output_end = os.pipe()
        # Before the child exists: the kernel attaches its id only to what it sends from then on.
        channel = Channel(ours, output, limits.output_kb << 10)
        bounds = Bounds(cpu_seconds=int(limits.seconds) + 2, memory_mb=limits.memory_mb)
        message = {"op": "spawn", "id": self._number, "bounds": asdict(bounds), "banned": list(banned)}
        with theirs:
            try:
                socket.send_fds(self.control, [json.dumps(message).encode()], [theirs.fileno(), output_end])
            except OSError as error:
                channel.close()
                raise WorkerBaseEnded(BASE_ENDED) from error
            finally:
                os.close(output_end)
        worker = Worker(_Child(self, self._number), channel, limits)
        try:
            worker.wait_until_ready()
        except GraderFault:
            self.listen(lambda _message: False, 1.0)  # raises WorkerBaseEnded if that is the reason
            raise
        return worker

    def kill(self, number: int) -> None:
        """End a child and everything it started."""
        with suppress(OSError):  # if the base has ended, so have its children
            self.control.send(json.dumps({"op": "kill", "id": number}).encode())

    def wait(self, number: int, seconds: float) -> tuple[int, float] | None:
        """A child's exit code, negative for a signal, and its CPU seconds; None if it has not ended by then.

        Raises:
            WorkerBaseEnded: the base has ended, so the answer is unknown.
        """
        if number not in self._ends:
            self.listen(lambda message: message.get("id") == number, seconds)
        return self._ends.pop(number, None)

    def listen(self, wanted: Callable[[dict[str, Any]], bool], seconds: float) -> bool:
        """Read the base's messages until a wanted one; False if there is none within ``seconds``.

        Raises:
            WorkerBaseEnded: the base has ended.
        """
        deadline = time.monotonic() + seconds
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.control], [], [], left)[0]:
                return False
            try:
                data = self.control.recv(1 << 16)
            except OSError:
                data = b""
            if not data:
                raise WorkerBaseEnded(BASE_ENDED)
            message = json.loads(data)
            if message["op"] == "exit":
                self._ends[message["id"]] = (message["status"], message["cpu"])
            if wanted(message):
                return True

    def close(self) -> None:
        """Close the connection; running children are killed."""
        self.control.close()


class _Child:
    """One forked child, as the `Process` of a `Worker`."""

    def __init__(self, connection: Connection, number: int) -> None:
        self._connection = connection
        self._number = number
        self._end: tuple[int, float] | None = None

    def wait(self, seconds: float) -> tuple[int, float] | None:
        """The exit code and CPU seconds, or None if it has not ended within ``seconds``."""
        if self._end is None:
            self._end = self._connection.wait(self._number, seconds)
        return self._end

    def end(self) -> None:
        """Kill it and wait until it is gone."""
        if self._end is None:
            self._connection.kill(self._number)
            with suppress(GraderFault):
                self.wait(_EXIT_SECONDS)

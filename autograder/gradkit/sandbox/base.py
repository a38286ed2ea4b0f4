"""The grader's side of the worker base: start it, have it fork children, hear of their ends."""

from __future__ import annotations

import json
import os
import select
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gradkit.course.assignment import Limits
from gradkit.errors import GraderFault
from gradkit.sandbox.channel import Channel
from gradkit.sandbox.confine import Bounds
from gradkit.sandbox.levels import OUR_UID, Level, SandboxError
from gradkit.sandbox.worker import ISOLATED, START_SECONDS, Worker

_EXIT_SECONDS = 10.0


class Connection:
    """One grader's line to the worker base: has children forked, and hears of their ends.

    Args:
        level: what confines the children, for messages.
        control: the socket.
    """

    def __init__(self, level: Level, control: socket.socket) -> None:
        self.level = level
        self.control = control
        self._ends: dict[int, tuple[int, float]] = {}
        self._number = 0

    def start(self, limits: Limits) -> Worker:
        """Fork a child that is locked in and ready for a submission.

        Raises:
            SandboxError: a layer of confinement is not to be had.
            GraderFault: the child does not come up, or the base has ended.
        """
        self._number += 1
        ours, theirs = socket.socketpair()
        output, output_end = os.pipe()
        bounds = Bounds(cpu_seconds=int(limits.seconds) + 2, memory_mb=limits.memory_mb)
        message = {"op": "spawn", "id": self._number, "bounds": asdict(bounds)}
        with theirs:
            try:
                socket.send_fds(self.control, [json.dumps(message).encode()], [theirs.fileno(), output_end])
            except OSError as error:
                ours.close()
                os.close(output)
                raise GraderFault(_ENDED) from error
            finally:
                os.close(output_end)
        worker = Worker(_Child(self, self._number), Channel(ours, output, limits.output_kb << 10), limits)
        worker.wait_until_ready()
        return worker

    def kill(self, number: int) -> None:
        """End a child, and with it everything that it started."""
        with suppress(OSError):  # when the base has ended, so have its children
            self.control.send(json.dumps({"op": "kill", "id": number}).encode())

    def wait(self, number: int, seconds: float) -> tuple[int, float] | None:
        """A child's exit code, negative for a signal, and its CPU seconds; None where it has not ended by then.

        Raises:
            GraderFault: the base has ended, so that nobody knows.
        """
        if number not in self._ends:
            self.listen(lambda message: message.get("id") == number, seconds)
        return self._ends.pop(number, None)

    def listen(self, wanted: Callable[[dict[str, Any]], bool], seconds: float) -> bool:
        """Hear the base out until it says what is wanted; False when it does not within ``seconds``.

        Raises:
            GraderFault: the base has ended.
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
                raise GraderFault(_ENDED)
            message = json.loads(data)
            if message["op"] == "exit":
                self._ends[message["id"]] = (message["status"], message["cpu"])
            if wanted(message):
                return True

    def close(self) -> None:
        """Hang up; children that are still running are killed."""
        self.control.close()


_ENDED = "the worker base has ended; was it killed? Run the same command again to grade the rest."


class WorkerBase:
    """The process of a worker base at one level of confinement.

    Args:
        level: what confines its children.

    Raises:
        SandboxError: it does not start; the message says why.
    """

    def __init__(self, level: Level) -> None:
        self.level = level
        self._folder = tempfile.TemporaryDirectory(prefix="gradkit-", ignore_cleanup_errors=True)
        Path(self._folder.name).chmod(0o755)
        mount_point = Path(self._folder.name) / "tmp"
        mount_point.mkdir()
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.first = Connection(level, control)
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the base
        command = [sys.executable, *ISOLATED, "-m", "gradkit.sandbox.zygote"]
        command += [str(theirs.fileno()), level.name, str(mount_point)]
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [*(_bubblewrap(str(mount_point)) if level.jail else []), *command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._said,
                cwd="/",
                env={
                    "PATH": "/usr/bin:/bin",
                    "LC_ALL": "C.UTF-8",
                    "OPENBLAS_NUM_THREADS": "1",
                    "PYTORCH_JIT": "0",
                    "PYTHONHASHSEED": "0",
                },
                pass_fds=[theirs.fileno()],
            )
        try:
            ready = self.first.listen(lambda message: message["op"] == "ready", START_SECONDS)
        except GraderFault:
            ready = False
        if not ready:
            reason = self._last_words()
            self.close()
            raise SandboxError(f"{level.name}: {reason}")

    def connect(self) -> Connection:
        """A further line to the base, for another grader.

        Raises:
            GraderFault: the base has ended.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                socket.send_fds(self.first.control, [json.dumps({"op": "connect"}).encode()], [theirs.fileno()])
            except OSError as error:
                ours.close()
                raise GraderFault(_ENDED) from error
        return Connection(self.level, ours)

    def close(self) -> None:
        """End the base and every child."""
        self.first.close()
        try:
            self._process.wait(_EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._said.close()
        self._folder.cleanup()

    def _last_words(self) -> str:
        self.first.close()
        self._process.wait()
        self._said.seek(0)
        said = self._said.read().decode(errors="replace").strip().splitlines()
        return said[-1] if said else "the worker base did not start"


class _Child:
    """One forked child, as `Worker` wants its process."""

    def __init__(self, connection: Connection, number: int) -> None:
        self._connection = connection
        self._number = number
        self._end: tuple[int, float] | None = None

    def wait(self, seconds: float) -> tuple[int, float] | None:
        """The exit code and CPU seconds, or None where it has not ended within ``seconds``."""
        if self._end is None:
            self._end = self._connection.wait(self._number, seconds)
        return self._end

    def end(self) -> None:
        """Kill it and wait until it is gone."""
        if self._end is None:
            self._connection.kill(self._number)
            with suppress(GraderFault):
                self.wait(_EXIT_SECONDS)


def _bubblewrap(folder: str) -> Sequence[str]:
    """The command that puts the worker base into a jail with nothing in it but Python.

    Raises:
        SandboxError: bubblewrap is not installed.
    """
    program = shutil.which("bwrap", path="/usr/bin:/usr/local/bin:/bin")
    if program is None:
        raise SandboxError("bubblewrap: not installed. On Debian and Ubuntu: sudo apt install bubblewrap")
    command = [program, "--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    command += ["--die-with-parent", "--new-session", "--uid", str(OUR_UID), "--gid", str(OUR_UID)]
    command += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]  # noqa: S108 - a new one, inside
    for path in ("/lib", "/lib64", "/bin"):
        link = Path(path)
        if link.is_symlink():
            command += ["--symlink", str(link.readlink()), path]
        elif link.is_dir():
            command += ["--ro-bind", path, path]
    shown = {"/usr", sys.prefix, sys.base_prefix, str(Path(__file__).parents[1])}
    shown |= {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    for path in sorted(shown):
        command += ["--ro-bind", path, path]
    return [*command, "--dir", folder, "--"]

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
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gradkit.course.assignment import Limits
from gradkit.sandbox.channel import Channel
from gradkit.sandbox.confine import Bounds
from gradkit.sandbox.levels import OUR_UID, Level, SandboxError
from gradkit.sandbox.worker import Worker

START_SECONDS = 120.0
_EXIT_SECONDS = 10.0


class WorkerBase:
    """A running worker base at one level of confinement.

    Args:
        level: what confines its children.

    Raises:
        SandboxError: it does not start; the message says why.
    """

    def __init__(self, level: Level) -> None:
        self.level = level
        self._ends: dict[int, int] = {}
        self._number = 0
        self._folder = tempfile.TemporaryDirectory(prefix="gradkit-", ignore_cleanup_errors=True)
        Path(self._folder.name).chmod(0o755)
        mount_point = Path(self._folder.name) / "tmp"
        mount_point.mkdir()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the base
        command = [sys.executable, "-I", "-B", "-m", "gradkit.sandbox.zygote"]
        command += [str(theirs.fileno()), level.name, str(mount_point)]
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [*(_bubblewrap(str(mount_point)) if level.jail else []), *command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._said,
                cwd="/",
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "PYTORCH_JIT": "0"},
                pass_fds=[theirs.fileno()],
            )
        if not self._listen(lambda message: message["op"] == "ready", START_SECONDS):
            self._control.close()
            self._process.wait()
            self._said.seek(0)
            said = self._said.read().decode(errors="replace").strip().splitlines()
            self.close()
            raise SandboxError(f"{level.name}: {said[-1] if said else 'the worker base did not start'}")

    def start(self, limits: Limits) -> Worker:
        """Fork a child that is locked in and ready for a submission.

        Raises:
            GraderFault: the child does not come up.
            SandboxError: a layer of confinement is not to be had.
        """
        self._number += 1
        ours, theirs = socket.socketpair()
        output, output_end = os.pipe()
        bounds = Bounds(cpu_seconds=int(limits.seconds) + 2, memory_mb=limits.memory_mb)
        message = {"op": "spawn", "id": self._number, "bounds": asdict(bounds)}
        with theirs:
            try:
                socket.send_fds(self._control, [json.dumps(message).encode()], [theirs.fileno(), output_end])
            except OSError as error:
                raise SandboxError(f"{self.level.name}: the worker base has ended ({error})") from error
            finally:
                os.close(output_end)
        child = _Child(self, self._number)
        worker = Worker(child, Channel(ours, output, limits.output_kb << 10), limits)
        worker.wait_until_ready()
        return worker

    def kill(self, number: int) -> None:
        """End a child, and with it everything that it started."""
        try:
            self._control.send(json.dumps({"op": "kill", "id": number}).encode())
        except OSError:
            return  # the base has ended, and its children with it

    def wait(self, number: int, seconds: float) -> int | None:
        """A child's exit code, negative for a signal; None where it has not ended within ``seconds``."""
        if number not in self._ends:
            self._listen(lambda message: message.get("id") == number, seconds)
        return self._ends.pop(number, None)

    def close(self) -> None:
        """End the base and every child."""
        self._control.close()
        try:
            self._process.wait(_EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._said.close()
        self._folder.cleanup()

    def _listen(self, wanted: Callable[[dict[str, Any]], bool], seconds: float) -> bool:
        """Hear the base out until it says what is wanted; False when it does not."""
        deadline = time.monotonic() + seconds
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._control], [], [], left)[0]:
                return False
            try:
                data = self._control.recv(1 << 16)
            except OSError:
                data = b""
            if not data:
                return False
            message = json.loads(data)
            if message["op"] == "exit":
                self._ends[message["id"]] = message["status"]
            if wanted(message):
                return True


class _Child:
    """One forked child, as `Worker` wants its process."""

    def __init__(self, base: WorkerBase, number: int) -> None:
        self._base = base
        self._number = number
        self._code: int | None = None

    def wait(self, seconds: float) -> int | None:
        """The exit code, or None where it has not ended within ``seconds``."""
        if self._code is None:
            self._code = self._base.wait(self._number, seconds)
        return self._code

    def end(self) -> None:
        """Kill it and wait until it is gone."""
        if self._code is None:
            self._base.kill(self._number)
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

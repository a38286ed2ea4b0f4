"""The process of the worker base, from the grader's side: start it, connect to it, end it."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import tempfile

from gradkit.conditions import EAGER
from gradkit.errors import GraderFault
from gradkit.jail.levels import Level, SandboxError
from gradkit.sandbox import deaths
from gradkit.sandbox.bubblewrap import bubblewrap
from gradkit.sandbox.connection import BASE_ENDED, Connection, WorkerBaseEnded
from gradkit.sandbox.handle import ISOLATED, START_SECONDS
from gradkit.temporary import TemporaryFolder

_EXIT_SECONDS = 10.0
_KILLED = frozenset(
    {-signal.SIGKILL, -signal.SIGTERM, 128 + signal.SIGKILL, 128 + signal.SIGTERM}
)  # bubblewrap adds 128
KILLED = "the worker base was killed while it started. Is there enough memory? Run it again"


class WorkerBase:
    """The process of a worker base at one level of confinement.

    Args:
        level: what confines its children.

    Raises:
        SandboxError: it does not start; the message says why.
        GraderFault: it was killed while it started.
    """

    def __init__(self, level: Level) -> None:
        self.level = level
        self._kills = deaths.kills()
        self._folder = TemporaryFolder("gradkit-base")
        self._folder.path.chmod(0o755)
        mount_point = self._folder.path / "tmp"
        mount_point.mkdir()
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.first = Connection(level, control)
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the base
        command = [sys.executable, *ISOLATED, "-m", "gradkit.jail.zygote"]
        command += [str(theirs.fileno()), level.name, str(mount_point)]
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [*(bubblewrap(str(mount_point)) if level.jail else []), *command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._said,
                cwd="/",
                env={
                    "PATH": "/usr/bin:/bin",
                    "LC_ALL": "C.UTF-8",
                    "OPENBLAS_NUM_THREADS": "1",
                    "PYTHONHASHSEED": "0",
                    **EAGER,
                },
                pass_fds=[theirs.fileno()],
            )
        try:
            ready = self.first.listen(lambda message: message["op"] == "ready", START_SECONDS)
        except GraderFault:
            ready = False
        if not ready:
            reason = self._last_words()
            killed = self._process.returncode in _KILLED
            self.close()
            # A kill comes from outside (a person, or the kernel short of memory) and says nothing about the level.
            raise GraderFault(KILLED) if killed else SandboxError(f"{level.name}: {reason}")

    def connect(self) -> Connection:
        """A further line to the base, for another grader.

        Raises:
            WorkerBaseEnded: the base has ended.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                socket.send_fds(self.first.control, [json.dumps({"op": "connect"}).encode()], [theirs.fileno()])
            except OSError as error:
                ours.close()
                raise WorkerBaseEnded(BASE_ENDED) from error
        return Connection(self.level, ours)

    def ended(self, seconds: float) -> str | None:
        """How it has ended, as a clause; None where it has not, within ``seconds``."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        return deaths.said(128 - code if code > 128 else code, 0, self._kills)  # bubblewrap adds 128

    def close(self) -> None:
        """End the base and every child."""
        self.first.close()
        try:
            self._process.wait(_EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._said.close()
        self._folder.close()

    def _last_words(self) -> str:
        self.first.close()
        self._process.wait()
        self._said.seek(0)
        said = self._said.read().decode(errors="replace").strip().splitlines()
        return said[-1] if said else "the worker base did not start"

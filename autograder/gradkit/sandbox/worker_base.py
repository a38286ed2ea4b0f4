"""The worker base's process from the grader's side: start it, in bubblewrap if possible, connect to it, end it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from pathlib import Path

from gradkit.conditions import EAGER
from gradkit.errors import GraderFault
from gradkit.jail.levels import OUR_UID, Level, SandboxError
from gradkit.messages import message
from gradkit.sandbox import deaths
from gradkit.sandbox.connection import BASE_ENDED, Connection, WorkerBaseEnded
from gradkit.sandbox.deaths import Death
from gradkit.sandbox.handle import ISOLATED, START_SECONDS
from gradkit.temporary import TemporaryFolder

_EXIT_SECONDS = 10.0
_KILLED = frozenset(
    {-signal.SIGKILL, -signal.SIGTERM, 128 + signal.SIGKILL, 128 + signal.SIGTERM}
)  # bubblewrap adds 128
KILLED = message("the worker base was killed while it started. Check that there is enough memory, and run again")


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
            ready = self.first.listen(lambda said: said["op"] == "ready", START_SECONDS)
        except GraderFault:
            ready = False
        if not ready:
            reason = self._last_words()
            killed = self._process.returncode in _KILLED
            self.close()
            # A kill comes from outside (a person, or the kernel short of memory) and says nothing about the level.
            raise (
                GraderFault(KILLED)
                if killed
                else SandboxError(message("{level}: {reason}", level=level.name, reason=reason))
            )

    def connect(self) -> Connection:
        """A further connection to the base, for another grader.

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

    def ended(self, seconds: float) -> Death | None:
        """How it ended; None if it has not ended within ``seconds``."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        return deaths.death(128 - code if code > 128 else code, 0, self._kills)  # bubblewrap adds 128

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
        return said[-1] if said else message("the worker base did not start")


def bubblewrap(folder: str) -> Sequence[str]:
    """The command to put before the worker base's own.

    Args:
        folder: an empty folder in the jail, on which children mount their temporary file system.

    Raises:
        SandboxError: bubblewrap is not installed.
    """
    program = shutil.which("bwrap", path="/usr/bin:/usr/local/bin:/bin")
    if program is None:
        raise SandboxError(
            message("bubblewrap: not installed. On Debian and Ubuntu: {command}", command="sudo apt install bubblewrap")
        )
    command = [program, "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    if os.geteuid() == 0:
        # Root's threads are not counted, even in a user namespace: the base switches to another user id instead.
        command += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        command += ["--unshare-user", "--uid", str(OUR_UID), "--gid", str(OUR_UID)]
    command += ["--die-with-parent", "--new-session"]
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
        # Parent folders are empty ones of the jail, accessible to its user; the real /root, for example, is not.
        for parent in reversed(Path(path).parents[:-1]):
            command += ["--perms", "0755", "--dir", str(parent)]
        command += ["--ro-bind", path, path]
    return [*command, "--dir", folder, "--"]

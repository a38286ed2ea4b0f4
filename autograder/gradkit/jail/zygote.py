"""The worker base ("zygote"): imports torch once, and forks a confined child per request.

``python -m gradkit.jail.zygote FD LEVEL FOLDER``. It holds no secrets, runs no student code and reads no student
output. It always has one thread: a fork keeps only the calling thread, and a lock held by another would stay locked
forever. On the socket FD it receives, in JSON:

    {"op": "spawn", "id", "bounds", "banned"} with two descriptors, the child's channel and its output
    {"op": "kill", "id"}
    {"op": "connect"} with one descriptor, a further socket for requests, for another grader

and sends {"op": "ready"} and {"op": "exit", "id", "status", "cpu"}, the latter to the socket that requested the child.
When a socket closes, the children requested on it are killed; when FD does, everything ends.
"""

from __future__ import annotations

import errno
import gc
import json
import os
import resource
import select
import signal
import socket
import sys
import sysconfig
import tempfile
import traceback
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import torch

from gradkit.bans.replacing import replace_calls
from gradkit.conditions import EAGER
from gradkit.jail import kernel, seccomp
from gradkit.jail.base_setup import pid_namespace_for_children, settle
from gradkit.jail.confine import Bounds, ConfinementError, confine, readable_folders, what_is_there
from gradkit.jail.levels import LEVELS, OUR_UID, OUR_UIDS, Level
from gradkit.wire.frames import Frame, pack
from gradkit.worker.__main__ import installed_folders, serve
from gradkit.worker.absent import PACKAGES, take_away
from gradkit.worker.printing import open_standard_streams
from gradkit.worker.rehearsal import rehearse

_CHANNEL = 3
_OOM_SCORE = 600  # before graders: a base is restarted, and its unfinished work repeated


@dataclass(frozen=True)
class _Child:
    """A forked child: the requesting socket, its number there, its process, its own user id if any."""

    client: int
    number: int
    pid: int
    uid: int | None


class Zygote:
    """Forks children on request and reports when they end."""

    def __init__(self, control: int, level: Level, folder: str, *, root: bool) -> None:
        self.control = control
        self.level = level
        self.folder = folder
        self.readable = readable_folders()
        self.present = what_is_there(folder, _absent_packages())
        self.root = root
        self.has_uids = level.uid is not None and root
        self.pid_namespace = os.open("/proc/self/ns/pid", os.O_RDONLY) if "pid" in level.namespaces else None
        self.clients = {control: socket.socket(fileno=control)}
        self.children: dict[int, _Child] = {}  # by pidfd

    def run(self) -> None:
        """Serve until the grader closes the socket; then end every child."""
        self._say(self.control, op="ready")
        while self.control in self.clients:
            ready, _, _ = select.select([*self.clients, *self.children], [], [])
            for source in ready:
                if source in self.children:
                    self._reap(source)
                elif source in self.clients and not self._obey(source):
                    self._drop(source)

    def _obey(self, client: int) -> bool:
        """Handle a grader's request; False if it has closed the socket."""
        try:
            data, descriptors, _, _ = socket.recv_fds(self.clients[client], 1 << 16, 2)
        except ConnectionError:
            return False
        if not data:
            return False
        message = json.loads(data)
        if message["op"] == "spawn":
            self._spawn(client, message, descriptors)
        elif message["op"] == "connect":
            self.clients[descriptors[0]] = socket.socket(fileno=descriptors[0])
        else:
            self._kill(lambda child: (child.client, child.number) == (client, message["id"]))
        return True

    def _spawn(self, client: int, message: dict[str, Any], descriptors: list[int]) -> None:
        replace_calls(message["banned"])
        try:
            uid = self._free_uid() if self.has_uids else None
            with self._namespace_for_children():
                pid = os.fork()
                if pid == 0:
                    _become_child(self, Bounds(**message["bounds"]), uid, *descriptors)
            self.children[os.pidfd_open(pid)] = _Child(client, message["id"], pid, uid)
        except OSError as error:  # too many processes or namespaces: no child, but the base continues
            _refuse(descriptors[0], error)
            self._say(client, op="exit", id=message["id"], status=1, cpu=0.0)
        for descriptor in descriptors:
            os.close(descriptor)

    def _free_uid(self) -> int:
        """A user id without a process, also of other bases, which begin their search elsewhere."""
        taken = {child.uid for child in self.children.values()} | kernel.threads_by_user().keys()
        for number in range(OUR_UIDS):
            uid = OUR_UID + (os.getpid() * 37 + number) % OUR_UIDS
            if uid not in taken:
                return uid
        raise OSError(errno.EAGAIN, "no user id is free for it")

    def _namespace_for_children(self) -> AbstractContextManager[None]:
        return nullcontext() if self.pid_namespace is None else pid_namespace_for_children(self.pid_namespace)

    def _reap(self, pidfd: int) -> None:
        child = self.children.pop(pidfd)
        os.close(pidfd)
        _, status, used = os.wait4(child.pid, 0)
        code, cpu = os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime
        self._say(child.client, op="exit", id=child.number, status=code, cpu=cpu)

    def _drop(self, client: int) -> None:
        """Handle a grader's end: kill its children, or all if it was the first grader."""
        self._kill(lambda child: client in (child.client, self.control))
        self.clients.pop(client).close()

    def _kill(self, wanted: Callable[[_Child], bool]) -> None:
        for pidfd, child in self.children.items():
            if wanted(child):
                with suppress(ProcessLookupError):
                    signal.pidfd_send_signal(pidfd, signal.SIGKILL)

    def _say(self, client: int, **message: object) -> None:
        if client in self.clients:
            with suppress(ConnectionError):
                self.clients[client].send(json.dumps(message).encode())


def _become_child(zygote: Zygote, bounds: Bounds, uid: int | None, channel: int, output: int) -> NoReturn:
    """In the forked child: take the two descriptors, confine the process, and serve."""
    level, folder = zygote.level, zygote.folder
    try:
        os.setsid()
        os.umask(0o077)
        _take_descriptors(channel, output, [] if zygote.present is None else [zygote.present])
        tempfile.tempdir = folder  # the base's cached answer would be /tmp
        os.environ.clear()
        os.environ.update(PATH="/nonexistent", HOME=folder, TMPDIR=folder, LC_ALL="C.UTF-8", **EAGER)
        os.environ.update(USER="student", LOGNAME="student")  # for getpass.getuser()
        os.environ["TORCHINDUCTOR_CACHE_DIR"] = folder
        done = confine(level, bounds, zygote.readable, folder, uid, root=zygote.root, present=zygote.present)
        os.chdir(folder if level.has_private_folder else "/")
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        open_standard_streams()
        gc.enable()
        serve(_CHANNEL, done)
    except ConfinementError as error:
        _refuse(_CHANNEL, error)
    except BaseException:  # noqa: BLE001 - in any case the child must not return to the base's loop
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(1)


def _refuse(channel: int, error: Exception) -> None:
    with suppress(OSError):
        os.write(channel, b"".join(bytes(part) for part in pack(Frame("refused", "", str(error)))))


def _take_descriptors(channel: int, output: int, kept: Sequence[int]) -> None:
    """Move the channel to 3 and output to 1 and 2, put /dev/null on 0, and close all others but the kept ones."""
    null = os.open(os.devnull, os.O_RDONLY)
    # First to high numbers, so that no target below is also a source.
    high = [os.dup(os.dup(os.dup(os.dup(descriptor)))) for descriptor in (null, output, channel)]
    os.dup2(high[0], 0)
    os.dup2(high[1], 1)
    os.dup2(high[1], 2)
    os.dup2(high[2], _CHANNEL, inheritable=False)
    kernel.close_descriptors_except([_CHANNEL, *kept])


def _absent_packages() -> list[str]:
    """The paths of packages that a worker does not have."""
    folders = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
    paths = (Path(folder, package) for folder in folders for package in PACKAGES)
    return [str(path) for path in paths if path.exists()]


def _warm(level: Level) -> None:
    """Do what is slow the first time, and check that no thread is left."""
    torch.set_num_threads(1)
    rehearse()
    take_away()
    installed_folders()
    if "pid" in level.namespaces:
        seccomp.program(1)  # every child is the first process of its own namespace
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads != 1:
        raise RuntimeError(f"the worker base has {threads} threads; it must have one before it forks")


def main() -> None:
    """Import, warm up, and serve."""
    descriptor, level, folder = int(sys.argv[1]), LEVELS[sys.argv[2]], sys.argv[3]
    kernel.set_oom_score(_OOM_SCORE)
    root = settle(level, readable_folders())
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.set_inheritable(descriptor, False)
    _warm(level)
    gc.collect()
    gc.freeze()
    gc.disable()
    kernel.collapse_heap()
    Zygote(descriptor, level, folder, root=root).run()


if __name__ == "__main__":
    main()

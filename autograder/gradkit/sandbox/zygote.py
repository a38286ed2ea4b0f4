"""The worker base ("zygote"): has torch imported once, and forks one confined child per request.

``python -I -m gradkit.sandbox.zygote FD LEVEL FOLDER``. It holds no secrets, runs no student code and reads no student
output. It has one thread, always: a fork takes only the calling thread along, and a lock that another held would stay
locked for ever. On the socket FD it is told, in JSON:

    {"op": "spawn", "id", "bounds"} with two descriptors, the child's channel and its output
    {"op": "kill", "id"}

and says {"op": "ready"}, {"op": "exit", "id", "status", "cpu"}.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import select
import signal
import socket
import sys
import tempfile
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import torch
import torch._dynamo  # torch.optim imports it when first used: a second or more, so it is done once, here

from gradkit.sandbox import kernel
from gradkit.sandbox.confine import Bounds, ConfinementError, confine, readable_folders
from gradkit.sandbox.levels import LEVELS, Level
from gradkit.wire.frames import Frame, pack
from gradkit.worker.__main__ import serve
from gradkit.worker.watching import warm_up

_CHANNEL = 3


class Zygote:
    """Forks children on request and reports their ends."""

    def __init__(self, control: socket.socket, level: Level, folder: str) -> None:
        self.control = control
        self.level = level
        self.folder = folder
        self.readable = readable_folders()
        self.children: dict[int, tuple[int, int]] = {}  # pidfd -> id, pid

    def run(self) -> None:
        """Serve until the grader hangs up; then end every child."""
        self._say(op="ready")
        while True:
            control = self.control.fileno()
            ready, _, _ = select.select([control, *self.children], [], [])
            for source in ready:
                if source != control:
                    self._reap(source)
                elif not self._obey():
                    self._kill_all()
                    return

    def _obey(self) -> bool:
        """Do what the grader asks; False when it has hung up."""
        try:
            data, descriptors, _, _ = socket.recv_fds(self.control, 1 << 16, 2)
        except ConnectionError:
            return False
        if not data:
            return False
        message = json.loads(data)
        if message["op"] == "spawn":
            self._spawn(message, descriptors)
        else:
            for pidfd, (number, _) in self.children.items():
                if number == message["id"]:
                    with suppress(ProcessLookupError):
                        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        return True

    def _spawn(self, message: dict[str, Any], descriptors: list[int]) -> None:
        pid = os.fork()
        if pid == 0:
            _become_child(self.level, Bounds(**message["bounds"]), self.readable, self.folder, *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        self.children[os.pidfd_open(pid)] = (message["id"], pid)

    def _reap(self, pidfd: int) -> None:
        number, pid = self.children.pop(pidfd)
        os.close(pidfd)
        _, status, used = os.wait4(pid, 0)
        self._say(op="exit", id=number, status=os.waitstatus_to_exitcode(status), cpu=used.ru_utime + used.ru_stime)

    def _kill_all(self) -> None:
        for pidfd in self.children:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(pidfd, signal.SIGKILL)

    def _say(self, **message: object) -> None:
        with suppress(ConnectionError):
            self.control.send(json.dumps(message).encode())


def _become_child(
    level: Level, bounds: Bounds, readable: list[str], folder: str, channel: int, output: int
) -> NoReturn:
    """In the forked child: take the two descriptors, lock in, and serve."""
    try:
        os.setsid()
        os.umask(0o077)
        _take_descriptors(channel, output)
        tempfile.tempdir = folder  # the base's cached answer would be /tmp
        os.environ.clear()
        os.environ.update(PATH="/nonexistent", HOME=folder, TMPDIR=folder, LC_ALL="C.UTF-8", PYTORCH_JIT="0")
        os.environ["TORCHINDUCTOR_CACHE_DIR"] = folder
        done = confine(level, bounds, readable, folder)
        os.chdir(folder if level.has_private_folder else "/")
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        sys.argv = ["student"]
        gc.enable()
        serve(_CHANNEL, done)
    except ConfinementError as error:
        with suppress(OSError):
            os.write(_CHANNEL, b"".join(bytes(part) for part in pack(Frame("refused", "", str(error)))))
    except BaseException:  # noqa: BLE001 - whatever it is, the child must not run on into the base's own loop
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(1)


def _take_descriptors(channel: int, output: int) -> None:
    """Channel to 3, output to 1 and 2, nothing to read on 0, and no other descriptor."""
    null = os.open(os.devnull, os.O_RDONLY)
    # Out of the way first, so that none of the targets below is one of the sources.
    high = [os.dup(os.dup(os.dup(os.dup(descriptor)))) for descriptor in (null, output, channel)]
    os.dup2(high[0], 0)
    os.dup2(high[1], 1)
    os.dup2(high[1], 2)
    os.dup2(high[2], _CHANNEL, inheritable=False)
    kernel.close_descriptors_except([_CHANNEL])


def _warm() -> None:
    """Use once what costs time on first use, and see that no thread was left behind."""
    torch.set_num_threads(1)
    with torch.random.fork_rng():
        model = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.Flatten(), torch.nn.Linear(8, 2))
        optimizer = torch.optim.Adam(model.parameters())
        model(torch.randn(2, 1, 4, 4)).sum().backward()
        optimizer.step()
        np.asarray(torch.randn(2))
        pack(Frame("warm", "", torch.randn(2)))
    warm_up()
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads != 1:
        raise RuntimeError(f"the worker base has {threads} threads; it must have one before it forks")


def main() -> None:
    """Import, warm up, and serve."""
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    descriptor, level, folder = int(sys.argv[1]), LEVELS[sys.argv[2]], sys.argv[3]
    os.set_inheritable(descriptor, False)
    _warm()
    gc.collect()
    gc.freeze()
    gc.disable()
    kernel.collapse_heap()
    with socket.socket(fileno=descriptor) as control:
        Zygote(control, level, folder).run()


if __name__ == "__main__":
    main()

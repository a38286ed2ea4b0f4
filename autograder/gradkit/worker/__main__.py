"""The worker process: ``python -m gradkit.worker FD MEGABYTES``. Exchanges frames on the socket FD until it is closed.

grader -> worker                          worker -> grader
                                          ready    (torch is imported, no student code has run)
load     {module, sources, banned}        loaded   [failure or None, the switches that loading changed]
packed calls                              observed an observation, for each call as soon as it is done
"""

from __future__ import annotations

import os
import resource
import sys
import sysconfig
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any

import torch

from gradkit.bans.replacing import replace_calls
from gradkit.conditions import SEED
from gradkit.conditions.rules import listen
from gradkit.conditions.switches import Settings
from gradkit.errors import WireError
from gradkit.wire.frames import HEAD, Frame, pack, parse
from gradkit.wire.observation import Failure, Observation, observation_to_value
from gradkit.wire.packing import MAGIC, NONCE, read_call
from gradkit.wire.reply import Loading, loading_to_value
from gradkit.worker.absent import take_away
from gradkit.worker.loading import FOLDER, SourceFinder, load_module
from gradkit.worker.perform import describe_exception, perform, seed_everything
from gradkit.worker.printing import printing
from gradkit.worker.rehearsal import rehearse

_AT_A_TIME = 1 << 18


class CallServer:
    """Answers what the grader sends, in order. More may have arrived than what is being answered."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.module: Any = None
        self.settings = Settings()
        self._arrived = bytearray()

    def serve(self, confinement: Mapping[str, str]) -> None:
        """Report this process's confinement, then answer until the grader closes the socket."""
        self._send(Frame("ready", "", dict(confinement)))
        while True:
            try:
                magic, *sizes = HEAD.unpack(self._read(HEAD.size))
                if magic == MAGIC:
                    self._perform(*map(self._read, (NONCE, *sizes)))
                else:
                    question = parse(bytes(self._read(sizes[0])), self._read(sizes[1]))
                    self._answer(question.nonce, "loaded", loading_to_value(self._load(**question.value)))
            except EOFError:
                return

    def _perform(self, nonce: bytearray, tree: bytearray, tensors: bytearray) -> None:
        with self.settings.kept() as turned:
            observation = perform(read_call(tree, tensors), self.module)
        if turned:
            observation = replace(observation, turned=tuple(turned))
        try:
            self._answer(nonce.decode(), "observed", observation_to_value(observation))
        except (WireError, RuntimeError):
            failed = Observation(failure=Failure("protocol"))
            self._answer(nonce.decode(), "observed", observation_to_value(failed))

    def _load(self, module: str, sources: dict[str, torch.Tensor], banned: list[str]) -> Loading:
        replace_calls(banned)  # before any student code runs
        files = {name: data.numpy().tobytes() for name, data in sources.items()}
        # After everything installed, so that a torch.py or json.py among them shadows nothing.
        sys.meta_path.append(SourceFinder(files))
        path = FOLDER + module
        sys.argv = [path]
        listen()
        seed_everything(SEED)
        self.settings, failure = Settings(), None
        with printing(), self.settings.kept(seed=True) as turned:
            try:
                self.module = load_module(module, files)
            except BaseException as error:  # noqa: BLE001 - sys.exit() at import is an answer like any other
                failure = describe_exception("import", error, path)
        return Loading(failure, tuple(turned))

    def _answer(self, nonce: str, kind: str, value: Any) -> None:
        for stream in (sys.stdout, sys.stderr):
            with suppress(Exception):  # the student's code may have closed or replaced it
                stream.flush()
        self._send(Frame(kind, nonce, value))

    def _send(self, frame: Frame) -> None:
        # Plain reads and writes: a confined process has no socket calls.
        view = memoryview(b"".join(pack(frame)))
        while view:
            view = view[os.write(self.descriptor, view) :]

    def _read(self, size: int) -> bytearray:
        while len(self._arrived) < size:
            part = os.read(self.descriptor, _AT_A_TIME)
            if not part:
                raise EOFError
            self._arrived += part
        data = self._arrived[:size]
        del self._arrived[:size]
        return data


def serve(descriptor: int, confinement: Mapping[str, str]) -> None:
    """Serve on the socket ``descriptor`` until it is closed, then end the process.

    Args:
        descriptor: the socket.
        confinement: layer -> what confines this process, for the record.
    """
    # Only installed packages, not the folder that gradkit was started from.
    sys.path[:] = [entry for entry in sys.path if entry.startswith(installed_folders())]
    torch.set_num_threads(1)
    # After a fork, torch makes a new autograd engine on first use, without a lock: two student threads that used it
    # first at the same time would each free the old one (torch 2.13, PythonEngine::get_python_engine).
    torch.autograd.Variable._execution_engine.is_checkpoint_valid()
    CallServer(descriptor).serve(confinement)
    os._exit(0)  # no atexit handler or left-over thread of the student's runs any more


@cache
def installed_folders() -> tuple[str, ...]:
    """The folders of Python and its installed packages."""
    return tuple(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib"))


def main() -> None:
    """Do the slow imports, set the limits that need no privilege, and serve."""
    descriptor, memory_mb = int(sys.argv[1]), int(sys.argv[2])
    os.set_inheritable(descriptor, False)
    torch.set_num_threads(1)
    rehearse()
    take_away()
    resource.setrlimit(resource.RLIMIT_DATA, (memory_mb << 20, memory_mb << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    serve(descriptor, {"rlimits": "memory"})


if __name__ == "__main__":
    main()

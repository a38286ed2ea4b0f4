"""A Dask worker's part: it starts a node, and carries requests to it and replies back, without reading them."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from distributed import get_worker
from distributed.diagnostics.plugin import WorkerPlugin

from gradkit.cluster.bundle import unpack
from gradkit.cluster.requests import Sealed, read_frame, write_frame
from gradkit.messages import message
from gradkit.temporary import TemporaryFolder, sweep

_END_SECONDS = 20.0
NODE = (sys.executable, "-c", "from gradkit.cli import main; main()", "node")


class NodeEnded(Exception):  # noqa: N818 - named for what happened
    """A node's process ended while it worked; the exception crosses Dask, so it says no more than that."""


class Carrier(WorkerPlugin):  # type: ignore[misc]
    """Keeps one node on its worker's machine.

    Args:
        bundle: the course's files, from `gradkit.cluster.bundle.pack_course`.
        options: the options of ``gradkit node``.
        command: what starts a node.
    """

    def __init__(self, bundle: Sealed, options: Sequence[str], command: Sequence[str] = NODE) -> None:
        self._bundle, self._options, self._command = bundle, tuple(options), tuple(command)
        self._folder: TemporaryFolder | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {"_bundle": self._bundle, "_options": self._options, "_command": self._command}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["_bundle"], state["_options"], state["_command"])  # type: ignore[misc]
        self._turn = threading.Lock()

    def setup(self, worker: Any) -> None:
        """Unpack the course into a private folder, in the worker's own: Dask removes that if the worker is killed."""
        self._folder = TemporaryFolder("gradkit-node", Path(worker.local_directory))
        unpack(self._bundle.data, self._folder.path)

    def add(self, archive: Sealed) -> None:
        """Unpack further files."""
        unpack(archive.data, self._path)

    def teardown(self, worker: Any) -> None:
        """End the node, and remove its folder."""
        del worker
        if self._process is not None:
            _end(self._process)
        if self._folder is not None:
            self._folder.close()
        sweep()  # what a node left that was killed

    @property
    def _path(self) -> Path:
        assert self._folder is not None  # noqa: S101 - setup comes first
        return self._folder.path

    def ask(self, request: Sealed) -> Sealed:
        """Have the node do something; start it if it is not running.

        Raises:
            NodeEnded: it ended before it replied.
        """
        with self._turn:
            if self._process is None:
                self._process = subprocess.Popen(  # noqa: S603 - our own command
                    [*self._command, *self._options, str(self._path)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,  # a traceback could show hidden tests
                    start_new_session=True,  # Ctrl-C is for the head
                )
            reply = _exchange(self._process, request.data)
            if reply is None:
                status = _end(self._process)
                self._process = None
                raise NodeEnded(message("the node ended with status {status}", status=status))
            return Sealed(reply)


class Addition(WorkerPlugin):  # type: ignore[misc]
    """Further files for the nodes.

    Args:
        name: the carrier's name.
        archive: the files, from `gradkit.cluster.bundle`.
    """

    def __init__(self, name: str, archive: Sealed) -> None:
        self._name, self._archive = name, archive

    def setup(self, worker: Any) -> None:
        """Unpack them."""
        worker.plugins[self._name].add(self._archive)


def ask(name: str, request: Sealed) -> Sealed:
    """The task: hand a request to the node of the worker that runs it.

    Raises:
        NodeEnded: the node ended before it replied.
    """
    carrier: Carrier = get_worker().plugins[name]
    return carrier.ask(request)


def _exchange(process: subprocess.Popen[bytes], request: bytes) -> bytes | None:
    assert process.stdin is not None  # noqa: S101
    assert process.stdout is not None  # noqa: S101
    try:
        write_frame(process.stdin, request)  # type: ignore[arg-type]
    except OSError:
        return None
    return read_frame(process.stdout)  # type: ignore[arg-type]


def _end(process: subprocess.Popen[bytes]) -> int:
    """Close a node's pipe and wait for its end; returns its status."""
    assert process.stdin is not None  # noqa: S101
    with suppress(OSError):
        process.stdin.close()
    try:
        return process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()

"""The lower bound of the cost of one process per submission: ``python -m bench.floor MODULE CALLS FOLDER...``.

In a warm process, with one thread, a child is forked for each folder. It loads the student's module and performs the
recorded calls, without confinement, copies, comparison or record; with ``-`` for CALLS it only loads the module.
Prints the folders whose child did not reach the end, as JSON.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import torch

from bench.plain import perform
from gradkit.wire.call import Call
from gradkit.worker.loading import SourceFinder, load_module
from gradkit.worker.rehearsal import rehearse

_CPU_SECONDS = 30


def main() -> None:
    """Fork a child for each folder, one after the other."""
    module, recorded, *folders = sys.argv[1:]
    torch.set_num_threads(1)
    tests = {} if recorded == "-" else torch.load(recorded, weights_only=False)
    calls = [call for test in tests.values() for call in test.calls]
    rehearse()
    stopped = [folder for folder in folders if _grade(module, calls, Path(folder)) != 0]
    print(json.dumps(stopped))  # noqa: T201 - the result


def _grade(module: str, calls: Sequence[Call], folder: Path) -> int:
    pid = os.fork()
    if pid == 0:
        status = 1
        with suppress(BaseException):
            _perform_all(module, calls, folder)
            status = 0
        os._exit(status)
    return os.waitpid(pid, 0)[1]


def _perform_all(module: str, calls: Sequence[Call], folder: Path) -> None:
    """In the child: an exception ends a call; one of loading the module ends everything, and is a status of 1."""
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.chdir(folder)
    files = {path.name: path.read_bytes() for path in folder.glob("*.py")}
    sys.meta_path.append(SourceFinder(files))  # entries of a bank import the reference beside them
    loaded = load_module(module, files)
    for call in calls:
        with suppress(BaseException):
            perform(call, loaded)


if __name__ == "__main__":
    main()

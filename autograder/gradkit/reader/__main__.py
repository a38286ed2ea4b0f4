"""The process that reads sources: forks a child for each submission, and reports how it ended.

A request is a line of JSON, followed by the bytes of the sources. The answers are lines of JSON: one for each source
that the child finished, in order, and one with the child's exit code. The child has limits of memory and processor
time and ends after its submission, so that nothing is left for the next. Standard input and output are the grader's
channel; when the grader ends, both processes end.
"""

from __future__ import annotations

import ast
import ctypes
import gc
import json
import os
import resource
import signal
import sys
import warnings
from collections.abc import Collection, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gradkit.bans.names import Asked, find_uses, imported_modules
from gradkit.messages import message
from gradkit.reader.overwritten import find_overwritten
from gradkit.reader.signs import find_signs

_TOO_MUCH = message("it is nested too deeply, or takes too much memory")
_SET_DEATH_SIGNAL = 1


def main() -> None:
    """Serve the grader whose process id is the argument until it closes the channel."""
    _end_with(int(sys.argv[1]))
    _read(
        Path(__file__).read_bytes(), [Asked(("main",), (("os.fork",),))], ()
    )  # to create what is kept after first use
    gc.freeze()
    gc.disable()  # syntax trees have no cycles, and a large one is slow to traverse
    with os.fdopen(0, "rb") as requests:
        while line := requests.readline():
            request = json.loads(line)
            sources = [requests.read(size) for size in request["sizes"]]
            reader = os.getpid()
            child = os.fork()
            if child == 0:
                _end_with(reader)
                _serve(request, sources)
            del sources
            _say({"ended": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])})


def _serve(request: Mapping[str, Any], sources: list[bytes]) -> None:
    """In the child: read each source, and end without any clean-up."""
    status = 1
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (request["seconds"], request["seconds"] + 1))
        resource.setrlimit(resource.RLIMIT_AS, (request["memory"], request["memory"]))
        warnings.simplefilter("ignore")  # the parser's, about `x is 1` or "\d"
        questions = [Asked(targets, groups) for targets, groups in request["questions"]]
        modules = {name.removesuffix(".py") for name in request["names"]}
        for number, source in enumerate(sources):
            # The first is the module; bans are searched for only there.
            _say(_read(source, questions if number == 0 else [], modules))
        status = 0
    finally:
        os._exit(status)


def _read(source: bytes, questions: list[Asked], modules: Collection[str]) -> dict[str, Any]:
    """The findings in one source, and which of ``modules`` it imports."""
    try:
        tree = ast.parse(source)
        uses = find_uses(tree, questions)
        imports = sorted(imported_modules(tree).intersection(modules))
        signs = list(map(asdict, find_signs(tree)))
        overwritten = list(map(asdict, find_overwritten(tree)))
        return {
            "uses": [use and asdict(use) for use in uses],
            "signs": signs,
            "imports": imports,
            "overwritten": overwritten,
        }
    except (SyntaxError, ValueError):
        return {
            "uses": [None] * len(questions),
            "signs": [],
            "imports": [],
            "overwritten": [],
        }  # it cannot be imported either
    except (RecursionError, MemoryError):  # which of the two the parser raises for nesting depends on its version
        return {"unreadable": _TOO_MUCH}


def _say(answer: Mapping[str, Any]) -> None:
    line = json.dumps(answer).encode() + b"\n"
    while line:
        line = line[os.write(1, line) :]


def _end_with(parent: int) -> None:
    """Have this process killed when its parent ends, even in the middle of a source."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(0)


if __name__ == "__main__":
    main()

"""The process that checks are run in: a request on a line of standard input, answers on lines of standard output.

Nothing else speaks there: before the student's code is loaded, both are moved to where it does not look for them, and
what it prints past Python goes nowhere.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from gradkit.check.banned import replace_banned
from gradkit.check.cells import unreadable
from gradkit.check.checks import Check, run_checks
from gradkit.check.environment import differences
from gradkit.check.homework import Homework, find_homework
from gradkit.check.results import CheckResult, Warned
from gradkit.errors import UsageError


def serve() -> None:
    """Answer requests until there are no more."""
    asked = os.fdopen(os.dup(0), "rb")
    told = os.fdopen(os.dup(1), "wb")
    import torch  # while nobody waits

    from gradkit.check.side_effects import differ, traces

    torch.set_num_threads(1)  # as when graded: what a check may compute is counted in all threads
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever asks
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(nowhere, descriptor)
    folder = Path.cwd()

    def tell(**data: Any) -> None:
        told.write(json.dumps(data).encode() + b"\n")
        told.flush()

    def begin(check: Check) -> None:
        tell(begun=check)

    for line in asked:
        request = json.loads(line)
        _open_stdin(nowhere)
        before = traces()
        try:
            homework = find_homework(Path(request["path"]))
            replace_banned(homework)  # here already, since it leaves traces
            before = traces()
            only = None if request["only"] is None else homework.question(request["only"])
            ended = [CheckResult(**result) for result in request["ended"]]
            times = {name: request[name] for name in ("seconds", "patience")}
            report = run_checks(homework, only, **times, begin=begin, ended=ended)
            seen = (*report.warnings, *_of_the_files(homework))
            answer: dict[str, Any] = {"report": replace(report, warnings=seen).as_data()}
        except UsageError as error:
            answer = {"wrong": str(error)}
        os.chdir(folder)
        tell(**answer, traces=differ(before, traces()))


def _of_the_files(homework: Homework) -> Iterator[Warned]:
    """What there is to warn of in the files as they are, whatever running them shows."""
    if homework.environment is not None:
        yield from differences(homework.folder, homework.module, homework.environment)
    yield from unreadable(homework.folder, homework.module)


def _open_stdin(nowhere: int) -> None:
    """Have an empty standard input, also where the code of an earlier request closed or replaced it."""
    os.dup2(nowhere, 0)
    if sys.__stdin__ is None or sys.__stdin__.closed:
        sys.__stdin__ = os.fdopen(0, encoding="utf-8", closefd=False)  # type: ignore[misc]
    sys.stdin = sys.__stdin__


if __name__ == "__main__":
    try:
        serve()
    except ImportError as error:
        sys.exit(f"{error}. Install what the homework needs: pip install -r requirements.txt")

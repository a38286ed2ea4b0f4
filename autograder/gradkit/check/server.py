"""The process that runs checks: one request per line of standard input, answers as lines of standard output.

Before the student's code is loaded, both streams are duplicated to other descriptors and replaced by the null device,
so the code's output at the level of the operating system cannot interfere.
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
from gradkit.check.homework import Homework, find_homework, language_of
from gradkit.check.language import speak
from gradkit.check.results import CheckResult, Warned
from gradkit.errors import UsageError
from gradkit.messages import message, packed, shown


def serve() -> None:
    """Answer requests until standard input ends."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    import torch  # before the first request

    from gradkit.check.side_effects import differ, traces

    torch.set_num_threads(1)  # as when graded; the limit counts the time of all threads
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is handled by the parent
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(nowhere, descriptor)
    folder = Path.cwd()

    def tell(**data: Any) -> None:
        answers.write(json.dumps(data).encode() + b"\n")
        answers.flush()

    def begin(check: Check) -> None:
        tell(begun=packed(check))

    for line in requests:
        request = json.loads(line)
        _open_stdin(nowhere)
        before = traces()
        try:
            homework = find_homework(Path(request["path"]))
            replace_banned(homework)  # before the comparison, since it changes torch
            before = traces()
            only = None if request["only"] is None else homework.question(request["only"])
            ended = list(map(CheckResult.from_data, request["ended"]))
            times = {name: request[name] for name in ("seconds", "patience")}
            report = run_checks(homework, only, **times, begin=begin, ended=ended)
            warnings = (*report.warnings, *_static_warnings(homework))
            answer: dict[str, Any] = {"report": replace(report, warnings=warnings).packed()}
        except UsageError as error:
            answer = {"wrong": packed(error.message)}
        os.chdir(folder)
        tell(**answer, traces=differ(before, traces()))


def _static_warnings(homework: Homework) -> Iterator[Warned]:
    """Warnings about the files themselves, independent of running them."""
    if homework.environment is not None:
        yield from differences(homework.folder, homework.module, homework.environment)
    yield from unreadable(homework.folder, homework.module)


def _open_stdin(nowhere: int) -> None:
    """Make standard input empty, even if the code of an earlier request closed or replaced it."""
    os.dup2(nowhere, 0)
    if sys.__stdin__ is None or sys.__stdin__.closed:
        sys.__stdin__ = os.fdopen(0, encoding="utf-8", closefd=False)  # type: ignore[misc]
    sys.stdin = sys.__stdin__


if __name__ == "__main__":
    try:
        serve()
    except ImportError as error:
        speak(language_of(Path.cwd()))
        text = message("{why}. Install the homework's packages: pip install -r requirements.txt", why=error)
        sys.exit(shown(text))

"""Run the checks in a process of its own: whatever the student's code does there, a report comes of it.

Code that ends its process, or never comes back to Python, costs its own check; the others are run in a new process, and
a watch goes on. torch is loaded once for as long as the process lives. Nothing is confined: this is the student's own
machine, and what comes back is the student's own word.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any

from gradkit.check.homework import Homework, Question
from gradkit.check.report import CheckResult, Report
from gradkit.check.running import Check, ended_by, run_checks
from gradkit.errors import GradkitError, UsageError

_GRACE = 5.0  # seconds, for the interrupts that should end a check


class Apart:
    """A process that runs a homework's checks, as often as it is asked, and is replaced where it has ended.

    Args:
        homework: the homework.
        seconds: how long one check may take before it is interrupted.
        grace: how long it may take beyond that before its process is ended.
    """

    def __init__(self, homework: Homework, seconds: float, grace: float = _GRACE) -> None:
        self._homework = homework
        self._seconds = seconds
        self._grace = grace
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    def __enter__(self) -> Apart:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end()

    def run(self, only: Question | None = None) -> Report:
        """As `run_checks`, on the files as they are now.

        Raises:
            UsageError: the checks themselves cannot be loaded.
            GradkitError: the process ended before it came to the student's code.
        """
        ended: dict[str, CheckResult] = {}
        while True:
            pipe = self._pipe or self._start()
            pipe.send_bytes(_packed({"only": only and only.id, "ended": [vars(result) for result in ended.values()]}))
            begun: Check | None = None
            try:
                while True:
                    if begun is not None and not pipe.poll(self._seconds + self._grace):
                        raise TimeoutError
                    said = json.loads(pipe.recv_bytes())
                    if "begun" in said:
                        begun = Check(*said["begun"])
                    elif "report" in said:
                        return Report.from_data(said["report"])
                    else:
                        raise UsageError(said["wrong"])
            except TimeoutError:
                words = f"It did not finish within {self._seconds:g} seconds, nor could it be interrupted."
            except (EOFError, OSError):
                words = "Your code ended the Python process: by os._exit(), a crash, or for want of memory."
            status = self._end()
            if begun is None or begun.name in ended:
                raise GradkitError(
                    f"The process that runs the checks ended (status {status}). Does this work: import torch?"
                )
            ended[begun.name] = ended_by(self._homework, begun, words)

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other, self._homework, self._seconds), daemon=True)
        self._process.start()
        other.close()
        return self._pipe

    def _end(self) -> int | None:
        """End the process, if there is one; the status that it had."""
        if self._process is None or self._pipe is None:
            return None
        self._process.join(0.1)
        self._process.kill()
        self._process.join()
        self._pipe.close()
        status = self._process.exitcode
        self._process = self._pipe = None
        return status


def _serve(pipe: Connection, homework: Homework, seconds: float) -> None:
    """In the process: run the checks each time that the other side asks, until it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the other side
    nowhere = os.open(os.devnull, os.O_WRONLY)  # what is printed within a check is kept; the rest would tear the report
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)

    def begin(check: Check) -> None:
        pipe.send_bytes(_packed({"begun": check}))

    while True:
        try:
            asked = json.loads(pipe.recv_bytes())
        except EOFError:
            return
        only = None if asked["only"] is None else homework.question(asked["only"])
        ended = [CheckResult(**result) for result in asked["ended"]]
        try:
            report = run_checks(homework, only, seconds, begin=begin, ended=ended)
            said: dict[str, Any] = {"report": report.as_data()}
        except UsageError as error:
            said = {"wrong": str(error)}
        pipe.send_bytes(_packed(said))


def _packed(data: dict[str, Any]) -> bytes:
    return json.dumps(data).encode()

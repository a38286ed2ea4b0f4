"""Run the checks in a separate process, so that there is a report whatever the student's code does.

Code that ends its process, or never returns to the interpreter, fails only its own check: the others run in a new
process. The process is reused, with torch loaded, until code leaves side effects in it. It is not confined: this is the
student's own machine, and no grade depends on the report. In a notebook, `check` keeps one such process per homework.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import IO, Any

from gradkit.check.checks import SECONDS, Check, ended_by
from gradkit.check.homework import Homework, Question, find_homework
from gradkit.check.language import speak
from gradkit.check.results import CheckResult, Report
from gradkit.conditions import EAGER
from gradkit.conditions.clock import PATIENCE, Clock, Deadline, DeadlineError, ProcessorClock
from gradkit.errors import GradkitError, UsageError
from gradkit.messages import from_data, message, packed, sentences, shown

_COMMAND = (sys.executable, "-P", "-m", "gradkit.check.server")  # -P: do not import a student's json.py for json
# These would change that Python without the student noticing: no assert, or an error for each warning.
_NOT_INHERITED = frozenset({"PYTHONOPTIMIZE", "PYTHONINSPECT", "PYTHONWARNINGS"})
_GRACE = 5.0  # seconds for interrupts to end a check
_PATIENCE = 1.0  # seconds to wait for the remaining output of an ended process
_COMPLAINTS = 20  # last lines of a process's standard error that are kept


class Apart:
    """A process that runs a homework's checks on request, and is replaced when it has ended.

    Args:
        homework: the homework.
        seconds: the time that one check may compute before it is interrupted.
        grace: the additional time before its process is ended.
        patience: the factor by which its wall time may be longer.
    """

    def __init__(
        self, homework: Homework, seconds: float, grace: float = _GRACE, *, patience: float = PATIENCE
    ) -> None:
        self._homework = homework
        self._seconds = seconds
        self._grace = grace
        self._patience = patience
        self._process = _Process()

    def __enter__(self) -> Apart:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        self._process.end()

    def run(self, only: Question | None = None) -> Report:
        """Like `run_checks`, on the current files.

        Raises:
            UsageError: the checks themselves cannot be loaded.
            GradkitError: the process ended before it reached the student's code.
        """
        ended: dict[str, CheckResult] = {}
        while True:
            request = {
                "path": str(self._homework.folder),
                "only": only and only.id,
                "seconds": self._seconds,
                "patience": self._patience,
                "ended": [packed(asdict(result)) for result in ended.values()],
            }
            report, begun, reason = self._try(request)
            if report is not None:
                return report
            was_idle = begun is None and self._process.answered
            complaints = self._replace()
            if was_idle:
                continue  # it was ended between requests by what an earlier run left behind
            if begun is None or begun.name in ended:
                ended_early = message("The process that runs the checks ended unexpectedly.")
                raise GradkitError(sentences(ended_early, complaints))
            ended[begun.name] = ended_by(self._homework, begun, reason)

    def _try(self, request: Mapping[str, Any]) -> tuple[Report | None, Check | None, str]:
        """The report; or None, the check that ended the process, if one had begun, and the reason."""
        begun: Check | None = None
        try:
            self._process.ask(request)
            while True:
                answer = self._process.answer(None if begun is None else self._deadline())
                if "begun" in answer:
                    name, title, question = answer["begun"]
                    begun = Check(name, from_data(title), question)
                    continue
                if answer["traces"]:
                    self._replace()
                if "wrong" in answer:
                    raise UsageError(from_data(answer["wrong"]))
                return Report.from_data(answer["report"]), begun, ""
        except TimeoutError:
            reason = message(
                "Your code did not finish within {seconds} s and could not be interrupted.",
                seconds=f"{self._seconds:g}",
            )
        except (EOFError, KeyError, TypeError, ValueError):  # it has ended, or its answer is malformed
            reason = message("Your code ended the Python process (os._exit(), a crash, or out of memory).")
        return None, begun, reason

    def _deadline(self) -> Deadline:
        """The deadline of the check that has just begun."""
        waiting = time.monotonic() + self._seconds * self._patience + self._grace
        clock = self._process.clock
        return Deadline(waiting, clock, clock() + self._seconds + self._grace)

    def _replace(self) -> str:
        """Start a new process, which loads torch in advance; return the old one's last standard error."""
        complaints = self._process.end()
        self._process = _Process()
        return complaints


class _Process:
    """The child process: one line of JSON per request, lines of JSON as answers.

    Attributes:
        answered: whether it has answered anything.
        clock: its processor time, if the system lets us read it; else constant.
    """

    def __init__(self) -> None:
        self.answered = False
        self._process = subprocess.Popen(  # noqa: S603 - this Python with constant arguments
            _COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**{name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}, **EAGER},
        )
        self.clock: Clock = ProcessorClock(self._process.pid) if sys.platform == "linux" else lambda: 0.0
        self._lines: SimpleQueue[bytes | None] = SimpleQueue()
        self._complaints: deque[bytes] = deque(maxlen=_COMPLAINTS)
        self._readers = [
            threading.Thread(target=read, daemon=True) for read in (self._read_lines, self._read_complaints)
        ]
        for reader in self._readers:
            reader.start()

    def ask(self, data: Mapping[str, Any]) -> None:
        """Send a request.

        Raises:
            EOFError: the process has ended.
        """
        stream = _opened(self._process.stdin)
        try:
            stream.write(json.dumps(data).encode() + b"\n")
            stream.flush()
        except OSError as error:
            raise EOFError from error

    def answer(self, deadline: Deadline | None) -> Any:
        """The next answer; without a deadline, wait for it indefinitely.

        Raises:
            TimeoutError: there was none in time.
            EOFError: the process has ended.
        """
        while True:
            try:
                line = self._lines.get(timeout=None if deadline is None else deadline.next_look())
                break
            except Empty:
                continue
            except DeadlineError:
                raise TimeoutError from None
        try:
            answer = json.loads(line or b"")
        except ValueError:  # end of the stream, or malformed
            raise EOFError from None
        self.answered = True
        return answer

    def end(self) -> str:
        """End the process; return the end of its standard error."""
        self._process.kill()
        self._process.wait()
        with suppress(OSError):  # the last request was not read
            _opened(self._process.stdin).close()
        for reader, stream in zip(self._readers, (self._process.stdout, self._process.stderr), strict=True):
            reader.join(_PATIENCE)
            if not reader.is_alive():  # else a process started by the student's code holds the other end
                _opened(stream).close()
        return b"".join(self._complaints).decode(errors="replace").strip()

    def _read_lines(self) -> None:
        for line in _opened(self._process.stdout):
            self._lines.put(line)
        self._lines.put(None)

    def _read_complaints(self) -> None:
        self._complaints.extend(_opened(self._process.stderr))


def _opened(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:  # never, since all three are pipes
        raise GradkitError(message("The process that runs the checks has no pipe."))
    return stream


def check(question: str | None = None) -> Report:
    """Run the public checks of the homework in the current folder; Jupyter shows the result as a table.

    The saved files are checked in another process, which the first call starts. Modules imported by the notebook are
    not affected.

    Args:
        question: the id of a question, or the name of a function or class in it; None for all.

    Raises:
        UsageError: the current folder is not the folder of a homework, or there is no such question.
    """
    try:
        speak(None)
        homework = find_homework(Path.cwd())
        speak(homework.language)
        return _process(homework).run(None if question is None else homework.question(question))
    except GradkitError as error:  # the notebook shows the exception's text
        raise type(error)(shown(error.message)) from None


@cache
def _process(homework: Homework) -> Apart:
    """The process that runs a homework's checks, which ends with the notebook's."""
    process = Apart(homework, SECONDS)
    atexit.register(process.close)
    return process

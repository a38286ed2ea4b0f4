"""Run the checks in a process of their own: whatever the student's code does there, a report comes of it.

Code that ends its process, or never comes back to Python, costs its own check; the others are run in a new process, and
a watch goes on. torch is loaded once for as long as the process lives, which is until code leaves traces in it. Nothing
is confined: this is the student's own machine, and what comes back is the student's own word. In a notebook, `check`
keeps one such process for each homework.
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
from gradkit.check.results import CheckResult, Report
from gradkit.conditions import EAGER
from gradkit.conditions.clock import PATIENCE, Clock, Deadline, DeadlineError, ProcessorClock
from gradkit.errors import GradkitError, UsageError

_COMMAND = (sys.executable, "-P", "-m", "gradkit.check.server")  # -P: a student's json.py in the folder is not json
# What would make that Python another one than students think they have: without assert, or stopping at each warning.
_NOT_INHERITED = frozenset({"PYTHONOPTIMIZE", "PYTHONINSPECT", "PYTHONWARNINGS"})
_GRACE = 5.0  # seconds, for the interrupts that should end a check
_PATIENCE = 1.0  # seconds to wait for the rest of what an ended process has said
_COMPLAINTS = 20  # lines of what a process said before it ended


class Apart:
    """A process that runs a homework's checks, as often as it is asked, and is replaced where it has ended.

    Args:
        homework: the homework.
        seconds: how long one check may compute before it is interrupted.
        grace: how long it may take beyond that before its process is ended.
        patience: how many times as long it may take by the clock on the wall.
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
        """As `run_checks`, on the files as they are now.

        Raises:
            UsageError: the checks themselves cannot be loaded.
            GradkitError: the process ended before it came to the student's code.
        """
        ended: dict[str, CheckResult] = {}
        while True:
            request = {
                "path": str(self._homework.folder),
                "only": only and only.id,
                "seconds": self._seconds,
                "patience": self._patience,
                "ended": [asdict(result) for result in ended.values()],
            }
            report, begun, reason = self._try(request)
            if report is not None:
                return report
            was_idle = begun is None and self._process.answered
            complaints = self._replace()
            if was_idle:
                continue  # something that an earlier run left in it has ended it meanwhile
            if begun is None or begun.name in ended:
                raise GradkitError(f"The process that runs the checks ended by itself. {complaints}".strip())
            ended[begun.name] = ended_by(self._homework, begun, reason)

    def _try(self, request: Mapping[str, Any]) -> tuple[Report | None, Check | None, str]:
        """The report; or None, the check that ended the process, if it came to one, and how."""
        begun: Check | None = None
        try:
            self._process.ask(request)
            while True:
                said = self._process.answer(None if begun is None else self._deadline())
                if "begun" in said:
                    begun = Check(*said["begun"])
                    continue
                if said["traces"]:
                    self._replace()
                if "wrong" in said:
                    raise UsageError(said["wrong"])
                return Report.from_data(said["report"]), begun, ""
        except TimeoutError:
            return None, begun, f"Your code did not finish within {self._seconds:g} s, nor could it be interrupted."
        except (EOFError, KeyError, TypeError):  # it has ended, or says what no process of ours would say
            return None, begun, "Your code ended the Python process: by os._exit(), a crash, or for want of memory."

    def _deadline(self) -> Deadline:
        """Until when there must be word of the check that has just begun."""
        waiting = time.monotonic() + self._seconds * self._patience + self._grace
        clock = self._process.clock
        return Deadline(waiting, clock, clock() + self._seconds + self._grace)

    def _replace(self) -> str:
        """Begin a new process, which loads torch while nobody waits; what the old one complained of."""
        complaints = self._process.end()
        self._process = _Process()
        return complaints


class _Process:
    """The other process: a line of JSON to it, lines of JSON from it.

    Attributes:
        answered: whether anything has come from it.
        clock: its processor time, where the system lets us read it; else a clock that stands still.
    """

    def __init__(self) -> None:
        self.answered = False
        self._process = subprocess.Popen(  # noqa: S603 - this Python, and no word from elsewhere
            _COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**{name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}, **EAGER},
        )
        self.clock: Clock = ProcessorClock(self._process.pid) if sys.platform == "linux" else lambda: 0.0
        self._lines: SimpleQueue[bytes | None] = SimpleQueue()
        self._complaints: deque[bytes] = deque(maxlen=_COMPLAINTS)
        self._readers = [threading.Thread(target=one, daemon=True) for one in (self._read_lines, self._read_complaints)]
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
        """The next line; None waits for ever.

        Raises:
            TimeoutError: none came in time.
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
            said = json.loads(line or b"")
        except ValueError:  # the end, or what no process of ours would say
            raise EOFError from None
        self.answered = True
        return said

    def end(self) -> str:
        """End the process; the last of what it complained of."""
        self._process.kill()
        self._process.wait()
        with suppress(OSError):  # a request that was not read
            _opened(self._process.stdin).close()
        for reader, stream in zip(self._readers, (self._process.stdout, self._process.stderr), strict=True):
            reader.join(_PATIENCE)
            if not reader.is_alive():  # else a process that the student's code has started holds the other end
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
        raise GradkitError("The process that runs the checks has no pipe.")
    return stream


def check(question: str | None = None) -> Report:
    """Run the public checks of the homework in the working folder; Jupyter shows the result as a table.

    The files are read as they were last saved, in another process, which the first call starts. What the notebook has
    imported stays as it is.

    Args:
        question: the question, by its id or the name of a function or class that it asks for; all when None.

    Raises:
        UsageError: the working folder holds no homework, or it has no such question.
    """
    homework = find_homework(Path.cwd())
    return _process(homework).run(None if question is None else homework.question(question))


@cache
def _process(homework: Homework) -> Apart:
    """The process that runs a homework's checks, as long as the notebook's lives."""
    process = Apart(homework, SECONDS)
    atexit.register(process.close)
    return process

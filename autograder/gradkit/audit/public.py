"""Run the public checks on many solutions, as a student would: in a copy of the release.

A separate process imports torch once and runs the checks on the reference, since torch imports some of its parts late.
It forks a child with a time limit for each trial. So trials do not affect each other, and no code of a bank runs in the
process of the hidden suite.
"""

from __future__ import annotations

import atexit
import base64
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any, NoReturn

from gradkit.check.checks import SECONDS, run_checks
from gradkit.check.homework import Homework, find_homework
from gradkit.check.results import Report
from gradkit.conditions import EAGER
from gradkit.errors import GraderFault
from gradkit.messages import message
from gradkit.sandbox.parallel import Jobs, run_jobs
from gradkit.temporary import TemporaryFolder

_COMMAND = (sys.executable, "-P", "-m", "gradkit.audit.public")
_DONE = b"null\n"
_AT_MOST = 6 * SECONDS  # for all checks of a trial; a single check is interrupted much earlier
_LEFT_OUT = shutil.ignore_patterns("*.whl", "*.ipynb", "__pycache__")


@dataclass(frozen=True)
class PublicTrial:
    """Code to check.

    Attributes:
        question: the question whose checks to run, or None for all questions.
        files: file name -> content, to write into the copy of the release.
    """

    question: str | None
    files: Mapping[str, bytes]


def try_public(
    release: Path,
    reference: Mapping[str, bytes],
    trials: Sequence[PublicTrial],
    processes: int,
    advance: Callable[[], None] = lambda: None,
) -> list[Report | None]:
    """Run the public checks on each trial, in ``processes`` processes at a time.

    Args:
        release: the assignment's released folder.
        reference: the files of the reference, which is checked first to import all of torch that is needed.
        trials: the trials.
        processes: the number of processes.
        advance: called after each trial.

    Returns:
        The report of `gradkit check` on each trial; None if the code ended its process or did not finish.

    Raises:
        GraderFault: the process that runs the checks failed.
    """
    request = {
        "release": str(release),
        "reference": _encoded(reference),
        "processes": processes,
        "trials": [{"question": trial.question, "files": _encoded(trial.files)} for trial in trials],
    }
    found: list[Report | None] = [None] * len(trials)
    process = _warm()
    try:
        _opened(process.stdin).write(json.dumps(request).encode() + b"\n")
        _opened(process.stdin).flush()
        for line in iter(_opened(process.stdout).readline, _DONE):
            number, report = json.loads(line)
            found[number] = None if report is None else Report.from_data(report)
            advance()
    except (OSError, ValueError) as error:
        raise GraderFault(message("the process that runs the public checks ended early")) from error
    return found


@cache
def _warm() -> subprocess.Popen[bytes]:
    """The process that runs the checks, which ends with this one."""
    process = subprocess.Popen(  # noqa: S603 - this Python with constant arguments
        _COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **EAGER}
    )
    atexit.register(process.communicate)
    return process


def _opened(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:  # never, since both are pipes
        raise GraderFault(message("the process that runs the public checks has no pipe"))
    return stream


def not_passed(report: Report | None) -> dict[str, str]:
    """The messages of the checks that did not pass, by name."""
    if report is None:
        return {"gradkit check": message("The code ended its process or did not finish.")}
    checks = (check for question in report.questions for check in question.checks)
    return {check.name: check.message for check in checks if check.status != "passed"}


def _encoded(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: base64.b64encode(data).decode() for name, data in files.items()}


def _main() -> None:
    """Serve requests: one line with all trials, answered by a line per trial and a final line."""
    for line in sys.stdin:
        _serve(json.loads(line))
        print(_DONE.decode(), end="", flush=True)  # noqa: T201


def _serve(request: Mapping[str, Any]) -> None:
    trials, release = request["trials"], Path(request["release"])
    with TemporaryFolder("gradkit-public") as folder:
        run_checks(_homework(release, request["reference"], folder / "reference"), seconds=_AT_MOST)

        def work(number: int) -> None:
            report = _try(release, trials[number], folder / f"{number}-folder")
            (folder / str(number)).write_text(json.dumps(report), encoding="utf-8")

        def done(number: int) -> None:
            print(json.dumps([number, json.loads((folder / str(number)).read_text("utf-8"))]), flush=True)  # noqa: T201

        def lost(number: int, how: str) -> None:
            del how
            print(json.dumps([number, None]), flush=True)  # noqa: T201

        run_jobs(len(trials), request["processes"], Jobs(lambda: work, done, lost))


def _try(release: Path, trial: Mapping[str, Any], folder: Path) -> Any:
    """The report of one trial as data, or None."""
    homework = _homework(release, trial["files"], folder)
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        _check(homework, trial["question"], theirs)
    os.close(theirs)
    data = _hear(ours)
    os.kill(child, 9)
    os.waitpid(child, 0)
    shutil.rmtree(folder)
    return json.loads(data) if data else None


def _homework(release: Path, files: Mapping[str, str], folder: Path) -> Homework:
    """A copy of the release with these files in it."""
    shutil.copytree(release, folder, ignore=_LEFT_OUT)
    for name, data in files.items():
        (folder / name).write_bytes(base64.b64decode(data))
    return find_homework(folder)


def _check(homework: Homework, question: str | None, answer: int) -> NoReturn:
    """In the child: run the checks, write the report, and exit without the parent's clean-up."""
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in range(3):
            os.dup2(nowhere, descriptor)
        os.chdir(homework.folder)
        report = run_checks(homework, None if question is None else homework.question(question))
        with os.fdopen(answer, "w") as pipe:
            json.dump(report.packed(), pipe)
    finally:
        os._exit(0)


def _hear(pipe: int) -> bytes:
    """Everything that the child writes until it ends; empty if it takes too long."""
    parts: list[bytes] = []
    deadline = time.monotonic() + _AT_MOST
    with os.fdopen(pipe, "rb", buffering=0) as stream:
        while select.select([stream], [], [], max(0.0, deadline - time.monotonic()))[0]:
            if not (part := stream.read(1 << 16)):
                return b"".join(parts)
            parts.append(part)
    return b""


if __name__ == "__main__":
    _main()

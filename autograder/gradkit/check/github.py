"""A report for GitHub Actions: a summary, annotations on the student's lines, and GitHub Classroom's result.

Sources: GitHub's documentation, "Workflow commands for GitHub Actions" (commands, their escapes, 10 errors a step,
1 MiB of summary), and the README of GitHub Classroom's autograding-grading-reporter (the step output ``result``).

A runner obeys what a step prints. So while students' code runs, what it writes goes nowhere, the runner has been told
to obey nothing until it sees a token that nobody can guess, and the variables that name its files are not in the
environment.
"""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import TextIO

from gradkit.check.report import CheckResult, QuestionReport, Report, wrong

_MOST = 10  # annotations that GitHub shows of one step
_LONGEST = 2_000  # characters of one message
_SUMMARY = 900_000  # bytes, of GitHub's 1 MiB
_MARKS = MappingProxyType({"passed": "✅", "failed": "❌", "stopped": "❌", "not started": "⬜"})
_RUNNERS = re.compile("(GITHUB|ACTIONS|RUNNER)_")


@dataclass(frozen=True)
class Step:
    """The step of a workflow that this process is.

    Attributes:
        log: its log, which the runner reads.
        token: what makes the runner obey again.
        variables: the runner's environment variables, which students' code does not see.
    """

    log: TextIO
    token: str
    variables: Mapping[str, str]


@contextmanager
def guarded_step() -> Iterator[Step]:
    """Inside the block what is printed goes nowhere, and what is written to the step's log is no command.

    Only `tell` speaks to the runner. After the block the process should end: its output stays closed to everybody.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    variables = {name: os.environ.pop(name) for name in list(os.environ) if _RUNNERS.match(name)}
    with os.fdopen(os.dup(1), "w", encoding="utf-8", errors="replace") as log:
        token = _stop(log)
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
        try:
            yield Step(log, token, variables)
        except BaseException:  # what gradkit has to say of it should be read, and is still no command
            os.dup2(kept[0], 1)
            os.dup2(kept[1], 2)
            raise
        finally:
            log.flush()


def tell(report: Report, step: Step, folder: Path) -> None:
    """Write the summary, the annotations and the result to where the runner of this step expects them."""
    _append(step.variables.get("GITHUB_STEP_SUMMARY"), summary(report))
    _append(step.variables.get("GITHUB_OUTPUT"), f"result={classroom_result(report)}\n")
    root = Path(step.variables.get("GITHUB_WORKSPACE", "") or Path.cwd()).resolve()
    path = os.path.relpath(folder / report.module, root).replace(os.sep, "/")
    step.log.write(f"\n::{step.token}::\n" + "".join(f"{line}\n" for line in error_commands(report, path)))
    _stop(step.log)


def error_commands(report: Report, path: str) -> list[str]:
    """A workflow command for each thing that is wrong, as many as GitHub shows.

    Args:
        report: the report.
        path: of the student's module, from the repository's root.
    """
    found = [(question, check) for question in report.questions for check in _shown(question)]
    lines = []
    for question, check in found[:_MOST]:
        place = {"file": path, "line": str(check.line or 1), "title": f"{question.id}: {check.title}"}
        properties = ",".join(f"{key}={_property(value[:_LONGEST])}" for key, value in place.items())
        lines.append(f"::error {properties}::{_data(check.message[:_LONGEST])}")
    return lines


def summary(report: Report) -> str:
    """The report in Markdown; all that comes from the student is preformatted and escaped."""
    lines = [f"## {_html(report.title)}", "", "| | question | checks | points |", "| --- | --- | --- | --- |"]
    for question in report.questions:
        count = question.status if question.status == "not started" else f"{question.passed} of {len(question.checks)}"
        name = _html(question.id)
        lines.append(f"| {_MARKS[question.status]} | <code>{name}</code> | {count} | {question.points:g} |")
    lines += ["", _html(report.summary()), ""]
    text = "\n".join(lines)
    for question in report.questions:
        for check in _shown(question):
            more = _details(report, question, check)
            if len((text + more).encode()) > _SUMMARY:
                return text + "\nThere is more: run `gradkit check` on your machine.\n"
            text += more
    return text


def classroom_result(report: Report) -> str:
    """GitHub Classroom's ``result``: a test for each question, worth its points, as JSON in base64."""
    tests = []
    for question in report.questions:
        shown = next(iter(wrong(question.checks)), None)
        tests.append(
            {
                "name": question.id,
                "status": "pass" if question.status == "passed" else "fail",
                "score": question.points if question.status == "passed" else 0,
                "message": "" if shown is None else shown.message[:_LONGEST],
                "filename": report.module,
                "line_no": (shown.line if shown is not None else None) or 0,
                "duration": round(sum(check.seconds for check in question.checks) * 1000),
            }
        )
    status = "pass" if report.passed else "fail"
    points = sum(question.points for question in report.questions)
    data = {"version": 1, "status": status, "max_score": points, "tests": tests}
    return base64.b64encode(json.dumps(data).encode()).decode()


def _shown(question: QuestionReport) -> list[CheckResult]:
    return [check for check in wrong(question.checks) if check.status != "not started"]


def _details(report: Report, question: QuestionReport, check: CheckResult) -> str:
    lines = [f"\n<b>{_html(question.id)}</b>: {_html(check.title)}\n", f"<pre>{_html(check.message)}"]
    if check.line is not None:
        lines.append(f"{_html(report.module)}, line {check.line}: {_html(check.source)}")
    if check.printed.strip():
        lines.append(f"It printed:\n{_html(check.printed.strip())}")
    return "\n".join(lines) + "</pre>\n"


def _html(text: str) -> str:
    """Text inside HTML that is inside Markdown: a blank line would end the one and begin the other."""
    shown = escape(text[:_LONGEST]).replace("|", "&#124;").replace("\r", "")
    return "\n".join(line if line.strip() else "&nbsp;" for line in shown.split("\n"))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _stop(log: TextIO) -> str:
    token = secrets.token_hex(16)
    log.write(f"::stop-commands::{token}\n")
    log.flush()
    return token


def _append(path: str | None, text: str) -> None:
    if path:
        with Path(path).open("a", encoding="utf-8", errors="replace") as file:
            file.write(text)

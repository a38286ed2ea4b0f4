"""Reports for CI: GitHub's summary, annotations and results for points; JUnit XML for GitLab and others.

Sources: GitHub's documentation, "Workflow commands for GitHub Actions" (commands, their escapes, 10 errors a step,
1 MiB of summary), and the README of autograding-grading-reporter, made for GitHub Classroom (the step's ``result``);
Classroom 50's wiki, "Advanced Autograding" (``result.json``); for JUnit XML the schema of Jenkins' xunit plugin and
GitLab's documentation.

A runner executes commands that a step prints. Students' code runs in another process, whose output is discarded and
whose environment lacks the variables with the paths of the runner's files. Its text is printed here only while
commands are stopped until an unguessable token.
"""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from html import escape
from math import lcm
from pathlib import Path
from types import MappingProxyType
from xml.etree import ElementTree as ET

from gradkit.check.results import WORDS, CheckResult, Report
from gradkit.errors import UsageError
from gradkit.messages import message, shown, with_commas

_MOST = 10  # annotations that GitHub shows per step
_LONGEST = 2_000  # characters of one message
_SUMMARY = 900_000  # bytes, of GitHub's 1 MiB
_MARKS = MappingProxyType({"passed": "✅", "failed": "❌", "stopped": "❌", "not started": "⬜"})
_OF_CLASSROOM50 = ("CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL")
_RUNNERS = re.compile("(GITHUB|ACTIONS|RUNNER)_")
# Characters that XML 1.0 cannot contain, escaped or not.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Step:
    """The workflow step that this process runs in.

    Attributes:
        token: the token with which commands resume.
        variables: the runner's environment variables, hidden from students' code.
    """

    token: str
    variables: Mapping[str, str]

    @property
    def root(self) -> Path:
        """The top of the repository."""
        return Path(self.variables.get("GITHUB_WORKSPACE", "") or Path.cwd())


def begin_step() -> Step:
    """Stop the runner's commands, and hide the paths of its files from processes started from now on."""
    variables = {name: os.environ.pop(name) for name in list(os.environ) if _RUNNERS.match(name)}
    token = secrets.token_hex(16)
    # setup-python registers a pattern by which anything like a traceback in the log would be annotated.
    print(f"::remove-matcher owner=python::\n::stop-commands::{token}", flush=True)  # noqa: T201 - to the runner
    return Step(token, variables)


def tell(report: Report, step: Step, path: str) -> None:
    """Write the summary, the annotations and the result where the step's runner expects them, and end the step.

    Args:
        report: the report.
        step: the step.
        path: the path of the student's module, relative to the repository's root.
    """
    page = step.variables.get("GITHUB_STEP_SUMMARY")
    room = _SUMMARY - (Path(page).stat().st_size if page and Path(page).is_file() else 0)
    _append(page, summary(report, room))
    _append(step.variables.get("GITHUB_OUTPUT"), f"result={classroom_result(report)}\n")
    commands = [*error_commands(report, path), *warning_commands(report, path)]
    print(f"\n::{step.token}::", *commands, sep="\n", flush=True)  # noqa: T201 - to the runner


def error_commands(report: Report, path: str) -> list[str]:
    """A workflow command for each error, as many as GitHub shows.

    Args:
        report: the report.
        path: the path of the student's module, relative to the repository's root.
    """
    return [
        _command("error", path, check.line, message("{name}: {text}", name=name, text=check.title), check.message)
        for name, check in _wrong(report)[:_MOST]
    ]


def warning_commands(report: Report, path: str) -> list[str]:
    """A workflow command for each warning, as many as GitHub shows.

    Args:
        report: the report.
        path: the path of the student's module, relative to the repository's root.
    """
    folder, title = path.rpartition("/")[0], message("When graded")
    return [
        _command("warning", f"{folder}/{warning.file}".lstrip("/"), warning.line, title, warning.message)
        for warning in report.warnings[:_MOST]
    ]


def _command(kind: str, path: str, line: int | None, title: str, text: str) -> str:
    place = {"file": path, "line": str(line or 1), "title": shown(title)}
    properties = ",".join(f"{key}={_property(value[:_LONGEST])}" for key, value in place.items())
    return f"::{kind} {properties}::{_data(shown(text)[:_LONGEST])}"


def summary(report: Report, room: int = _SUMMARY) -> str:
    """The report in Markdown, in about ``room`` bytes; all text from students is preformatted and escaped."""
    head = " | ".join(map(shown, (message("question"), message("result"), message("points"))))
    lines = [f"## {_html(report.title)}", "", f"| | {head} |", "| --- | --- | --- | --- |"]
    for question in report.questions:
        word = WORDS[question.status]
        count = shown(word if question.status == "not started" else report.count(question) or word)
        name = _html(question.id)
        lines.append(f"| {_MARKS[question.status]} | <code>{name}</code> | {count} | {question.points:g} |")
    lines += ["", _html(report.summary()), "", *(f"- {_html(sentence)}" for sentence in report.beyond()), ""]
    for warning in report.warnings:
        told = "\n".join(map(shown, filter(None, [message("Warning: {text}", text=warning.message), warning.place])))
        lines += [f"<pre>{_html(told)}</pre>", ""]
    text = "\n".join(lines)
    for name, check in _wrong(report):
        more = _details(report, name, check)
        if len((text + more).encode()) > room:
            return f"{text}\n{shown(message('There is more: run `gradkit check` on your machine.'))}\n"
        text += more
    return text


def classroom_result(report: Report) -> str:
    """``result`` for reporters made for GitHub Classroom: tests by question, as JSON in base64."""
    tests = []
    for question in report.questions:
        first = next((check for check in question.checks if check.status != "passed"), None)
        tests.append(
            {
                "name": question.id,
                "status": "pass" if question.status == "passed" else "fail",
                "score": question.points if question.status == "passed" else 0,
                "message": "" if first is None else shown(first.message)[:_LONGEST],
                "filename": report.module,
                "line_no": (first.line if first is not None else None) or 0,
                "duration": round(sum(check.seconds for check in question.checks) * 1000),
            }
        )
    status = "pass" if report.passed else "fail"
    points = round(sum(question.points for question in report.questions), 9)  # 0.1 + 0.2 is 0.3
    data = {"version": 1, "status": status, "max_score": points, "tests": tests}
    return base64.b64encode(json.dumps(data).encode()).decode()


def classroom50_variables() -> Mapping[str, str]:
    """What Classroom 50's runner says about a submission.

    Raises:
        UsageError: its runner did not start this process.
    """
    lacking = [name for name in _OF_CLASSROOM50 if not os.environ.get(name)]
    if lacking:
        raise UsageError(
            message(
                "--classroom50 is for an autograder that Classroom 50's runner starts; not set: {names}.",
                names=with_commas(lacking),
            )
        )
    return dict(os.environ)


def classroom50_result(report: Report, variables: Mapping[str, str]) -> dict[str, object]:
    """Classroom 50's ``result.json``: a test for each question. Its scores are whole numbers: points, or parts of one.

    Args:
        report: the report.
        variables: from `classroom50_variables`.
    """
    points = [Fraction(str(round(question.points, 9))) for question in report.questions]
    parts = lcm(*(each.denominator for each in points))
    most = [int(each * parts) for each in points]
    passed = [question.status == "passed" for question in report.questions]
    earned = [worth if right else 0 for worth, right in zip(most, passed, strict=True)]
    names = [question.id for question in report.questions]
    return {
        "schema": "classroom50/result/v1",
        "classroom": variables["CLASSROOM"],
        "assignment": variables["ASSIGNMENT"],
        "submission": variables["SUBMISSION_TAG"],
        "commit": variables["COMMIT_URL"],
        "release": variables["RELEASE_URL"],
        "review": variables.get("REVIEW_URL") or variables["COMMIT_URL"],
        "datetime": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "score": sum(earned),
        "max-score": sum(most),
        "tests": [
            {"test-name": name, "passed": right, "score": score, "max-score": worth}
            for name, right, score, worth in zip(names, passed, earned, most, strict=True)
        ],
    }


def _wrong(report: Report) -> list[tuple[str, CheckResult]]:
    """(question or homework, check) for each error; a question that is not started is not an error."""
    if report.trouble:
        return [(report.id, report.trouble)]
    found = [(question.id, check) for question in report.questions for check in report.to_tell(question)]
    return [(name, check) for name, check in found if check.status != "not started"]


def _details(report: Report, name: str, check: CheckResult) -> str:
    lines = [f"\n<b>{_html(name)}</b>: {_html(check.title)}\n", f"<pre>{_html(check.message)}"]
    if check.line is not None:
        lines.append(_html(check.place(report.module)))
    if check.printed.strip():
        lines.append(f"{shown(message('It printed:'))}\n{_html(check.printed.strip())}")
    return "\n".join(lines) + "</pre>\n"


def _html(text: str) -> str:
    """Escape text for HTML inside Markdown, where a blank line would end the HTML."""
    safe = escape(shown(text)[:_LONGEST]).replace("|", "&#124;").replace("\r", "")
    return "\n".join(line if line.strip() else "&nbsp;" for line in safe.split("\n"))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _append(path: str | None, text: str) -> None:
    if path:
        with Path(path).open("a", encoding="utf-8", errors="replace") as file:
            file.write(text)


def as_junit(report: Report, path: str) -> str:
    """The report as a JUnit XML document: a test case for each check, skipped if the TODO is still there.

    Args:
        report: the report.
        path: the path of the student's module for the CI system.
    """
    checks = [check for question in report.questions for check in question.checks]
    counts = {
        "tests": str(len(checks)),
        "failures": str(sum(check.status in ("failed", "stopped") for check in checks)),
        "skipped": str(sum(check.status == "not started" for check in checks)),
        "time": f"{report.seconds:.3f}",
    }
    root = ET.Element("testsuites", {"name": "gradkit check", **counts})
    suite = ET.SubElement(root, "testsuite", {"name": _xml(report.id), **counts})
    for question in report.questions:
        for check in question.checks:
            _case(suite, report, path, question.id, check)
    warnings = [line for warning in report.warnings for line in (warning.message, warning.place) if line]
    first = suite.find("testcase")
    if warnings and first is not None:  # CI systems do not show output of the whole suite
        ET.SubElement(first, "system-err").text = _xml("\n".join(warnings))
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _case(suite: ET.Element, report: Report, path: str, question: str, check: CheckResult) -> None:
    about = {"classname": _xml(f"{report.id}.{question}"), "name": _xml(check.title), "time": f"{check.seconds:.3f}"}
    if check.line is not None:
        about |= {"file": _xml(path), "line": str(check.line)}
    case = ET.SubElement(suite, "testcase", about)
    if check.status == "not started":
        ET.SubElement(case, "skipped", {"message": _xml(check.message)})
    elif check.status != "passed":
        failure = ET.SubElement(case, "failure", {"message": _xml(check.message), "type": check.status})
        place = "" if check.line is None else f"\n{check.place(report.module)}"
        failure.text = _xml(check.message + place)
    if check.printed.strip():
        ET.SubElement(case, "system-out").text = _xml(check.printed)


def _xml(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)

"""Checks in a process of their own: whatever the code does there, there is a report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gradkit.check.apart import Apart
from gradkit.check.homework import find_homework
from gradkit.check.report import Report
from gradkit.check.running import run_checks
from gradkit.errors import UsageError

from .conftest import solve


def run(homework: Path, *bodies: str) -> list[Report]:
    """The report of each version of the question, from one process as long as it lasts."""
    reports = []
    with Apart(find_homework(homework), seconds=0.5, grace=0.5) as checks:
        for body in bodies:
            solve(homework, body)
            reports.append(checks.run())
    return reports


def without_times(report: Report) -> Report:
    questions = [
        replace(question, checks=tuple(replace(check, seconds=0.0) for check in question.checks))
        for question in report.questions
    ]
    return replace(report, questions=tuple(questions), seconds=0.0)


def test_it_finds_what_is_found_in_this_process(homework: Path) -> None:
    (apart,) = run(homework, "print('\\ud800'); raise ValueError(x)")
    assert without_times(apart) == without_times(run_checks(find_homework(homework)))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("import os; os._exit(0)", "ended the Python process"),
        ("import ctypes; ctypes.string_at(0)", "ended the Python process"),
        ("import itertools; return sum(itertools.repeat(1))", "nor could it be interrupted"),
    ],
    ids=["exit", "crash", "never in Python"],
)
def test_what_ends_the_process_costs_its_own_check_alone(homework: Path, body: str, words: str) -> None:
    broken, mended = run(homework, f"if isinstance(x, int):\n        {body}\n    return 2 * x", "return 2 * x")
    first, second = broken.questions[0].checks
    assert (first.status, second.status, broken.questions[1].status) == ("passed", "stopped", "passed")
    assert words in second.message
    assert (second.title, second.source) == ("Twice a number.", "def double(x):")
    assert mended.passed


def test_a_module_that_ends_the_process_while_it_is_loaded(homework: Path) -> None:
    (homework / "demo.py").write_text("import os\n\nos._exit(0)\n")
    with Apart(find_homework(homework), seconds=0.5) as checks:
        report = checks.run()
    assert report.trouble is not None
    assert report.trouble.title == "demo.py can be loaded."
    assert [question.status for question in report.questions] == ["stopped", "stopped"]


def test_checks_that_cannot_be_loaded_are_a_usage_error(homework: Path) -> None:
    (homework / "test_public.py").write_text("1 / 0")
    with Apart(find_homework(homework), seconds=0.5) as checks, pytest.raises(UsageError, match="cannot be loaded"):
        checks.run()

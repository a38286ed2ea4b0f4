"""Checks in a process of their own: whatever the code does there, there is a report."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gradkit.check.checks import run_checks
from gradkit.check.homework import find_homework
from gradkit.check.process import Apart
from gradkit.check.results import Report
from gradkit.errors import UsageError

from .conftest import make_homework, solve


@pytest.fixture(scope="module")
def checks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    """One process for all tests, as long as it lasts: to start one takes seconds, to check takes none."""
    folder = make_homework(tmp_path_factory.mktemp("apart") / "hw0_demo")
    with Apart(find_homework(folder), seconds=0.5, grace=0.5) as checks:
        yield checks


@pytest.fixture
def homework(checks: Apart) -> Path:
    """The homework's folder, as it was handed out."""
    folder = checks._homework.folder
    shutil.rmtree(folder)
    return make_homework(folder)


def run(checks: Apart, homework: Path, *bodies: str) -> list[Report]:
    """The report of each version of the question."""
    reports = []
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


def test_it_finds_what_is_found_in_this_process(checks: Apart, homework: Path) -> None:
    (apart,) = run(checks, homework, "print('\\ud800'); raise ValueError(x)")
    assert without_times(apart) == without_times(run_checks(find_homework(homework)))


@pytest.mark.parametrize("variable", ["PYTHONOPTIMIZE", "PYTHONWARNINGS", "PYTHONINSPECT"])
def test_no_setting_of_the_machine_makes_wrong_code_pass_or_right_code_fail(
    homework: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "error" if variable == "PYTHONWARNINGS" else "2")
    with Apart(find_homework(homework), seconds=0.5, grace=0.5) as checks:
        wrong, right = run(
            checks, homework, "assert x is None; return 3 * x", "import warnings; warnings.warn('w'); return 2 * x"
        )
    assert [wrong.passed, right.passed] == [False, True]
    assert wrong.questions[0].checks[0].message == "An assert statement in your code fails."


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("import os; os._exit(0)", "ended the Python process"),
        ("import ctypes; ctypes.string_at(0)", "ended the Python process"),
        ("import itertools; return sum(itertools.repeat(1))", "and could not be interrupted"),
    ],
    ids=["exit", "crash", "never in Python"],
)
def test_what_ends_the_process_costs_its_own_check_alone(checks: Apart, homework: Path, body: str, words: str) -> None:
    broken, mended = run(checks, homework, f"if isinstance(x, int):\n        {body}\n    return 2 * x", "return 2 * x")
    first, second = broken.questions[0].checks
    assert (first.status, second.status, broken.questions[1].status) == ("passed", "stopped", "passed")
    assert words in second.message
    assert (second.title, second.source) == ("Twice a number.", "def double(x):")
    assert mended.passed


@pytest.mark.parametrize(
    "line",
    [
        "torch.Tensor.tolist = lambda self: [2, 2]",
        "torch.set_default_device('meta')",
        "torch.set_default_dtype(torch.float64)",
        "torch.inference_mode().__enter__()",
        "import builtins; builtins.isinstance = lambda *_: True",
    ],
)
def test_what_a_version_leaves_behind_is_gone_with_it(checks: Apart, homework: Path, line: str) -> None:
    wrong, right = "return 3 * x", "return 2 * x"
    fresh = run(checks, homework, wrong, right)
    patched, *others = run(checks, homework, f"{wrong}\n\n{line}", wrong, right)
    assert not patched.passed
    assert [without_times(one) for one in others] == [without_times(one) for one in fresh]


def test_it_warns_of_what_does_not_load_where_it_is_graded(checks: Apart, homework: Path) -> None:
    file = homework / "homework.json"
    environment = {"python": "3.11", "packages": ["torch"], "withheld": ["colorsys"]}
    file.write_text(json.dumps({**json.loads(file.read_text()), "environment": environment}))
    (report,) = run(checks, homework, "import colorsys\n    return 2 * x")
    (warned,) = report.warnings
    assert (report.passed, warned.source) == (True, "import colorsys")
    assert "colorsys is not available when graded" in warned.message


def test_what_ends_the_process_between_two_saves_costs_nothing(checks: Apart, homework: Path) -> None:
    solve(homework, "return 2 * x")
    late = "import os, threading\nthreading.Timer(0.3, os._exit, [0]).start()\n"
    (homework / "demo.py").write_text(late + (homework / "demo.py").read_text())
    assert checks.run().passed
    checks._process._process.wait(60)
    solve(homework, "return 2 * x")
    assert checks.run().passed


def test_nobody_is_there_to_type(checks: Apart, homework: Path) -> None:
    (report,) = run(checks, homework, "return input()")
    assert report.questions[0].checks[0].message.startswith("Your code waits for input")


def test_code_may_start_processes(homework: Path) -> None:
    body = "from torch.utils.data import DataLoader\n    list(DataLoader([1, 2], num_workers=1)); return 2 * x"
    with Apart(find_homework(homework), seconds=60.0) as checks:
        (report,) = run(checks, homework, body)  # on a busy machine a process takes seconds to start
    assert report.passed, report


def test_a_module_that_ends_the_process_while_it_is_loaded(checks: Apart, homework: Path) -> None:
    (homework / "demo.py").write_text("import os\n\nos._exit(0)\n")
    report = checks.run()
    assert report.trouble is not None
    assert report.trouble.title == "demo.py cannot be loaded."
    assert [question.status for question in report.questions] == ["stopped", "stopped"]


def test_checks_that_cannot_be_loaded_are_a_usage_error(checks: Apart, homework: Path) -> None:
    (homework / "test_public.py").write_text("1 / 0")
    with pytest.raises(UsageError, match="cannot be loaded"):
        checks.run()

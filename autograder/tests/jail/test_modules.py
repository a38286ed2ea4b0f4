"""A student's process has the worker in it, and nothing of the grader."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from contextlib import closing
from pathlib import Path

import gradkit
from gradkit.course.assignment import Limits
from gradkit.sandbox import Sandbox, SubmissionRunner, Submitted, open_sandbox
from gradkit.suite import function_call

STUDENTS = {"jail", "worker", "wire", "conditions", "bans", "errors", "messages"}
GRADERS = {"pydantic", "pytest", "_pytest", "nbgrader", "typer", "jinja2"}
SOURCE = b"""
import sys

def loaded(rest):
    return " ".join(sorted({name.removeprefix("gradkit.").partition(".")[0] for name in sys.modules if rest(name)}))

def of_gradkit():
    return loaded(lambda name: name.startswith("gradkit."))

def of_others():
    return loaded(lambda name: not name.startswith("gradkit."))
"""


def loaded(sandbox: Sandbox, function: str) -> set[str]:
    with closing(sandbox.connect()) as workers:
        runner = SubmissionRunner(Submitted("a.py", {"a.py": SOURCE}), Limits(), workers.start)
        with closing(runner):
            observation = runner.run(function_call(function, {}))
    assert observation.failure is None
    return set(str(observation.values["result"]).split())


def test_a_students_process_holds_nothing_of_the_grader(level: Sandbox) -> None:
    assert loaded(level, "of_gradkit") == STUDENTS
    assert loaded(level, "of_others") & GRADERS == set()


def test_nor_does_an_unconfined_one() -> None:
    with open_sandbox("insecure") as sandbox:
        assert loaded(sandbox, "of_gradkit") == STUDENTS - {"jail"}
        assert loaded(sandbox, "of_others") & GRADERS == set()


def test_the_worker_base_loads_nothing_else() -> None:
    code = "import sys, gradkit.jail.zygote; print(*[name for name in sys.modules if name.startswith('gradkit.')])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert {name.split(".")[1] for name in said.stdout.split()} == STUDENTS


def test_the_import_contract_names_every_other_package() -> None:
    """A package that is added later is forbidden, too, until somebody decides otherwise."""
    root = Path(gradkit.__file__).parent
    settings = tomllib.loads((root.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    contract = next(
        one for one in settings["contracts"] if one.get("source_modules") == ["gradkit.jail", "gradkit.worker"]
    )
    there = {path.stem for path in root.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    forbidden = {name.removeprefix("gradkit.") for name in contract["forbidden_modules"] if name.startswith("gradkit.")}
    assert forbidden == there - STUDENTS - {"__init__"}

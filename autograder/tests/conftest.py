"""A course of one small assignment, for the tests of the engine: the engine knows nothing of any real one."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gradkit.course import Course, load_course
from gradkit.grading.grade import grade_waiting
from gradkit.grading.record import Record
from gradkit.grading.triage import Task, triage
from gradkit.sandbox import LEVELS, Sandbox, SandboxError, open_sandbox

if TYPE_CHECKING:
    from playwright.sync_api import Browser

COURSE = """
id = "demo"
title = "A demonstration"
"""

ASSIGNMENT = """
id = "hw0_scaling"
title = "Scaling"
due = 2026-10-01T22:00:00Z
module = "scaling.py"

[[question]]
id = "scale"
targets = ["scale"]
points = 3
banned = ["mul"]

[[question]]
id = "Shift"
targets = ["Shift"]
points = 2

[banned.mul]
names = ["torch.mul"]
operators = ["mul"]
reason = "Write the product without torch.mul: that is the point here."

[limits]
seconds_per_call = 2.0
seconds = 20.0
restarts = 2
output_kb = 4
"""

REFERENCE = '''
"""The reference of the demonstration."""

import torch
from torch import Tensor, nn


def scale(x: Tensor, factor: float = 2.0) -> Tensor:
    return x / (1 / factor)


class Shift(nn.Module):
    def __init__(self, size: int) -> None:
        super().__init__()
        self.offset = nn.Parameter(torch.zeros(size))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.offset
'''

SUITE_SCALE = '''
"""Hidden tests of scale."""

import pytest
import torch

from gradkit.suite import Rng, Runner, assert_matches, expected, function_call

pytestmark = pytest.mark.question("scale")


@pytest.mark.points(2)
@pytest.mark.parametrize("n", [5, 2, 3])
def test_secret_name_values(student: Runner, reference: Runner, rng: Rng, n: int) -> None:
    """Values and gradients are right."""
    call = function_call("scale", {"x": rng.normal(n)}, factor=3.0, cotangent=rng.normal(n))
    assert_matches(student.run(call), reference.run(call), hint="x (n,): result (n,)")


@pytest.mark.points(1)
def test_secret_name_figures(student: Runner) -> None:
    """The default factor is 2."""
    x = torch.tensor([1.5], dtype=torch.float64)
    right = expected(result=torch.tensor([3.0], dtype=torch.float64))
    assert_matches(student.run(function_call("scale", {"x": x})), right, hint="the default factor is 2")
'''

SUITE_SHIFT = '''
"""Hidden tests of Shift."""

import pytest

from gradkit.suite import Rng, Runner, assert_matches, module_call

pytestmark = pytest.mark.question("Shift")


@pytest.mark.points(2)
def test_secret_name_shift(student: Runner, reference: Runner, rng: Rng) -> None:
    """The offset is added, and gradients reach it."""
    call = module_call(
        "Shift", [4], {"x": rng.normal(3, 4)}, parameters={"offset": rng.normal(4)}, cotangent=rng.normal(3, 4)
    )
    assert_matches(student.run(call), reference.run(call), hint="x (N, size)")
'''


def write_tree(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files below ``root``; returns ``root``."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


@pytest.fixture(autouse=True, scope="module")
def _no_thread_left() -> Iterator[None]:
    """Fail a module that leaves a thread behind: later ones could not fork graders in this process."""
    yield
    left = [thread for thread in threading.enumerate() if thread is not threading.main_thread()]
    for thread in left:
        thread.join(5.0)
    assert not any(thread.is_alive() for thread in left), f"threads left behind: {left}"


@pytest.fixture(scope="session")
def course_files() -> Mapping[str, str]:
    """The files of the demonstration course."""
    return {
        "course.toml": COURSE,
        "assignments/hw0_scaling/assignment.toml": ASSIGNMENT,
        "assignments/hw0_scaling/scaling.py": REFERENCE,
        "autograder/hidden/secret.txt": "a secret\n",
        "autograder/hidden/hw0_scaling/test_scale.py": SUITE_SCALE,
        "autograder/hidden/hw0_scaling/test_shift.py": SUITE_SHIFT,
    }


@pytest.fixture
def course(tmp_path: Path, course_files: Mapping[str, str]) -> Course:
    """The demonstration course in a folder of its own."""
    return load_course(write_tree(tmp_path / "course", course_files))


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """The confinement that a plain `gradkit grade` would use on this machine."""
    with open_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def reference_source() -> str:
    """The demonstration's reference, as a right submission would be."""
    return REFERENCE


@pytest.fixture
def hand_in(tmp_path: Path) -> Callable[..., Path]:
    """Make a submission's folder: ``hand_in({"scaling.py": "..."}, student="ada")``."""

    def make(files: Mapping[str, str | bytes], student: str = "ada") -> Path:
        return write_tree(tmp_path / "submitted" / student / "hw0_scaling", files)

    return make


@pytest.fixture
def grade(course: Course, sandbox: Sandbox) -> Callable[..., list[Record]]:
    """Grade folders: ``grade(folder, ...)``; their records. ``news`` gathers the students that were graded anew."""

    def run(*folders: Path, news: list[str] | None = None) -> list[Record]:
        hw = "hw0_scaling"
        names = [folder.parent.name for folder in folders]
        records = [course.results / name / f"{hw}.json" for name in names]
        tasks = [Task(*parts) for parts in zip(names, folders, records, strict=True)]
        found = triage(course, hw, tasks, lambda _record: None)
        fresh = grade_waiting(course, found, lambda _record: None, sandbox)
        if news is not None:
            news[:] = [record.student for record in fresh]
        return sorted([*found.settled, *fresh], key=lambda record: names.index(record.student))

    return run


_open = ExitStack()


@cache
def levels() -> dict[str, Sandbox]:
    """The levels of confinement that are to be had here, tried for real, each opened once."""
    found = {}
    for name, level in LEVELS.items():
        if not level.confined:
            continue
        try:
            found[name] = _open.enter_context(open_sandbox(name))
        except SandboxError as error:
            print(f"not tested here: {error}")  # noqa: T201 - pytest shows it where a test fails
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes ``level`` runs at each of them."""
    if "level" in metafunc.fixturenames:
        metafunc.parametrize("level", list(levels().values()), ids=list(levels()), scope="session")


def pytest_sessionfinish() -> None:
    """End the worker bases."""
    _open.close()


@pytest.fixture
def obeyed() -> Callable[[str], list[str]]:
    """Which commands of a step's log GitHub's runner would obey, but for the one that takes a matcher away."""

    def read(log: str) -> list[str]:
        found: list[str] = []
        stopped: str | None = None
        for line in re.split(r"\r\n|\r|\n", log):
            if stopped is not None:
                stopped = None if line.strip() == f"::{stopped}::" else stopped
            elif line.lstrip().startswith("::stop-commands::"):
                stopped = line.strip().removeprefix("::stop-commands::")
            elif (line.lstrip().startswith("::") or "##[" in line) and line != "::remove-matcher owner=python::":
                found.append(line)
        return found

    return read


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, as it is installed; it has threads here, which end with it."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.fail("Pages are looked at in Chromium, and there is none. Install it: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium)
        yield found
        found.close()

"""What the tests of all packages share: the demonstration course, levels of confinement, a browser."""

from __future__ import annotations

import os
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
from gradkit.messages import VARIABLE, use
from gradkit.sandbox import LEVELS, Sandbox, SandboxError, open_sandbox

from .demo_course import FILES, HW, REFERENCE, write_tree
from .postgresql_server import server

if TYPE_CHECKING:
    from playwright.sync_api import Browser


__all__ = ["server"]
# Commands speak English in tests, wherever these run.
os.environ["LC_ALL"] = "C.UTF-8"
os.environ.pop(VARIABLE, None)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Let no test choose the language of the next one."""
    yield
    use("en")


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
    return FILES


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
        return write_tree(tmp_path / "submitted" / student / HW, files)

    return make


@pytest.fixture
def grade(course: Course, sandbox: Sandbox) -> Callable[..., list[Record]]:
    """Grade folders: ``grade(folder, ...)``; their records. ``news`` gathers the students that were graded anew."""

    def run(*folders: Path, news: list[str] | None = None) -> list[Record]:
        names = [folder.parent.name for folder in folders]
        records = [course.results / name / f"{HW}.json" for name in names]
        tasks = [Task(*parts) for parts in zip(names, folders, records, strict=True)]
        found = triage(course, HW, tasks, lambda _record: None)
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
    """A test that takes ``level`` runs at each of them; with DATABASES in its module, on both of them as well."""
    if "level" in metafunc.fixturenames:
        metafunc.parametrize("level", list(levels().values()), ids=list(levels()), scope="session")
    fixture = getattr(metafunc.module, "DATABASES", None)  # the fixture whose course has the database
    chosen = [mark for mark in metafunc.definition.iter_markers("parametrize") if mark.args[0] == fixture]
    if fixture in metafunc.fixturenames and not chosen:
        metafunc.parametrize(fixture, ["SQLite", "PostgreSQL"], indirect=True)


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

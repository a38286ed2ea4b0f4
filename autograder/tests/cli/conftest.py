"""The demonstration course with all that a build needs, and the command to run in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from gradkit.cli import main
from gradkit.course import Course, load_course
from gradkit.release import build_course

from ..demo_course import FILES, HW, complete, write_tree


@dataclass(frozen=True)
class Ran:
    """What a command printed, and the status that it ended with."""

    status: int
    out: str
    err: str


Gradkit = Callable[..., Ran]


@pytest.fixture
def course(course: Course) -> Course:
    """The demonstration course, complete: it can be built, handed in and filed."""
    complete(course.root)
    return course


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course, complete and built once."""
    root = complete(write_tree(tmp_path_factory.mktemp("template"), FILES))
    build_course(load_course(root))
    return root


@pytest.fixture
def built(course: Course, template: Path) -> Course:
    """The course with its release and solutions made."""
    shutil.copytree(template, course.root, dirs_exist_ok=True)
    return course


@pytest.fixture
def add_assignment(course: Course) -> Callable[[str], Path]:
    """Give the course a copy of its assignment under another id; returns the copy's source folder."""

    def add(assignment_id: str) -> Path:
        for folder in (course.source(HW), course.hidden(HW)):
            files = {path.name: path.read_text().replace(HW, assignment_id) for path in folder.iterdir()}
            write_tree(folder.parent / assignment_id, files)
        return course.source(assignment_id)

    return add


@pytest.fixture
def submissions(tmp_path: Path) -> Callable[[Mapping[str, str | bytes]], Path]:
    """Write a class's files, ``{"ada/hw0_scaling/scaling.py": "..."}``; returns the class's folder."""
    return lambda files: write_tree(tmp_path / "class", files)


@pytest.fixture
def commit() -> Callable[[Path, Mapping[str, str | bytes]], Path]:
    """Commit files in a repository, made where there is none: ``commit(folder, {"hw0/scaling.py": "..."})``."""

    def run(folder: Path, files: Mapping[str, str | bytes]) -> Path:
        write_tree(folder, files)
        author = ("-c", "user.name=A", "-c", "user.email=a@example.org")
        for words in (["init", "-q", "-b", "main"], ["add", "-A"], [*author, "commit", "-q", "-m", "work"]):
            subprocess.run(["git", *words], cwd=folder, check=True)  # noqa: S603, S607 - the git on the path
        return folder

    return run


@pytest.fixture
def gradkit(course: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gradkit:
    """Run a command in this process, in the course's folder: ``gradkit("build", "--check")``. For what is over soon."""
    monkeypatch.chdir(course.root)
    for name in ("COLUMNS", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)

    def run(*words: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["gradkit", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        return Ran(int(ended.value.code or 0), *capsys.readouterr())

    return run


@pytest.fixture
def command() -> list[str]:
    """The command as it was installed beside this Python."""
    return [str(Path(sysconfig.get_path("scripts")) / "gradkit")]


@pytest.fixture
def gradkit_command(course: Course, command: list[str]) -> Gradkit:
    """Run the installed command, in the course's folder, and wait for it; ``variables`` go into its environment."""

    def run(*words: str | Path, **variables: str) -> Ran:
        done = subprocess.run(  # noqa: S603 - our own command
            [*command, *map(str, words)],
            cwd=course.root,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={**os.environ, **variables},
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return run

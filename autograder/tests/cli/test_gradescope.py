"""The zip file for Gradescope: unpacked, and run in the folders that Gradescope documents."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from gradkit.build import build_course
from gradkit.build.autograder import autograder_zip
from gradkit.build.wheel import NAME, engine_wheel
from gradkit.course import Course


@pytest.fixture
def archive(course: Course, gradkit: Callable[..., Any], tmp_path: Path) -> bytes:
    other = course.hidden("hw8_other")
    other.mkdir(parents=True)
    (other / "test_other.py").write_text("# another assignment's\n")
    ran = gradkit("export", "gradescope", "hw0_scaling", "--output", tmp_path / "autograder.zip")
    assert ran.status == 0
    return (tmp_path / "autograder.zip").read_bytes()


@pytest.fixture
def root(archive: bytes, tmp_path: Path) -> Path:
    """``/autograder``, as Gradescope lays it out."""
    root = tmp_path / "autograder"
    for name in ("source", "submission", "results"):
        (root / name).mkdir(parents=True)
    with zipfile.ZipFile(BytesIO(archive)) as opened:
        for entry in opened.infolist():
            path = Path(opened.extract(entry, root / "source"))
            path.chmod(entry.external_attr >> 16 & 0o777)
    (root / "submission_metadata.json").write_text("{}")
    return root


def run_autograder(root: Path, command: Path) -> dict[str, object]:
    """Run it as Gradescope does; its ``results.json``."""
    environment = {**os.environ, "AUTOGRADER_ROOT": str(root), "GRADKIT": str(command)}
    subprocess.run([root / "source" / "run_autograder"], env=environment, check=False, capture_output=True)  # noqa: S603 - ours
    data: dict[str, object] = json.loads((root / "results" / "results.json").read_text())
    return data


@pytest.fixture
def command(tmp_path: Path) -> Path:
    """A `gradkit` command that runs this engine."""
    path = tmp_path / "gradkit"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "from gradkit.cli import main; main()" "$@"\n')
    path.chmod(0o755)
    return path


def test_it_holds_what_is_needed_and_nothing_of_another_assignment(archive: bytes) -> None:
    with zipfile.ZipFile(BytesIO(archive)) as opened:
        names = set(opened.namelist())
        modes = {entry.filename: stat.S_IMODE(entry.external_attr >> 16) for entry in opened.infolist()}
    assert {"setup.sh", "run_autograder", "constraints.txt", "course.toml", NAME} <= names
    assert "autograder/hidden/secret.txt" in names
    assert any(name.startswith("autograder/hidden/hw0_scaling/test_") for name in names)
    assert not any("hw8_other" in name or "__pycache__" in name for name in names)
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755


def test_the_same_bytes_every_time(archive: bytes, course: Course) -> None:
    assert autograder_zip(course, course.assignment("hw0_scaling")) == archive


def test_the_wheel_holds_the_whole_engine_and_says_what_it_needs() -> None:
    with zipfile.ZipFile(BytesIO(engine_wheel())) as opened:
        names = opened.namelist()
        metadata = opened.read(next(name for name in names if name.endswith("METADATA"))).decode()
        entry_points = opened.read(next(name for name in names if name.endswith("entry_points.txt"))).decode()
    for name in ("cli/app.py", "pages/templates/base.html", "build/gradescope/setup.sh", "build/workflows/github.yml"):
        assert f"gradkit/{name}" in names
    assert "Requires-Dist: nbgrader" in metadata
    assert "gradkit = gradkit.cli:main" in entry_points


def test_a_right_a_stub_and_a_broken_submission(
    root: Path, course: Course, reference_source: str, command: Path
) -> None:
    module = root / "submission" / "scaling.py"
    module.write_text(reference_source)
    assert run_autograder(root, command)["score"] == 5
    build_course(course)
    shutil.copyfile(course.release("hw0_scaling") / "scaling.py", module)
    assert run_autograder(root, command)["score"] == 0
    module.write_text("raise ValueError('broken')\n")
    broken = run_autograder(root, command)
    assert broken["score"] == 0
    assert "broken" in json.dumps(broken["tests"])


def test_where_grading_fails_there_is_a_result_without_points(root: Path, command: Path) -> None:
    suite = next((root / "source" / "autograder" / "hidden" / "hw0_scaling").glob("test_*.py"))
    suite.write_text("this is no Python\n")
    data = run_autograder(root, command)
    assert "score" not in data
    assert "tests" not in data
    assert "the grader failed" in str(data["output"])


def test_setup_installs_and_locks_the_suite_away(root: Path, tmp_path: Path) -> None:
    commands = tmp_path / "bin"
    commands.mkdir()
    log = tmp_path / "log"
    python = f'#!/bin/sh\necho "$0 $*" >> "{log}"\nmkdir -p "$3/bin" 2>/dev/null; cp "$0" "$3/bin/python"\n'
    for name, text in {"apt-get": f'#!/bin/sh\necho "apt-get $*" >> "{log}"\n', "python3": python}.items():
        (commands / name).write_text(text)
        (commands / name).chmod(0o755)
    environment = {"PATH": f"{commands}:{os.environ['PATH']}", "GRADKIT_HOME": str(tmp_path / "home")}
    subprocess.run([root / "source" / "setup.sh"], env=environment, check=True, capture_output=True)  # noqa: S603 - ours
    lines = log.read_text().splitlines()
    assert lines[1].endswith("python3 python3-venv bubblewrap")
    assert lines[3].endswith(f"-m pip install -c {root}/source/constraints.txt torch")
    assert lines[4].endswith(f"{root}/source/{NAME}[grade]")
    assert stat.S_IMODE((root / "source").stat().st_mode) & 0o077 == 0
    assert stat.S_IMODE((root / "source" / "autograder" / "hidden" / "secret.txt").stat().st_mode) & 0o077 == 0

"""The zip file for Gradescope: unpacked, and run in the folders that Gradescope documents."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

import gradkit
from gradkit.course import Course
from gradkit.release import build_course
from gradkit.release.gradescope_zip import autograder_zip
from gradkit.release.wheel import ENGINE, engine_wheel

# Puts everything into an environment that is installed in another one, but for gradkit and what is there.
FILL = """
import os, shutil, sys

def link(source, target):
    os.path.exists(target) or os.link(source, target)

def ours(_, names):
    return {name for name in names if name.startswith(("gradkit", "__editable__", "_gradkit"))}

shutil.copytree(*sys.argv[1:], copy_function=link, dirs_exist_ok=True, ignore=ours)
"""


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
    assert {"setup.sh", "run_autograder", "constraints.txt", "course.toml", ENGINE} <= names
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
    package = Path(gradkit.__file__).parent
    tracked = [path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    tracked = [path for path in tracked if path.suffix != ".po"]  # what runs reads its .mo
    assert len(tracked) > 200
    assert {f"gradkit/{path.relative_to(package).as_posix()}" for path in tracked} <= set(names)
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
    assert "broken" in broken["output"]
    assert {test["output"] for test in broken["tests"]} == {"Not run: your file cannot be loaded."}


def test_where_grading_fails_there_is_a_result_without_points(root: Path, command: Path) -> None:
    suite = next((root / "source" / "autograder" / "hidden" / "hw0_scaling").glob("test_*.py"))
    suite.write_text("this is no Python\n")
    data = run_autograder(root, command)
    assert "score" not in data
    assert "tests" not in data
    assert "the grader failed" in str(data["output"])


@pytest.fixture
def commands(tmp_path: Path) -> Path:
    """A folder with an `apt-get` that only notes what it is asked, and a `python3` whose environments need no network.

    What gradkit depends on is put into every new environment as it is installed here, so that pip, which is told to ask
    no index, finds all of it there but gradkit.
    """
    folder = tmp_path / "bin"
    folder.mkdir()
    fill = tmp_path / "fill.py"
    fill.write_text(FILL)
    base = Path(sys.base_prefix) / "bin" / "python3"
    into = Path("lib") / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    shims = {
        "apt-get": f'echo "$*" >> "{tmp_path}/apt-get.log"',
        "python3": f'"{base}" "$@" && "{base}" "{fill}" "{sysconfig.get_path("purelib")}" "$3/{into}"',
    }
    for name, script in shims.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    return folder


def test_setup_installs_the_engine_that_grades_then_and_locks_the_suite_away(
    root: Path, commands: Path, tmp_path: Path, reference_source: str
) -> None:
    environment = {
        "PATH": f"{commands}:{os.environ['PATH']}",
        "GRADKIT_HOME": str(tmp_path / "home"),
        "PIP_NO_INDEX": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    done = subprocess.run([root / "source" / "setup.sh"], env=environment, check=False, capture_output=True, text=True)  # noqa: S603 - ours
    assert done.returncode == 0, done.stdout + done.stderr
    asked = (tmp_path / "apt-get.log").read_text().splitlines()
    assert asked == ["update", "install -y --no-install-recommends python3 python3-venv bubblewrap"]
    assert "Successfully installed gradkit-" in done.stdout
    for path in (root / "source", root / "source" / "autograder" / "hidden" / "secret.txt"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    (root / "submission" / "scaling.py").write_text(reference_source)
    assert run_autograder(root, tmp_path / "home" / "bin" / "gradkit")["score"] == 5

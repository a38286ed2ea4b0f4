"""The program as a whole: its help, its version, and the status that each end has."""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import typer.main

import gradkit as package
from gradkit.cli.app import app
from gradkit.course import Course

Gradkit = Callable[..., Any]
Submissions = Callable[[Mapping[str, str | bytes]], Path]
COMMANDS = typer.main.get_command(app).commands
ENDLESS = "import torch\n\ndef scale(x, factor=2.0):\n    while True:\n        pass\n"


def test_installed_command_tells_its_version(gradkit_command: Gradkit) -> None:
    ran = gradkit_command("--version")
    assert (ran.status, ran.out, ran.err) == (0, f"gradkit {package.__version__}\n", "")


def test_help_names_each_command(gradkit: Gradkit) -> None:
    ran = gradkit("--help")
    assert ran.status == 0
    assert set(COMMANDS) - {"node"} <= set(re.findall(r"^  ([a-z]+) ", ran.out, re.MULTILINE))  # for machines


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_each_command_explains_every_option(gradkit: Gradkit, name: str) -> None:
    ran = gradkit(name, "--help")
    assert ran.status == 0
    for parameter in COMMANDS[name].params:
        if parameter.param_type_name == "option":
            names = ", ".join(parameter.opts)
            assert re.search(rf"^  {names}\b.*?  \w", ran.out, re.MULTILINE | re.DOTALL), names


@pytest.mark.parametrize("words", [["grades"], ["grade", "--subimssion", "x"], ["build", "--chek"]])
def test_misspelled_commands_and_options_are_wrong_uses(gradkit: Gradkit, words: list[str]) -> None:
    ran = gradkit(*words)
    assert (ran.status, ran.out) == (2, "")
    assert words[-1] in ran.err or words[-2] in ran.err


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - {"check", "node"}))  # for students, and for machines
def test_each_command_needs_a_course(gradkit: Gradkit, tmp_path: Path, name: str) -> None:
    more = {"choose": ["ada", "hw0", "1"], "policy": ["ada"]}
    more |= {
        "new": ["hw9_norms"],
        "export": ["nbgrader", "--output", tmp_path / "grades.csv"],
        "gradebook": ["copy", "--to", tmp_path / "copy.db"],
        "term": ["new", "--yes"],
    }
    words = [name, *more.get(name, [])]
    ran = gradkit(*words, "--course", tmp_path)
    assert (ran.status, ran.out) == (2, "")
    assert f"{tmp_path / 'course.toml'}: no such file" in ran.err


def test_a_folder_without_a_course_above_it_is_said(
    gradkit: Gradkit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = gradkit("build", "--check")
    assert ran.status == 2
    assert f"No course.toml in {tmp_path} or above it" in ran.err


def test_the_course_is_found_from_a_folder_inside_it(
    gradkit: Gradkit, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course.root / "assignments" / "hw0_scaling")
    ran = gradkit("grade", "--assignment", "hw7")
    assert ran.status == 2
    assert 'No assignment "hw7"' in ran.err
    assert "it has: hw0_scaling" in ran.err


@pytest.mark.parametrize(
    ("own", "words", "variable", "known"),
    [
        ("zh", [], "", "应为 en 或 zh"),
        ("zh", ["--language", "en"], "", "expected en or zh"),
        ("en", [], "zh", "应为 en 或 zh"),
        ("en", ["--language", "zh"], "en", "应为 en 或 zh"),
    ],
)
def test_a_command_speaks_the_courses_language_unless_told_otherwise(
    gradkit: Gradkit,
    course: Course,
    monkeypatch: pytest.MonkeyPatch,
    own: str,
    words: list[str],
    variable: str,
    known: str,
) -> None:
    path = course.root / "course.toml"
    path.write_text(f'language = "{own}"\n{path.read_text()}')
    monkeypatch.setenv("GRADKIT_LANGUAGE", variable)
    usage = "用法：" if "应" in known else "Usage:"
    assert gradkit(*words, "grade", "--help").out.startswith(usage)
    assert gradkit(*words, "grade", "--every", "x").err.startswith(usage)
    monkeypatch.chdir(course.root.parent)  # the course is known only when it is found
    ran = gradkit(*words, "report", "--course", course.root, "--output", path)
    assert ("请给出要写入的文件夹" if "应" in known else "Give the folder to write to") in ran.err


def test_a_broken_course_file_is_named_with_its_key(gradkit: Gradkit, course: Course) -> None:
    path = course.root / "course.toml"
    path.write_text(path.read_text() + "[late]\ngrace_minutes = 'ten'\n")
    ran = gradkit("grade")
    assert ran.status == 2
    assert f'{path}: late.grace_minutes: expected a valid number, found "ten"' in ran.err


def test_a_disk_without_any_room_is_told_without_a_traceback(
    course: Course, submissions: Submissions, command: list[str], tmp_path: Path
) -> None:
    """No file may grow here, in no folder: as on a disk that is full to the last byte."""
    folder = submissions({"ada/hw0_scaling/scaling.py": "def scale(x, factor=2.0):\n    return x * factor\n"})
    ran = subprocess.run(  # noqa: S603 - our own command
        [*command, "grade", "--submissions", str(folder), "--results", str(tmp_path / "results")],
        cwd=course.root,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY)),
        check=False,
    )
    assert ran.returncode == 3
    assert "check that the disk is not full" in ran.stderr
    assert "Free some space and run this again." in ran.stderr
    assert "Traceback" not in ran.stderr


def test_the_keyboard_stops_a_run_with_status_130(
    course: Course, submissions: Submissions, command: list[str], tmp_path: Path
) -> None:
    folder = submissions({"ada/hw0_scaling/scaling.py": ENDLESS})
    words = [*command, "grade", "--submissions", str(folder), "--results", str(tmp_path / "results")]
    with subprocess.Popen(  # noqa: S603 - our own command
        words, cwd=course.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        said = ""
        while "sandbox:" not in said:  # from here on students' code is run
            line = process.stderr.readline()
            assert line, f"it ended before it began to grade: {said}"
            said += line
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does, to all of the group
        _, rest = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in said + rest
    assert list((tmp_path / "results").rglob("*")) == []

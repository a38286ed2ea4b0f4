"""The workflows that a release holds: known tools find no fault in them, and their steps do what they say."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from gradkit.release.staging import WORKFLOWS

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "autograder" / "gradkit" / "release" / "workflows"
EXAMPLE = ROOT / "examples" / "workflows" / "grade-repositories.yml"
GITHUB = [FOLDER / "github.yml", EXAMPLE, ROOT / ".github" / "workflows" / "ci.yml"]
RIGHT = "def double(x):\n    return 2 * x\n"
CHECKS = 'import demo\n\n\ndef test_double_of_one():\n    """Twice one."""\n    assert demo.double(1) == 2\n'
QUESTION = '{"id": "double", "points": 1, "targets": ["double"]}'
HOMEWORK = f'{{"id": "hw0", "title": "T", "module": "demo.py", "questions": [{QUESTION}]}}'


def tool(name: str) -> str:
    """A command of this environment."""
    found = shutil.which(name, path=os.fspath(Path(sys.executable).parent)) or shutil.which(name)
    if found is None:
        pytest.fail(f"{name} is not installed. Run `make setup`.")
    return found


def run(*command: str | Path) -> str:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)  # noqa: S603 - our own
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.parametrize("file", GITHUB, ids=lambda path: path.name)
def test_github_workflows_have_no_fault(file: Path, tmp_path: Path) -> None:
    place = tmp_path / ".github" / "workflows" / file.name
    place.parent.mkdir(parents=True)
    shutil.copyfile(file, place)
    assert run(tool("actionlint"), "-no-color", place) == ""
    assert run(tool("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", place) == ""


def test_the_gitlab_pipeline_has_no_fault() -> None:
    assert run(tool("check-jsonschema"), "--builtin-schema", "vendor.gitlab-ci", FOLDER / "gitlab.yml") == ""


def test_nothing_from_outside_is_put_into_a_script() -> None:
    for file in GITHUB:
        for job in yaml.safe_load(file.read_text())["jobs"].values():
            assert not any("${{" in step.get("run", "") for step in job["steps"])


def steps(file: str) -> list[str]:
    """The shell steps of a workflow, in order."""
    data: dict[str, Any] = yaml.safe_load((FOLDER / file).read_text())
    if file == "gitlab.yml":
        return list(data["check"]["script"])
    return [step["run"] for step in data["jobs"]["check"]["steps"] if "run" in step]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """An empty repository, with `gradkit` on the path and a `python` that notes what it is asked to install."""
    commands = tmp_path / "bin"
    commands.mkdir()
    shims = {
        "gradkit": f'exec "{sys.executable}" -c "from gradkit.check.command import main; main()" "$@"',
        "python": 'echo "$PWD: $*" >> "$INSTALLED"',
    }
    for name, script in shims.items():
        (commands / name).write_text(f"#!/bin/sh\n{script}\n")
        (commands / name).chmod(0o755)
    folder = tmp_path / "repository"
    folder.mkdir()
    return folder


def put(folder: Path, module: str) -> None:
    folder.mkdir(exist_ok=True, parents=True)
    for name, text in {"homework.json": HOMEWORK, "demo.py": module, "test_public.py": CHECKS}.items():
        (folder / name).write_text(text)


def play(repository: Path, file: str) -> tuple[int, str, str]:
    """Run the steps as a runner does: the first status that is not 0, the log, and what was installed."""
    installed = repository.parent / "installed"
    environment = {
        **os.environ,
        "PATH": f"{repository.parent / 'bin'}:{os.environ['PATH']}",
        "INSTALLED": str(installed),
        "GITHUB_STEP_SUMMARY": str(repository.parent / "summary.md"),
        "GITHUB_OUTPUT": str(repository.parent / "output"),
        "GITHUB_WORKSPACE": str(repository),
    }
    status, log = 0, ""
    for script in steps(file):
        done = subprocess.run(  # noqa: S603 - our own
            ["/bin/bash", "-e", "-c", script],
            cwd=repository,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        status, log = status or done.returncode, log + done.stdout + done.stderr
    return status, log, installed.read_text() if installed.is_file() else ""


@pytest.mark.parametrize("file", WORKFLOWS.values())
def test_one_homework_at_the_top(repository: Path, file: str) -> None:
    put(repository, RIGHT)
    status, log, installed = play(repository, file)
    assert status == 0, log
    assert installed == f"{repository}: -m pip install --quiet -r requirements.txt\n"
    assert file == "github.yml" or (repository / "reports" / "repository.xml").is_file()


@pytest.mark.parametrize("file", WORKFLOWS.values())
def test_nothing_to_check_is_no_green_mark(repository: Path, file: str) -> None:
    put(repository / "deep" / "hw0", RIGHT)
    status, log, _ = play(repository, file)
    assert status == 2
    assert "nothing was checked" in log


@pytest.mark.parametrize("file", WORKFLOWS.values())
def test_several_homeworks_two_of_them_wrong(repository: Path, file: str, obeyed: Callable[[str], list[str]]) -> None:
    put(repository / "hw0", RIGHT.replace("2 * x", "x"))
    put(repository / "hw1", RIGHT)
    put(repository / "hw2", RIGHT.replace("2 * x", "x"))
    status, log, installed = play(repository, file)
    assert status == 1, log
    assert installed.count("pip install") == 3
    if file == "github.yml":
        assert obeyed(log) == [
            f"::error file={hw}/demo.py,line=1,title=double%3A Twice one.::Twice one." for hw in ("hw0", "hw2")
        ]
        assert (repository.parent / "summary.md").read_text().count("## T") == 3
    else:
        assert sorted(path.name for path in (repository / "reports").iterdir()) == ["hw0.xml", "hw1.xml", "hw2.xml"]

"""The workflow that grades students' repositories: its steps, run as a runner does, on repositories of this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from gradkit.course import Course

ROOT = Path(__file__).resolve().parents[3]
WORKFLOW = ROOT / "examples" / "workflows" / "grade-repositories.yml"
HW = "hw0_scaling"
WRONG = "def scale(x, factor=2.0):\n    return x\n"


@pytest.fixture
def play(built: Course, tmp_path: Path) -> Callable[..., str]:
    """Run every shell step with some inputs; the log. What would change this machine is only noted."""
    commands = tmp_path / "bin"
    commands.mkdir()
    for name in ("sudo", "make"):
        (commands / name).write_text(f'#!/bin/sh\necho "would run: {name} $*"\n')
        (commands / name).chmod(0o755)
    (built.root / ".venv" / "bin").mkdir(parents=True)
    (built.root / ".venv" / "bin" / "gradkit").symlink_to(Path(sys.executable).parent / "gradkit")

    def run(assignment: str = "", until: str = "", token: str = "") -> str:
        inputs = {"inputs.assignment": assignment, "inputs.until": until, "secrets.STUDENT_REPOSITORIES": token}
        log = ""
        for step in yaml.safe_load(WORKFLOW.read_text())["jobs"]["grade"]["steps"]:
            if "run" not in step:
                continue
            more = {name: inputs[text.strip("${} ")] for name, text in step.get("env", {}).items()}
            done = subprocess.run(  # noqa: S603 - our own
                ["/bin/bash", "-e", "-c", step["run"]],
                cwd=built.root,
                env={**os.environ, "PATH": f"{commands}:{os.environ['PATH']}", **more},
                capture_output=True,
                text=True,
                check=False,
            )
            log += done.stdout + done.stderr
            assert done.returncode == 0, log
        return log

    return run


def test_a_roster_of_repositories_is_graded_with_feedback_for_each(
    play: Callable[..., str], built: Course, commit: Callable[..., Path], tmp_path: Path, reference_source: str
) -> None:
    ada = commit(tmp_path / "ada", {f"{HW}/scaling.py": reference_source})
    bob = commit(tmp_path / "bob", {"scaling.py": WRONG})
    (built.root / "roster.csv").write_text(f"student,repository\nada,{ada}\nbob,{bob}\ncleo,{tmp_path}/gone\n")

    log = play(assignment=HW, token="not-to-be-seen")  # noqa: S106 - no password
    assert "would run: make setup" in log
    assert "2 submissions collected" in log
    assert f"{tmp_path}/gone" in log
    assert "not-to-be-seen" not in log
    for student in ("ada", "bob"):
        assert (built.root / "feedback" / student / f"{HW}.html").is_file()
        assert (built.results / student / f"{HW}.json").is_file()
    assert (built.root / "report" / "report.html").is_file()

    commit(bob, {"scaling.py": reference_source})
    assert "1 submission collected" in play(assignment=HW)


def test_a_deadline_before_every_push_collects_nothing(
    play: Callable[..., str], built: Course, commit: Callable[..., Path], tmp_path: Path
) -> None:
    ada = commit(tmp_path / "ada", {f"{HW}/scaling.py": WRONG})
    (built.root / "roster.csv").write_text(f"student,repository\nada,{ada}\n")
    log = play(until="2000-01-01T00:00:00Z")
    assert "0 submissions collected" in log
    assert "Nobody has handed anything in yet." in log
    assert not built.submitted.exists()

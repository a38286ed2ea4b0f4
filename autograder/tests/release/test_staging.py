"""The folders that a build writes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from gradkit.course import Assignment, Course
from gradkit.release import stage
from gradkit.release.wheel import student_wheel

WORK = {"scale.py", "scale.ipynb", "test_public.py", "README.md", "data/numbers.csv", "homework.json"}
TOOLS = {"requirements.txt", student_wheel()[0], ".github/workflows/check.yml", ".gitlab-ci.yml"}
FILES = WORK | TOOLS


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_staged_folder_holds_what_is_released_and_nothing_else(
    built: Course, assignment: Assignment, tmp_path: Path
) -> None:
    folder = stage(built, assignment, tmp_path)
    assert folder == tmp_path / "hw9_scale"
    released = tree(built.release("hw9_scale"))
    staged = tree(folder)
    assert staged.keys() == released.keys() == FILES
    assert {name for name in FILES if staged[name] != released[name]} == {"scale.ipynb"}


def test_the_solutions_folder_is_complete(built: Course) -> None:
    files = tree(built.solution("hw9_scale"))
    assert files.keys() == WORK
    assert b"return scaled - scaled.mean()\n" in files["scale.py"]
    assert b"TODO" not in files["scale.py"] + files["scale.ipynb"]
    assert b"SOLUTION" not in files["scale.py"] + files["scale.ipynb"]
    cells = json.loads(files["scale.ipynb"])["cells"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells if "outputs" in cell)


def test_requirements_are_what_notebooks_and_checks_import(built: Course) -> None:
    text = (built.release("hw9_scale") / "requirements.txt").read_text(encoding="utf-8")
    assert text == "torch\nnumpy\nmatplotlib\nscikit-learn\nipykernel\n./" + student_wheel()[0] + "\n"


def test_the_released_module_can_be_imported(built: Course) -> None:
    code = "import scale; scale.Line(); scale.scale(None, 1)"
    run = subprocess.run(  # noqa: S603 - our own Python, our own text
        [sys.executable, "-B", "-c", code], cwd=built.release("hw9_scale"), capture_output=True, text=True, check=False
    )
    assert run.stderr.strip().splitlines()[-1] == "NotImplementedError: scale"

"""Write the benchmark's assignment and submissions in the format of each way of grading."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import material, suites
from bench.material import HW, KINDS, MODULE, NOTEBOOK, POINTS, QUESTIONS

_COURSE = 'id = "bench"\ntitle = "What grading costs"\n'

_CONFIG = """\
from pathlib import Path

from gradkit.gradebook.settings import configure

configure(get_config(), Path(__file__).resolve().parent)
"""

_README = "# A line\n\nFill in `line.py`, run `pytest test_public.py`, submit this folder.\n"


TEST = "test_line.py"
_TIMESTAMP = "2026-09-20 12:00:00 UTC\n"


def students(count: int) -> list[str]:
    """The ids of a class."""
    return [f"s{number:05}" for number in range(count)]


def kind_of(student: str) -> Mapping[str, str]:
    """The bodies that a student submits."""
    return KINDS[int(student[1:]) % len(KINDS)]


# ---- gradkit -----------------------------------------------------------------------------------------------------


def write_course(root: Path) -> None:
    """Write a course of one assignment, ready for ``gradkit build``."""
    questions = "".join(
        f'\n[[question]]\nid = "{question}"\ntargets = ["{question}"]\npoints = {POINTS}\nbanned = ["linear"]\n'
        for question in QUESTIONS
    )
    files = {
        "course.toml": _COURSE,
        "nbgrader_config.py": _CONFIG,
        "autograder/hidden/secret.txt": "what grading costs\n",
        f"assignments/{HW}/assignment.toml": (
            f'id = "{HW}"\ntitle = "A line"\ndue = 2026-09-21T22:00:00Z\nmodule = "{MODULE}"\n{questions}\n'
            '[banned.linear]\nreason = "Write the product yourself."\nnames = ["torch.nn.Linear"]\n'
            'operators = ["linear"]\n'
        ),
        f"assignments/{HW}/{MODULE}": material.module(KINDS[0], marked=True),
        f"assignments/{HW}/notebook.md": "# A line\n"
        + "".join(
            f'\n```python question="{name}"\n!python -m pytest -q test_public.py -k {name}\n```\n' for name in QUESTIONS
        ),
        f"assignments/{HW}/test_public.py": "import line\n"
        + "".join(
            f"\n\ndef test_{name}_is_there():\n    'It is there.'\n    assert callable(line.{name})\n"
            for name in QUESTIONS
        ),
        f"assignments/{HW}/README.md": _README,
    }
    for question in QUESTIONS:
        files[f"autograder/hidden/{HW}/test_{question}.py"] = suites.hidden_suite(question, POINTS)
    _write(root, files)


def submit(course: Path, count: int) -> None:
    """Fill ``submitted/`` of a built course: for each student the released folder, with the student's module."""
    for student in students(count):
        folder = course / "submitted" / student / HW
        shutil.copytree(course / "release" / HW, folder)
        _write(folder, {MODULE: _submitted(student), "timestamp.txt": _TIMESTAMP})


# ---- pytest and the floor ----------------------------------------------------------------------------------------


def write_folders(root: Path, count: int) -> list[Path]:
    """Write a folder for each student, with the module and an ordinary pytest file."""
    test = suites.pytest_file(MODULE.removesuffix(".py"), QUESTIONS)
    folders = [root / student / HW for student in students(count)]
    for folder in folders:
        _write(folder, {MODULE: _submitted(folder.parent.name), TEST: test})
    return folders


# ---- nbgrader ----------------------------------------------------------------------------------------------------


def write_nbgrader_source(root: Path) -> None:
    """Write a course for nbgrader, with solutions and hidden tests in the cells of a notebook."""
    cells = [_cell("code", "imports", material.HEADER)]
    for question in QUESTIONS:
        hidden = f"### BEGIN HIDDEN TESTS\n{suites.COMMON}\n\n{suites.PLAIN[question]}\n\n{suites.plain_call(question)}"
        cells += [
            _cell("markdown", f"about_{question}", f"## {question}"),
            _cell("code", question, material.answer(question, KINDS[0], marked=True), solution=True),
            _cell("code", f"test_{question}", f"{hidden}### END HIDDEN TESTS\n", points=POINTS),
        ]
    _write(root, {f"source/{HW}/{NOTEBOOK}": _notebook(cells), "nbgrader_config.py": _NBGRADER_CONFIG})


_NBGRADER_CONFIG = 'c = get_config()\nc.CourseDirectory.course_id = "bench"\n'


def submit_notebooks(root: Path, names: Sequence[str]) -> None:
    """Fill ``submitted/`` of a course released by nbgrader."""
    released = json.loads((root / "release" / HW / NOTEBOOK).read_text(encoding="utf-8"))
    for student in names:
        bodies = kind_of(student)
        for cell in released["cells"]:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id")
            if name in QUESTIONS:
                cell["source"] = material.answer(name, bodies)
        folder = root / "submitted" / student / HW
        _write(folder, {NOTEBOOK: json.dumps(released), "timestamp.txt": _TIMESTAMP})


def _cell(kind: str, name: str, source: str, *, solution: bool = False, points: int | None = None) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "id": name, "metadata": {}, "source": source}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    if solution or points is not None:
        settings: dict[str, Any] = {"grade": points is not None, "grade_id": name, "locked": not solution}
        settings |= {"schema_version": 3, "solution": solution, "task": False}
        cell["metadata"] = {"nbgrader": settings if points is None else {**settings, "points": points}}
    return cell


def _notebook(cells: Sequence[Mapping[str, Any]]) -> str:
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def _submitted(student: str) -> str:
    """A student's module; no two are identical."""
    return f"# Submitted by {student}.\n{material.module(kind_of(student))}"


def _write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

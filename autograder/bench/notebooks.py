"""The assignment for nbgrader: the module in one answer cell, and a hidden cell for each test."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bench.submissions import Submission, write

_NAME = "answers.ipynb"
_TESTS = "tests.pt"
_ANSWER = "answer"
_CONFIG = b'c = get_config()\nc.CourseDirectory.course_id = "bench"\n'
_SETUP = f"""\
import sys

import torch

from bench.plain import check

tests = torch.load("{_TESTS}", weights_only=False)
"""
_HIDDEN = """\
### BEGIN HIDDEN TESTS
check(tests[{!r}], sys.modules["__main__"])
### END HIDDEN TESTS
"""

POINTS = """
    SELECT submitted_assignment.student_id, SUM(grade.auto_score)
    FROM grade
    JOIN submitted_notebook ON grade.notebook_id = submitted_notebook.id
    JOIN submitted_assignment ON submitted_notebook.assignment_id = submitted_assignment.id
    GROUP BY submitted_assignment.student_id
"""


def write_source(root: Path, hw: str, tests: Path, points: Mapping[str, float]) -> None:
    """Write a course for nbgrader, with the recorded calls and answers beside the notebook."""
    cells = [_cell(_ANSWER, "### BEGIN SOLUTION\n### END SOLUTION\n", solution=True), _cell("setup", _SETUP)]
    cells += [
        _cell(f"test_{number}", _HIDDEN.format(name), points=worth)
        for number, (name, worth) in enumerate(points.items())
    ]
    write(root, {"nbgrader_config.py": _CONFIG})
    write(root / "source" / hw, {_NAME: _notebook(cells)})
    shutil.copy(tests, root / "source" / hw / _TESTS)


def hand_in(root: Path, hw: str, module: str, submissions: Iterable[Submission]) -> None:
    """Fill ``submitted/`` of a course released by nbgrader: the released folder with the student's module as answer."""
    for submission in submissions:
        folder = root / "submitted" / submission.student / hw
        shutil.copytree(root / "release" / hw, folder)
        released = json.loads((folder / _NAME).read_text(encoding="utf-8"))
        for cell in released["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("grade_id") == _ANSWER:
                cell["source"] = submission.files[module].decode("utf-8-sig")
        write(folder, {_NAME: json.dumps(released).encode()})


def _cell(name: str, source: str, *, solution: bool = False, points: float | None = None) -> dict[str, Any]:
    settings: dict[str, Any] = {"grade": points is not None, "grade_id": name, "locked": not solution}
    settings |= {"schema_version": 3, "solution": solution, "task": False}
    settings |= {} if points is None else {"points": points}
    cell = {"cell_type": "code", "id": name, "metadata": {"nbgrader": settings}, "source": source}
    return cell | {"execution_count": None, "outputs": []}


def _notebook(cells: Iterable[Mapping[str, Any]]) -> bytes:
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return json.dumps({"cells": [*cells], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}).encode()

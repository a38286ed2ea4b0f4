"""Each way of grading finds the same on the same students."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import places, runs
from gradkit.errors import GraderFault

SOLVED = [5, 5, 3, 2, 3]


def test_gradkit_and_the_bare_fork_find_the_same_questions_solved(tmp_path: Path) -> None:
    course = runs.built_course(tmp_path)
    forked = runs.run_floor(tmp_path, 5)
    graded = runs.run_gradkit(tmp_path, course, 2, 5)
    assert graded.solved == forked.solved == dict(zip(places.students(5), SOLVED, strict=True))
    assert graded.cost.cpu > forked.cost.cpu > 0.5
    assert graded.cost.peak_mb > 100


def test_pytest_finds_them_too(tmp_path: Path) -> None:
    run = runs.run_pytest(tmp_path, 1)
    assert run.solved == {"s00000": 5}
    assert run.cost.cpu > 0.5


def test_notebooks_are_answered_in_their_cells(tmp_path: Path) -> None:
    source = runs.nbgrader_course(tmp_path)
    released = json.loads((source / "release/hw1_line/line.ipynb").read_text())
    assert not any("SOLUTION" in cell["source"] or "HIDDEN" in cell["source"] for cell in released["cells"])
    places.submit_notebooks(source, places.students(2))
    cells = json.loads((source / "submitted/s00001/hw1_line/line.ipynb").read_text())["cells"]
    assert any("torch.einsum" in cell["source"] for cell in cells)


def test_command_that_fails_is_named_with_its_words(tmp_path: Path) -> None:
    with pytest.raises(GraderFault, match=r"no_such_module") as raised:
        runs._run([*runs._NBGRADER[:2], "no_such_module"], tmp_path)
    assert "ended with status 1" in str(raised.value)

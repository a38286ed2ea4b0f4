"""A small homework, as a student has it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

MODULE = '''\
"""Two questions."""

import torch


def double(x):
    # TODO(double): twice x.
    raise NotImplementedError("double")


def double_all(xs):
    """Everything twice."""
    print("hello")
    return [2 * x for x in xs]
'''

CHECKS = '''\
"""Public checks."""

import demo
import torch


def test_double_of_a_tensor():
    """Twice a tensor."""
    found = demo.double(torch.ones(2))
    assert found.tolist() == [2, 2], f"twice (1, 1) is (2, 2), not {tuple(found.tolist())}"


def test_double_of_a_number():
    """Twice a number."""
    assert demo.double(3) == 6, "twice 3 is 6"


def test_double_all_of_a_list():
    """Twice a list."""
    assert demo.double_all([1, 2]) == [2, 4]
'''


@pytest.fixture
def homework(tmp_path: Path) -> Path:
    """The homework's folder."""
    return make_homework(tmp_path / "hw0_demo")


def make_homework(folder: Path) -> Path:
    """Write the homework; returns its folder."""
    folder.mkdir()
    questions = [
        {"id": "double", "points": 2, "targets": ["double"]},
        {"id": "double_all", "points": 1, "targets": ["double_all"]},
    ]
    data = {"id": "hw0_demo", "title": "Doubling", "module": "demo.py", "questions": questions}
    (folder / "homework.json").write_text(json.dumps(data))
    (folder / "demo.py").write_text(MODULE)
    (folder / "test_public.py").write_text(CHECKS)
    return folder


def solve(folder: Path, body: str) -> None:
    """Put ``body`` in place of the TODO."""
    (folder / "demo.py").write_text(MODULE.replace('raise NotImplementedError("double")', body))

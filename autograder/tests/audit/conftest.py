"""A course whose one assignment is what `gradkit new` writes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gradkit.course import Course, load_course
from gradkit.release.new import scaffold

from ..demo_course import BARE, write_tree


@pytest.fixture(scope="module")
def scaffolded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course's folder, not built yet; its assignment is hw9_example."""
    root = tmp_path_factory.mktemp("scaffolded")
    scaffold(load_course(write_tree(root, BARE)), "hw9_example")
    return root


@pytest.fixture
def copied(tmp_path: Path) -> Callable[[Course], Course]:
    """A course in a folder of the test's own, free to be changed."""
    return lambda course: load_course(shutil.copytree(course.root, tmp_path / "course"))

"""A course whose one assignment is what `gradkit new` writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradkit.course import load_course
from gradkit.release.new import scaffold

from ..demo_course import BARE, write_tree


@pytest.fixture
def scaffolded(tmp_path: Path) -> Path:
    """The course's folder, not built yet; its assignment is hw9_example."""
    scaffold(load_course(write_tree(tmp_path, BARE)), "hw9_example")
    return tmp_path

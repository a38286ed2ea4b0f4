"""A course whose one assignment is what `gradkit new` writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradkit.course import load_course
from gradkit.release.new import scaffold


@pytest.fixture
def scaffolded(tmp_path: Path) -> Path:
    """The course's folder, not built yet; its assignment is hw9_example."""
    (tmp_path / "autograder" / "hidden").mkdir(parents=True)
    (tmp_path / "autograder" / "hidden" / "secret.txt").write_text("a secret\n")
    (tmp_path / "course.toml").write_text('id = "demo"\ntitle = "A demonstration"\n')
    scaffold(load_course(tmp_path), "hw9_example")
    return tmp_path

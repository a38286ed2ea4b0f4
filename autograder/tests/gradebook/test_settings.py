"""nbgrader's settings."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from traitlets.config import Config

from gradkit.course import load_course
from gradkit.errors import CourseError
from gradkit.gradebook.database import open_gradebook
from gradkit.gradebook.settings import configure, nbgrader_config
from gradkit.grading.record import Record


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of nbgrader's commands as an instructor would, in the course's folder."""
    command = [sys.executable, "-m", "nbgrader", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603


def test_the_settings_come_from_course_toml(room: Any) -> None:
    config = nbgrader_config(room.course)
    assert config.CourseDirectory.course_id == "toy101"
    assert config.CourseDirectory.db_url == f"sqlite:///{room.course.root}/gradebook.db"
    assert config.LatePenalty.percent_per_day == 10
    assert ".py" in config.FileNameCollectorPlugin.valid_ext
    # 0.25 and 0.5 MiB in nbgrader's kilobytes of 1000 bytes, rounded up: what course.toml allows is not dropped.
    assert config.CourseDirectory.max_file_size == 263
    assert config.CourseDirectory.max_dir_size == 525
    assert config.Autograde.exclude_overwriting["hw1_lines"] == ["assignment.toml", "lines.py"]


def test_the_guard_is_set_even_where_course_toml_is_broken(room: Any) -> None:
    (room.course.root / "course.toml").write_text("id = 7\n")
    config = Config()
    with pytest.raises(CourseError, match=r"course\.toml: id"):
        configure(config, room.course.root)
    assert config.Autograde.exporter_class == "gradkit.gradebook.browser_safety.GradedElsewhere"


def test_a_folder_that_nbgrader_would_read_as_a_pattern_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "course [2030]"
    root.mkdir()
    (root / "course.toml").write_text('id = "toy"\ntitle = "Toy"\n')
    with pytest.raises(CourseError, match=r"course \[2030\].*Move the course"):
        nbgrader_config(load_course(root))


def test_nbgraders_autograde_runs_nothing_and_changes_nothing(room: Any, make_record: Callable[..., Record]) -> None:
    room.put("ada", {"lines.py": "open('../../../ran', 'w')\n"})
    folder = room.file(make_record("ada", offset=1.5))
    before = {path: path.read_bytes() for path in folder.rglob("*")}
    done = run(room.course.root, "autograde", "hw1_lines", "--force")
    assert done.returncode != 0
    assert "make grade" in done.stderr
    assert {path: path.read_bytes() for path in folder.rglob("*")} == before
    with open_gradebook(room.course) as gradebook:
        assert gradebook.find_submission("hw1_lines", "ada").score == 4.5

"""Copying what a student wrote, and putting finished folders in place. What is refused is in test_collect."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gradkit.course.course import SubmissionLimits
from gradkit.errors import SubmissionRefused
from gradkit.intake.files import copy_untrusted, put_in_place, scratch


def test_an_ordinary_folder_is_copied_without_its_rights(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "data").mkdir(parents=True)
    (source / "data" / "größe.csv").write_bytes(b"\0\xff" * 1000)
    (source / "run.sh").write_text("echo")
    (source / "run.sh").chmod(0o777)
    copy_untrusted(source, tmp_path / "a" / "copy", SubmissionLimits())
    assert (tmp_path / "a" / "copy" / "data" / "größe.csv").read_bytes() == b"\0\xff" * 1000
    assert not os.access(tmp_path / "a" / "copy" / "run.sh", os.X_OK)


def test_a_link_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(SubmissionRefused, match="not a readable folder"):
        copy_untrusted(tmp_path / "link", tmp_path / "copy", SubmissionLimits())


def test_a_folder_takes_the_place_of_another(tmp_path: Path) -> None:
    for name in ("new", "target"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    put_in_place(tmp_path / "new", tmp_path / "target")
    assert [path.relative_to(tmp_path).as_posix() for path in sorted(tmp_path.rglob("*"))] == ["target", "target/new"]


def test_there_is_a_folder_at_every_moment(tmp_path: Path) -> None:
    """Another process looks all the while: it never finds the place empty."""
    target = tmp_path / "target"
    target.mkdir()
    look = f"import os\nprint('ready', flush=True)\nwhile os.path.isdir({str(target)!r}): pass"
    with subprocess.Popen([sys.executable, "-I", "-c", look], stdout=subprocess.PIPE, text=True) as watcher:  # noqa: S603 - our own interpreter
        assert watcher.stdout is not None
        assert watcher.stdout.readline() == "ready\n"
        for number in range(500):
            (tmp_path / "new").mkdir()
            (tmp_path / "new" / str(number)).touch()
            put_in_place(tmp_path / "new", target)
        assert watcher.poll() is None
        watcher.kill()
    assert [path.name for path in target.iterdir()] == ["499"]


def test_where_the_new_one_is_missing_the_old_one_stays(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    with pytest.raises(FileNotFoundError):
        put_in_place(tmp_path / "new", tmp_path / "target")
    assert (tmp_path / "target").is_dir()


def test_scratch_leaves_nothing_behind(room: Any) -> None:
    with scratch(room.course, "x") as folder:
        (folder / "file").touch()
        assert folder.parent == room.course.work
    assert not folder.exists()

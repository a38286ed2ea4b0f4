"""The demonstration course with a class, and commands in processes of their own, since Dask has threads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from gradkit.course import Course

from ..demo_course import HW, REFERENCE, write_tree

GRADKIT = (sys.executable, "-c", "from gradkit.cli import main; main()")
Gradkit = Callable[..., "subprocess.CompletedProcess[str]"]
Records = Callable[[str], Mapping[str, Any]]

WRONG = REFERENCE.replace("x / (1 / factor)", "x + factor")
CLASS = {
    "ada": REFERENCE,
    "bob": WRONG,
    "cyd": REFERENCE.replace("return x + self.offset", "while True: pass"),
    "dov": "import os\nos._exit(3)\n",
    "eve": "def scale(:\n",
}
STUDENTS = 12


@pytest.fixture
def submissions(tmp_path: Path) -> Path:
    """A class: right, wrong, endless and hostile work, several times each."""
    for number in range(STUDENTS):
        name, source = [*CLASS.items()][number % len(CLASS)]
        write_tree(tmp_path / "class" / f"{name}{number}" / HW, {"scaling.py": source})
    return tmp_path / "class"


@pytest.fixture
def gradkit(course: Course, tmp_path: Path) -> Gradkit:
    """Run a command on the course: its status and what it printed."""

    def run(*words: object, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own command
            [*GRADKIT, *map(str, words), "--course", str(course.root)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=600,
            check=False,
            env={**os.environ, "COLUMNS": "200", **(environment or {})},
        )

    return run


@pytest.fixture
def records(tmp_path: Path) -> Records:
    """Student -> the record in a folder, times aside."""

    def read(folder: str) -> Mapping[str, Any]:
        paths = (tmp_path / folder).glob("*/*.json")
        return {path.parent.name: without_times(json.loads(path.read_text())) for path in paths}

    return read


@pytest.fixture
def here(gradkit: Gradkit, submissions: Path, records: Records) -> Mapping[str, Any]:
    """The records that this machine makes without a cluster."""
    gradkit("grade", "--submissions", submissions, "--results", "here")
    made = records("here")
    assert len(made) == STUDENTS
    return made


@pytest.fixture(autouse=True)
def _nothing_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Temporary folders are made here, and none is left when a test ends."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    yield
    assert [path.name for path in temporary.iterdir() if path.name.startswith("gradkit")] == []


def without_times(value: Any) -> Any:
    """A record without what may differ between two runs."""
    if isinstance(value, dict):
        return {key: without_times(part) for key, part in value.items() if key not in ("seconds", "execution_time")}
    return [without_times(part) for part in value] if isinstance(value, list) else value

"""Timing ``gradkit check --watch``: the real command, on a homework of one question."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.watch import measure_watch
from gradkit.errors import GradkitError

HOMEWORK = {
    "homework.json": (
        '{"id": "hw0", "title": "T", "module": "demo.py",'
        ' "questions": [{"id": "double", "points": 1, "targets": ["double"]}]}'
    ),
    "demo.py": "def double(x):\n    return 2 * x\n",
    "test_public.py": "import demo\n\n\ndef test_double_of_one():\n    assert demo.double(1) == 2\n",
}


@pytest.fixture
def homework(tmp_path: Path) -> Path:
    folder = tmp_path / "hw0"
    folder.mkdir()
    for name, text in HOMEWORK.items():
        (folder / name).write_text(text)
    return folder


def test_a_homework_in_chinese_is_timed_in_chinese(homework: Path, tmp_path: Path) -> None:
    file = homework / "homework.json"
    file.write_text(file.read_text().replace('"id": "hw0",', '"id": "hw0", "language": "zh",'))
    assert measure_watch(tmp_path / "work", homework, 1, str).median > 0


def test_each_save_is_timed_and_the_homework_is_left_alone(homework: Path, tmp_path: Path) -> None:
    said: list[str] = []
    found = measure_watch(tmp_path / "work", homework, 3, said.append)
    assert (found.id, len(found.waits)) == ("hw0", 3)
    assert 0 < found.median <= found.slowest
    assert found.start > 0
    assert said[-1] == "hw0: save 3 of 3"
    assert (homework / "demo.py").read_text() == HOMEWORK["demo.py"]


def test_a_watch_that_ends_by_itself_is_an_error(homework: Path, tmp_path: Path) -> None:
    (homework / "demo.py").write_text("import os, signal\n\nos.kill(os.getppid(), signal.SIGKILL)\n")
    with pytest.raises(GradkitError, match="ended unexpectedly"):
        measure_watch(tmp_path / "work", homework, 1, lambda _: None)

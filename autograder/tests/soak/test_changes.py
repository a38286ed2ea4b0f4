"""Grading again grades exactly what changed: a suite, a submission, the engine."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

NEXT_VERSION = "import gradkit; gradkit.__version__ += '+next'"

# What the command asks before it grades, without grading.
TRIAGE = """
import sys
from pathlib import Path
from gradkit.course import load_course
from gradkit.grading.batch import plan_class
from gradkit.grading.triage import triage
course = load_course(Path(sys.argv[1]))
for name, tasks in plan_class(course, course.submitted, course.results).tasks.items():
    for task, _ in triage(course, name, tasks, lambda record: None).waiting:
        print(f"{task.student}/{name}")
"""


def waiting(room: Any, prelude: str = "") -> set[str]:
    """The submissions that a run would grade."""
    done = subprocess.run(  # noqa: S603 - our own Python
        [sys.executable, "-c", f"{prelude}\n{TRIAGE}", str(room.root)], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def files(room: Any) -> dict[str, tuple[int, int]]:
    """The records' files: a record that stands is not written again."""
    found = {path: path.stat() for path in room.record_files()}
    return {f"{path.parent.name}/{path.stem}": (stat.st_ino, stat.st_mtime_ns) for path, stat in found.items()}


def test_exactly_what_changed_is_graded_again(room: Any, uninterrupted: Any) -> None:
    graded = uninterrupted.room.copy(room.home / "graded")
    names = set(uninterrupted.outcome["records"])
    assert waiting(graded) == set()
    assert waiting(graded, NEXT_VERSION) == names

    # A suite, which is one assignment's, and one submission of the other assignment.
    before = files(graded)
    suite = graded.root / "autograder" / "hidden" / "hw1_scale" / "test_scale.py"
    suite.write_text(suite.read_text().replace("[5, 2, 3]", "[5, 2, 3, 4]"))
    module = graded.root / "submitted" / "student03" / "hw2_shift" / "shift.py"
    module.write_text((graded.root / "solutions" / "hw2_shift" / "shift.py").read_text())
    status, words = graded.grade()
    assert status == 0, words
    after = files(graded)
    changed = {name for name in names if name.endswith("hw1_scale")} | {"student03/hw2_shift"}
    assert {name for name in names if after[name] != before[name]} == changed
    results = graded.results()
    assert {name: results[name] for name in names - changed} == {
        name: uninterrupted.outcome["records"][name] for name in names - changed
    }
    assert (results["student03/hw2_shift"]["score"], results["student00/hw1_scale"]["score"]) == (4.0, 4.0)
    rows = [row for row in graded.gradebook()[0] if row[0] == "student03" and row[5] == "shift"]
    assert [row[8] for row in rows] == [4.0]
    assert waiting(graded) == set()

"""An assignment on NumPy arrays is built, audited and graded like any other."""

from __future__ import annotations

import shutil
from pathlib import Path

from gradkit.audit.crew import LocalCrew
from gradkit.audit.suite_audit import audit_assignment
from gradkit.course import load_course
from gradkit.release import build_course
from gradkit.sandbox import Sandbox

from ..demo_course import BARE, write_tree

HW = "hw1_affine"
FILES = Path(__file__).parent / "affine"
HIDDEN = {"hidden.py": "test_affine.py", **{name: name for name in ("mistakes.py", "accepted.py", "contract.toml")}}
VISIBLE = {
    "public.py": "test_public.py",
    **{name: name for name in ("assignment.toml", "affine.py", "notebook.md", "README.md")},
}


def test_an_affine_layer_on_arrays_passes_its_audit(tmp_path: Path, sandbox: Sandbox) -> None:
    write_tree(tmp_path, BARE)
    for folder, files in ((f"assignments/{HW}", VISIBLE), (f"autograder/hidden/{HW}", HIDDEN)):
        (tmp_path / folder).mkdir(parents=True)
        for name, target in files.items():
            shutil.copy(FILES / name, tmp_path / folder / target)
    course = load_course(tmp_path)
    build_course(course)
    found = audit_assignment(course, HW, LocalCrew(sandbox, 2), lambda _done, _total: None)
    assert (found.faults, found.survivors, found.passed) == ((), (), True)
    forward, backward = found.questions
    assert (len(forward.mistakes), len(backward.mistakes)) == (10, 9)
    assert "test_forward" in forward.mistakes["zeros"]
    assert all(forward.mistakes.values())
    assert all(backward.mistakes.values())

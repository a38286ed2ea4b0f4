"""What attackers say and call their files is shown to people and machines, and does nothing there.

One class of attackers is graded by the command itself, started inside one attacker's folder.
"""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gradkit.course import load_course
from gradkit.grading.record import from_json
from gradkit.release import build_course

from ..demo_course import HW, complete, write_tree

ESCAPES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Shown:
    """What a class of attackers led to."""

    status: int
    said: str
    records: dict[str, Any]
    root: Path


@pytest.fixture(scope="module")
def shown(corpus: Any, arena: Any, course_files: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """Grade everyone who speaks or plants files, and an honest student, with the command as it is installed."""
    root = tmp_path_factory.mktemp("shown")
    course = load_course(complete(write_tree(root, course_files)))
    build_course(course)
    for attack in corpus:
        if attack.kind == "graded" and ("speaks" in attack.facts or "name_" in attack.name or "stands" in attack.facts):
            attack.hand_in(course.submitted / attack.name.replace("_", "-") / HW, arena.places)
    trent = course.submitted / "trent" / HW
    trent.mkdir(parents=True)
    (trent / "scaling.py").write_text(course_files[f"assignments/{HW}/scaling.py"])
    stands = next(attack.name.replace("_", "-") for attack in corpus if "stands" in attack.facts)
    arena.watch()
    done = subprocess.run(  # noqa: S603 - our own command
        [Path(sysconfig.get_path("scripts")) / "gradkit", "grade", "--course", root],
        cwd=course.submitted / stands / HW,
        env=os.environ | {"GITHUB_ACTIONS": "true", "COLUMNS": "200"},
        capture_output=True,
        check=False,
    )
    said = (done.stdout + b"\n" + done.stderr).decode("utf-8", errors="replace")
    records = {path.parent.name: json.loads(path.read_text("utf-8")) for path in course.results.glob("*/*.json")}
    return Shown(done.returncode, said, records, root)


def test_everyone_has_a_record_and_the_honest_student_full_marks(shown: Shown) -> None:
    assert shown.status == 1, shown.said
    handed_in = {path.name for path in (shown.root / "submitted").iterdir()}
    assert set(shown.records) == handed_in
    assert shown.records["trent"]["score"] == 5
    assert shown.records["plant-configuration"]["score"] == 5


def test_nothing_that_lay_in_the_working_folder_was_run(shown: Shown, arena: Any) -> None:
    assert shown.records
    assert arena.disturbed() == []


def test_the_terminal_gets_no_escape_sequence(shown: Shown) -> None:
    assert "name-with-commands" in shown.said
    assert not [line for line in shown.said.split("\n") if ESCAPES.search(line)]


def test_a_ci_runner_finds_no_command(shown: Shown) -> None:
    assert not [line for line in shown.said.split("\n") if line.lstrip().startswith(("::", "##["))]


def test_records_hold_what_was_said_as_data(shown: Shown) -> None:
    for data in shown.records.values():
        assert from_json(json.dumps(data)) is not None
    (first, *_) = shown.records["markup-in-messages"]["tests"]
    assert "<script>" in first["output"]


def test_pages_show_markup_and_escapes_as_text(shown: Shown, arena: Any) -> None:
    pages = {path.parents[1].name: path.read_text("utf-8") for path in (shown.root / "feedback").rglob("*.html")}
    assert {"markup-in-messages", "terminal-escapes", "workflow-commands"} <= set(pages)
    for page in pages.values():
        body = page.partition("<body")[2]
        ours = r'<iframe id="gradkit(-beside)?" '  # around our page in each language, in nbgrader's
        assert not re.search(r"<(script>alert|iframe|img src=x)|href=.javascript|\[bold red\]<", re.sub(ours, "", body))
        assert not ESCAPES.search(body.replace("\r", ""))
        assert arena.leaked(page) == []
    assert "<script>alert(1)</script>" in html.unescape(pages["markup-in-messages"])

"""Once through all of nbgrader: released, fetched, submitted, collected, graded, exported, marked, fed back."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gradkit.collect.exchange import fetch, publish, submit
from gradkit.collect.inbound import collect
from gradkit.errors import GradkitError
from gradkit.gradebook.database import open_gradebook
from gradkit.gradebook.feedback_pages import generate_feedback
from gradkit.gradebook.filing import file_record
from gradkit.gradebook.registration import register
from gradkit.gradebook.up_to_date import is_filed, page_is_made, seconds_late
from gradkit.grading.record import Record

from ..formgrader import environment, formgrader

HW = "hw1_lines"
DATABASES = "room"
DUE = datetime(2030, 1, 10, 12, 0, tzinfo=UTC)
LATE = DUE + timedelta(days=1, hours=2)  # two days begun after an hour of grace: 20 percent


@pytest.fixture
def records(make_record: Callable[..., Record]) -> list[Record]:
    """Two students: one on time, one late, who answers the written question."""
    return [make_record("ada", 3.0, 0.5), make_record("bob", 1.25, 1 / 3, LATE)]


@pytest.fixture
def graded(room: Any, records: list[Record], tmp_path: Path) -> Any:
    """The toy course after a whole round through nbgrader."""
    publish(room.course, HW)
    for record in records:
        folder = fetch(room.course, record.student, HW, tmp_path / record.student)
        (folder / "lines.py").write_text(f"# by {record.student}\n")
        if record.student == "bob":
            (folder / "lines.ipynb").write_text(room.answer("So. <script>alert(3)</script>")["lines.ipynb"])
        submit(room.course, record.student, folder, datetime.fromisoformat(record.submitted))
    assert len(collect(room.course).collected) == 2
    with open_gradebook(room.course) as gradebook:
        register(gradebook, room.course, room.lines, room.staged)
        for record in records:
            file_record(gradebook, room.course, room.lines, record)
    generate_feedback(room.course, room.lines, ["ada", "bob"])
    return room


def test_what_cannot_be_written_is_told(room: Any, make_record: Callable[..., Record]) -> None:
    room.put("ada")
    (room.course.root / "autograded").write_text("a file where a folder should be")
    with pytest.raises(GradkitError, match=r"autograded/ada/hw1_lines: cannot be written"):
        room.file(make_record("ada"))


def nbgrader(room: Any, *arguments: str) -> str:
    """Run one of nbgrader's commands in the course's folder; what it logged."""
    command = [sys.executable, "-m", "nbgrader", *arguments]
    done = subprocess.run(  # noqa: S603
        command, cwd=room.course.root, env=environment(room), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_nbgraders_export_says_what_the_records_say(graded: Any, records: list[Record]) -> None:
    nbgrader(graded, "export", "--to", "grades.csv")
    with (graded.course.root / "grades.csv").open(newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert rows.keys() == {"ada", "bob"}
    for record in records:
        row = rows[record.student]
        assert float(row["raw_score"]) == pytest.approx(record.score)
        assert float(row["max_score"]) == 7.5
        assert datetime.fromisoformat(row["timestamp"]).replace(tzinfo=UTC).isoformat() == record.submitted
    assert float(rows["ada"]["late_submission_penalty"]) == 0.0
    penalty = 0.2 * (1.25 + 1 / 3)
    assert float(rows["bob"]["late_submission_penalty"]) == pytest.approx(penalty, abs=1e-8)
    assert float(rows["bob"]["score"]) == pytest.approx(1.25 + 1 / 3 - penalty, abs=1e-8)


def test_nbgraders_own_commands_make_and_release_the_pages(graded: Any) -> None:
    nbgrader(graded, "generate_feedback", HW, "--force")
    nbgrader(graded, "release_feedback", HW)
    pages = list((graded.course.exchange / "toy101" / "feedback").glob("*.html"))
    assert len(pages) == 2
    assert all("test_hidden" not in page.read_text(encoding="utf-8") for page in pages)


def test_nbgraders_own_collect_is_as_careful(graded: Any) -> None:
    graded.hand_in("zoe")
    graded.hand_in("eve")
    (next(graded.inbound.glob("eve+*")) / "notes.txt").symlink_to("/etc/hostname")
    log = nbgrader(graded, "collect", HW)
    assert "Collected: zoe hw1_lines" in log
    assert '"notes.txt" is a link' in log
    assert sorted(path.name for path in graded.course.submitted.iterdir()) == ["ada", "bob", "zoe"]


def test_formgraders_pages_open_and_say_what_the_records_say(graded: Any, records: list[Record]) -> None:
    with formgrader(graded) as running:
        names = {one["name"]: one for one in running.ask("assignments")}
        assert names.keys() == {HW, "hw2_losses"}
        assert (names[HW]["num_submissions"], names[HW]["max_score"], names[HW]["status"]) == (2, 7.5, "released")
        submissions = {one["student"]: one for one in running.ask(f"submissions/{HW}")}
        for record in records:
            found = submissions[record.student]
            assert found["score"] == pytest.approx(record.score)
            assert found["autograded"]
        for page in (
            "gradebook",
            f"gradebook/{HW}",
            f"gradebook/{HW}/lines",
            "manage_students",
            f"manage_submissions/{HW}",
        ):
            assert "nbgrader" in running.get(page).lower()
        assert "toy101" in running.get("manage_assignments")
        for notebook in running.ask(f"submitted_notebooks/{HW}/lines"):
            page = running.get(f"submissions/{notebook['id']}/")
            assert "The offset is 7, not what was expected." in page
            assert "test_hidden" not in page
            assert "<script>alert" not in page
            assert "# by" in running.get(f"submissions/{notebook['id']}/lines.py")
        # Its button for making releases finds no notebook in assignments/, and leaves the release alone.
        before = (graded.course.release(HW) / "lines.py").read_bytes()
        assert not json.loads(running.get(f"api/assignment/{HW}/assign", "POST"))["success"]
        assert (graded.course.release(HW) / "lines.py").read_bytes() == before
        # Its button for nbgrader's autograder must run no student's code, and change nothing.
        answer = json.loads(running.get(f"api/submission/{HW}/ada/autograde", "POST"))
        assert not answer["success"]
        assert "make grade" in answer["log"]
        assert {one["student"]: one["score"] for one in running.ask(f"submissions/{HW}")}["ada"] == records[0].score


def test_what_is_filed_is_known_until_anything_about_it_changes(
    graded: Any, records: list[Record], make_record: Callable[..., Record]
) -> None:
    ada, bob = records
    assert is_filed(graded.course, graded.lines, ada)
    assert not is_filed(graded.course, graded.lines, make_record("ada", 3.0, 0.75))
    assert not is_filed(graded.course, graded.lines, make_record("eve", 3.0, 0.5))
    assert is_filed(graded.course, graded.lines, bob)
    assert seconds_late(graded.course, HW).keys() == {"ada", "bob"}


def test_half_a_page_is_not_a_page(graded: Any) -> None:
    page = graded.course.root / "feedback" / "bob" / HW / "lines.html"
    assert page_is_made(graded.course, graded.lines, "bob")
    page.write_bytes(page.read_bytes()[:-100])
    assert not page_is_made(graded.course, graded.lines, "bob")
    page.write_bytes(b"")
    assert not page_is_made(graded.course, graded.lines, "bob")
    page.unlink()
    assert not page_is_made(graded.course, graded.lines, "bob")
    assert page_is_made(graded.course, graded.lines, "ada")


def test_a_page_is_older_than_a_new_filing(graded: Any) -> None:
    page = graded.course.root / "feedback" / "ada" / HW / "lines.html"
    os.utime(page, (0, 0))
    assert not page_is_made(graded.course, graded.lines, "ada")


def test_the_mark_of_filing_is_not_given_to_students(graded: Any) -> None:
    assert (graded.course.root / "autograded" / "ada" / HW / ".filed").is_file()
    assert not list((graded.course.root / "feedback").rglob(".filed"))

"""What the gradebook says a submission is worth, and nbgrader's own CSV of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gradkit.gradebook.database import open_gradebook
from gradkit.gradebook.marks import read_marks
from gradkit.gradebook.nbgrader_csv import export_csv
from gradkit.grading.record import Record

HW = "hw1_lines"
LATE = datetime(2030, 1, 10, 12, 0, tzinfo=UTC) + timedelta(days=1, hours=2)  # 20 percent


@pytest.fixture
def filed(room: Any, make_record: Callable[..., Record]) -> Any:
    """Ada on time, bob late, both filed."""
    for record in (make_record("ada", 3.0, 0.5), make_record("bob", 1.0, 0.5, LATE)):
        room.put(record.student)
        room.file(record)
    return room


def test_points_and_late_penalty(filed: Any) -> None:
    marks = read_marks(filed.course, HW)
    assert marks.keys() == {"ada", "bob"}
    assert (marks["ada"].raw_score, marks["ada"].penalty, marks["ada"].score) == (3.5, 0.0, 3.5)
    assert (marks["bob"].raw_score, marks["bob"].penalty) == (1.5, pytest.approx(0.3))
    assert marks["bob"].score == pytest.approx(1.2)
    assert marks["bob"].max_score == 7.5


def test_a_persons_mark_counts_and_raises_the_penalty(filed: Any) -> None:
    with open_gradebook(filed.course) as gradebook:
        (grade,) = [one for one in gradebook.find_submission(HW, "bob").notebooks[0].grades if one.name == "why"]
        grade.manual_score, grade.needs_manual_grade = 2.0, False
        gradebook.db.commit()
    mark = read_marks(filed.course, HW)["bob"]
    assert (mark.raw_score, mark.penalty, mark.waits_for_person) == (3.5, pytest.approx(0.7), False)


def test_no_gradebook_has_no_marks(room: Any) -> None:
    (room.course.root / "gradebook.db").unlink(missing_ok=True)
    assert read_marks(room.course, HW) == {}


def test_nbgraders_csv_has_its_columns_and_no_formula(filed: Any) -> None:
    with open_gradebook(filed.course) as gradebook:
        gradebook.update_or_create_student("ada", first_name="=cmd()", last_name="-1+1")
    rows = {row["student_id"]: row for row in csv.DictReader(io.StringIO(export_csv(filed.course), newline=""))}
    assert (rows["ada"]["first_name"], rows["ada"]["last_name"]) == ("'=cmd()", "'-1+1")
    assert float(rows["bob"]["score"]) == pytest.approx(1.2)
    assert {"assignment", "duedate", "timestamp", "raw_score", "late_submission_penalty", "max_score"} <= rows[
        "bob"
    ].keys()

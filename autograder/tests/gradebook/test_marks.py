"""What the gradebook says a submission is worth, and nbgrader's own CSV of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from nbgrader.plugins import CsvExportPlugin

from gradkit.csv_tables import uncell
from gradkit.gradebook.database import open_gradebook
from gradkit.gradebook.marks import export_csv, read_marks
from gradkit.grading.record import Record

HW = "hw1_lines"
DATABASES = "room"
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


HOSTILE = [
    *("007", "00451", "20260000000000012345", "9007199254740993", "1e5", "1_000", "0x10", "True", "nan", "inf", "None"),
    *("NA", "null", "1-2", "2026-03-04", "1E400", "0.10", "-1", "+49", "=1+1", "@x"),
]
NAMES = [
    *("Null", "Nan", "Infinity", "True", "O'Neil, Jr.", 'The "Rock"', " a ", "1,5", "-1+1", "=cmd()", "\u0141", "")
]


def test_nbgraders_csv_is_what_nbgrader_exports(filed: Any, tmp_path: Path) -> None:
    with open_gradebook(filed.course) as gradebook:
        gradebook.update_or_create_student("ada", first_name="Ada", last_name="L", email="ada@x.org")
        plugin = CsvExportPlugin()
        plugin.to = str(tmp_path / "theirs.csv")
        plugin.export(gradebook)
    theirs = list(csv.DictReader(io.StringIO((tmp_path / "theirs.csv").read_text())))
    ours = list(csv.DictReader(io.StringIO(export_csv(filed.course), newline="")))
    assert list(ours[0]) == list(theirs[0])
    for rows in (ours, theirs):  # nbgrader leaves missing names to the database's own order
        rows.sort(key=lambda row: (row["assignment"], row["student_id"]))
    for our, their in zip(ours, theirs, strict=True):
        for name in ("raw_score", "late_submission_penalty", "score", "max_score"):
            assert float(our.pop(name)) == pytest.approx(float(their.pop(name)))
        assert our == their
    assert {row["student_id"] for row in ours} == {"ada", "bob"}


def test_ids_and_names_are_text_whatever_they_look_like(filed: Any) -> None:
    people = {student: (NAMES[n % len(NAMES)], f"{student}@x.org") for n, student in enumerate(HOSTILE)}
    with open_gradebook(filed.course) as gradebook:
        for student, (name, email) in people.items():
            gradebook.update_or_create_student(student, first_name=name, last_name=name[::-1], email=email)
    text = export_csv(filed.course)
    rows = {uncell(row["student_id"]): row for row in csv.DictReader(io.StringIO(text, newline=""))}
    assert rows.keys() == {*HOSTILE, "ada", "bob"}
    for student, (name, email) in people.items():
        row = rows[student]
        assert [uncell(row[key]) for key in ("first_name", "last_name", "email")] == [name, name[::-1], email]
        assert [row[key] for key in ("raw_score", "score", "max_score")] == ["0", "0", "7.5"]
    assert not any(value.startswith(("=", "+", "-", "@")) for row in rows.values() for value in row.values())


def test_points_of_thirds_and_tenths_are_shown_without_the_error_of_binary_fractions(filed: Any) -> None:
    with open_gradebook(filed.course) as gradebook:
        for one in gradebook.find_submission(HW, "ada").notebooks[0].grades:
            one.manual_score, one.needs_manual_grade = {"why": 0.4}.get(one.name, 0.1 + 0.2), False
        gradebook.db.commit()
    mark = read_marks(filed.course, HW)["ada"]
    number = round((mark.raw_score - 0.4) / 0.3)
    assert mark.raw_score == round(0.4 + 0.3 * number, 9)
    assert f",{mark.raw_score:g},0,{mark.raw_score:g},7.5\r\n" in export_csv(filed.course)

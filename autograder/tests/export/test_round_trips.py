"""Ids that look like numbers, dates or formulas: as they are in every file, and never on another person's row."""

from __future__ import annotations

import csv
import io
import itertools
import re
from pathlib import Path

import pytest

from gradkit.course.roster import Person, read_roster
from gradkit.csv_tables import read_table, to_csv, uncell
from gradkit.export.canvas import fill, new_table
from gradkit.export.grades import Grade
from gradkit.export.moodle import fill_worksheet, import_table, new_worksheet
from gradkit.grading.record import QuestionResult, Record
from gradkit.report import summarize
from gradkit.report.similarity import Pair
from gradkit.report.tables import as_csv

IDS = [
    *("007", "00451", "20260000000000012345", "20260000000000012346", "9007199254740993", "1e5", "1_000", "0x10"),
    *("True", "nan", "inf", "None", "NA", "null", "1-2", "2026-03-04", "0.10", "-1", "+49", "=1+1", "@x", "a,b", 'q"q'),
]
GRADES = [Grade(student, "hw0", "Scaling", number / 8, 5.0, student) for number, student in enumerate(IDS)]
PEOPLE = {
    student: Person(student, student, sis_user_id=student, sis_login_id=student, moodle_id=f"Participant {student}")
    for student in IDS
}


def cells(text: str) -> list[list[str]]:
    """What a careful reader has: ids and names as text."""
    return [[uncell(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""))]


def saved_by_a_spreadsheet(text: str) -> str:
    """A model of what Excel saves of a file that it opened: numbers lose zeros and digits, some words become values."""

    def changed(cell: str) -> str:
        if re.fullmatch(r"[+-]?\d+(\.\d+)?(e\d+)?", cell):
            number = float(cell)
            return f"{number:.2E}" if abs(number) >= 1e11 else f"{number:.15g}"
        return {"true": "TRUE", "1-2": "02-Jan", "2026-03-04": "04/03/2026"}.get(cell.lower(), cell)

    rows = csv.reader(io.StringIO(text, newline=""))
    kept = io.StringIO(newline="")
    csv.writer(kept).writerows([changed(cell) for cell in row] for row in rows)
    return kept.getvalue()


def canvas_file() -> str:
    rows = [[f"Person {number}", 5000 + number, student, student, "A", ""] for number, student in enumerate(IDS)]
    return to_csv(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Scaling (7)"], rows)


def test_every_export_has_ids_as_they_are() -> None:
    canvas, worksheet = new_table(PEOPLE), new_worksheet(PEOPLE, 5.0)
    assert not fill(canvas, GRADES, PEOPLE).unmatched
    assert {row[2]: float(row[5]) for row in cells(canvas.text())[2:]} == {one.student: one.score for one in GRADES}
    assert not fill_worksheet(worksheet, GRADES, PEOPLE).unmatched
    assert [row[1] for row in cells(worksheet.text())[1:]] == IDS
    for roster in (PEOPLE, {}):
        table, outcome = import_table(GRADES, roster)
        assert not outcome.unmatched
        assert {row[0]: float(row[3]) for row in cells(table.text())[1:]} == {one.student: one.score for one in GRADES}
    lost = fill(new_table({"x": Person("x")}), GRADES, {"x": Person("x")}).unmatched_csv()
    assert {row[0] for row in cells(lost)[1:]} == {*IDS}


def test_every_table_of_the_report_has_ids_as_they_are() -> None:
    questions = (QuestionResult("scale", 0.1 + 0.2, 5.0),)
    records = [Record(student, "hw0", "Scaling", "graded", 5.0, questions=questions) for student in IDS]
    refused = [Record(student, "hw1", "Shift", "refused", 5.0, problems=("no file",)) for student in IDS]
    pairs = {"hw0": [Pair(one, other, 0.5, 50, ((), ())) for one, other in itertools.pairwise(IDS)]}
    tables = {name: cells(text)[1:] for name, text in as_csv(summarize("T", [*records, *refused], pairs=pairs)).items()}
    assert [row[0] for row in tables["students.csv"]] == sorted(IDS)
    assert {row[1] for row in tables["students.csv"]} == {"0.3"}
    assert [tuple(row[1:3]) for row in tables["similar.csv"]] == list(itertools.pairwise(IDS))
    assert {row[1] for row in tables["not_graded.csv"]} == {*IDS}
    assert {row[1] for row in tables["slowest.csv"]} <= {*IDS}


def test_an_export_that_was_read_back_is_the_same_roster(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text(to_csv(["student", "sis_user_id"], [[student, student] for student in IDS]), newline="")
    assert list(read_roster(path)) == IDS


@pytest.mark.parametrize("through_a_spreadsheet", [False, True])
@pytest.mark.parametrize("with_roster", [False, True])
def test_no_grade_is_on_another_persons_row(tmp_path: Path, through_a_spreadsheet: bool, with_roster: bool) -> None:
    text = canvas_file()
    path = tmp_path / "canvas.csv"
    path.write_text(saved_by_a_spreadsheet(text) if through_a_spreadsheet else text, newline="")
    table = read_table(path)
    outcome = fill(table, GRADES, PEOPLE if with_roster else {})
    written = {number: float(row[5]) for number, row in enumerate(table.rows) if row[5]}
    assert all(GRADES[number].score == score for number, score in written.items())
    assert len(written) == outcome.written == len(IDS) - len(outcome.unmatched)
    lost = {grade.student for grade in outcome.unmatched}
    if through_a_spreadsheet:
        assert lost >= {"007", "00451", "20260000000000012345", "20260000000000012346", "1e5", "0.10"}
        assert sum("since spreadsheets" in reason for reason in outcome.reasons) >= 5
    else:
        assert not lost

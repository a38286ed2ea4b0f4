"""Moodle's worksheet, and the CSV of its grade import."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from gradkit.course.roster import Person
from gradkit.csv_tables import Table, read_table
from gradkit.errors import UsageError
from gradkit.export.grades import Grade
from gradkit.export.moodle import IMPORT, WORKSHEET, fill_worksheet, import_table, new_worksheet

DOWNLOADED = (
    ",".join(WORKSHEET)
    + """
Participant 11,Ada Lovelace,ada@x.org,"Submitted for grading",,5.00,Yes,"Monday, 5 October 2026",-,
Participant 12,Bob Bo,bob@x.org,No submission,,5.00,Yes,-,-,
Participant 13,Cyd C,cyd@x.org,Submitted for grading,3.00,5.00,No,-,-,Well done
"""
)


@pytest.fixture
def downloaded(tmp_path: Path) -> Table:
    path = tmp_path / "worksheet.csv"
    path.write_text(DOWNLOADED, encoding="utf-8")
    return read_table(path)


def rows(table: Table, key: str) -> dict[str, dict[str, str]]:
    return {row[key]: row for row in csv.DictReader(io.StringIO(table.text()))}


def test_a_worksheet_is_filled_in_and_all_else_stays(downloaded: Table, grades: list[Grade]) -> None:
    before = rows(downloaded, "Identifier")
    outcome = fill_worksheet(downloaded, grades, {})
    after = rows(downloaded, "Identifier")
    ada = after["Participant 11"]
    assert (ada["Grade"], ada["Feedback comments"]) == ("4.5", "scale 2.5 of 3; shift 2 of 2")
    assert {name: row for name, row in after.items() if name != "Participant 11"} == {
        name: row for name, row in before.items() if name != "Participant 11"
    }
    assert tuple(downloaded.header) == WORKSHEET
    assert outcome.written == 1
    assert outcome.refused == ("cyd: Moodle says that the grade cannot be changed; it is unchanged",)
    assert [grade.student for grade in outcome.unmatched] == ["=dee()"]


def test_another_maximum_is_refused_before_it_does_harm(downloaded: Table, grades: list[Grade]) -> None:
    with pytest.raises(UsageError, match=r"maximum grade is 5\.00, but the assignment gives 20 points"):
        fill_worksheet(downloaded, [replace(grades[0], max_score=20.0)], {})


def test_a_worksheet_from_a_roster_with_moodles_numbers(grades: list[Grade]) -> None:
    roster = {"ada": Person("ada", "Ada", moodle_id="Participant 11"), "bob": Person("bob", "Bob")}
    table = new_worksheet(roster, 5.0)
    outcome = fill_worksheet(table, grades, roster)
    (row,) = rows(table, "Identifier").values()
    assert (row["Identifier"], row["Grade"], row["Maximum Grade"]) == ("Participant 11", "4.5", "5")
    assert [grade.student for grade in outcome.unmatched] == ["bob", "cyd", "=dee()"]


def test_a_roster_without_moodles_numbers_makes_no_worksheet() -> None:
    with pytest.raises(UsageError, match="has no moodle_id"):
        new_worksheet({"ada": Person("ada", "Ada")}, 5.0)


@pytest.mark.parametrize("most", ["-", "scale", "5,0,0"])
def test_a_maximum_that_is_no_number(downloaded: Table, grades: list[Grade], most: str) -> None:
    downloaded.put(downloaded.rows[0], "Maximum Grade", most)
    with pytest.raises(UsageError, match=r"the maximum grade is .*, but the assignment gives 5 points"):
        fill_worksheet(downloaded, grades, {})


@pytest.mark.parametrize("no", ["No", "Nein"])
def test_a_locked_grade_stays_in_every_language(downloaded: Table, grades: list[Grade], no: str) -> None:
    downloaded.put(downloaded.rows[0], "Grade can be changed", no)
    assert fill_worksheet(downloaded, grades[:1], {}).written == 0
    assert rows(downloaded, "Identifier")["Participant 11"]["Grade"] == ""


def test_the_grade_import(grades: list[Grade]) -> None:
    roster = {"ADA": Person("ADA", email="ada@x.org", sis_login_id="al", sis_user_id="77"), "eve": Person("eve")}
    table, outcome = import_table(grades, roster)
    assert table.header == [*IMPORT, "Scaling", "Scaling (comment)"]
    found = rows(table, "Username")
    assert found["al"] == {
        "Username": "al",
        "Email address": "ada@x.org",
        "ID number": "77",
        "Scaling": "4.5",
        "Scaling (comment)": "scale 2.5 of 3; shift 2 of 2",
    }
    assert found.keys() == {"al", "eve"}
    assert {grade.student for grade in outcome.unmatched} == {"bob", "cyd", "=dee()"}
    assert outcome.reasons == ("bob, cyd, =dee(): is not in the roster",)
    assert outcome.not_submitted == ("eve",)
    assert outcome.written == 1


def test_the_grade_import_without_a_roster(grades: list[Grade]) -> None:
    table, outcome = import_table(grades, {})
    found = rows(table, "Username")
    assert {name: row["Scaling"] for name, row in found.items()} == {
        "ada": "4.5",
        "bob": "",
        "cyd": "0",
        "'=dee()": "1",
    }
    assert found["cyd"]["Scaling (comment)"] == "'-"
    assert outcome.unmatched == ()


@pytest.mark.parametrize("column", ["ID number", "Username", "Email address"])
@pytest.mark.parametrize("by_roster", [True, False])
def test_rows_are_found_by_what_the_worksheet_shows(
    tmp_path: Path, grades: list[Grade], column: str, by_roster: bool
) -> None:
    shown = {"ID number": "0017", "Username": "al", "Email address": "a@x.org"}[column] if by_roster else "ada"
    known = Person("ada", email="a@x.org", sis_user_id="0017", sis_login_id="al")
    header = ",".join([*["Identifier", "Full name", "Status", "Grade", "Maximum Grade"], column])
    (tmp_path / "m.csv").write_text(f"{header}\nParticipant 11,Ada,,,5.00,{shown}\nParticipant 12,Bo,,,5.00,\n")
    table = read_table(tmp_path / "m.csv")
    outcome = fill_worksheet(table, grades[:1], {"ada": known} if by_roster else {})
    assert [row[3] for row in table.rows] == ["4.5", ""]
    assert (outcome.matched_by, outcome.not_submitted) == (column, ("Bo",))


def test_an_import_never_writes_points_into_a_column_of_people(grades: list[Grade]) -> None:
    with pytest.raises(UsageError, match='"username" is a column for people'):
        import_table([replace(grades[0], title="username")], {})

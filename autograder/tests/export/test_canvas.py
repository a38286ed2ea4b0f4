"""Canvas's CSV: its own export filled in, or made from a roster."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from gradkit.errors import UsageError
from gradkit.export.canvas import IDENTITY, fill, new_table
from gradkit.export.grades import Grade
from gradkit.export.roster import Person
from gradkit.export.table import Table, read_table

EXPORTED = """\
Student,ID,SIS User ID,SIS Login ID,Section,Essay (71),Scaling (72),Current Score
    Points Possible,,,,,10,5,(read only)
"Lovelace, Ada",101,u1,ada,"A, B",9,,90.0
"Bo, Bob",102,u2,bob@x.org,A,8,3,80.0
"Other, One",104,u4,one,A,,,
"Student, Test",105,,0d1f,A,,,
"""


@pytest.fixture
def exported(tmp_path: Path) -> Table:
    path = tmp_path / "canvas.csv"
    path.write_text("\ufeff" + EXPORTED, encoding="utf-8")
    return read_table(path)


def rows(table: Table) -> dict[str, dict[str, str]]:
    return {row["Student"]: row for row in csv.DictReader(io.StringIO(table.text()))}


def test_its_own_export_is_filled_in_and_all_else_stays(exported: Table, grades: list[Grade]) -> None:
    before = rows(exported)
    outcome = fill(exported, grades, {})
    after = rows(exported)
    assert after["Lovelace, Ada"]["Scaling (72)"] == "4.5"
    assert after["Bo, Bob"]["Scaling (72)"] == "3"  # not graded here: what Canvas had stays
    after["Lovelace, Ada"]["Scaling (72)"] = ""
    assert after == before
    assert exported.header == EXPORTED.splitlines()[0].split(",")
    assert outcome.written == 1
    assert [grade.student for grade in outcome.unmatched] == ["cyd", "=dee()"]
    assert outcome.without_score == ("bob",)
    assert outcome.not_submitted == ("Other, One",)


def test_a_roster_says_who_is_who(exported: Table, grades: list[Grade]) -> None:
    roster = {"cyd": Person("cyd", canvas_id="104"), "=dee()": Person("=dee()", sis_user_id="u2")}
    outcome = fill(exported, grades, roster)
    assert rows(exported)["Other, One"]["Scaling (72)"] == "0"
    assert outcome.waiting == ("cyd",)
    assert [grade.student for grade in outcome.unmatched] == ["bob", "=dee()"]  # both fit one row: neither gets it


def test_by_canvass_number(exported: Table) -> None:
    fill(exported, [Grade("ada", "hw0", "Scaling", 4.5, 10.0)], {}, number="71")
    assert rows(exported)["Lovelace, Ada"]["Essay (71)"] == "4.5"


def test_other_points_in_canvas_are_refused_before_they_do_harm(exported: Table) -> None:
    with pytest.raises(UsageError, match=r"Scaling \(72\) gives 5 points in Canvas, and 20 here"):
        fill(exported, [Grade("ada", "hw0", "Scaling", 4.5, 20.0)], {})


def test_a_number_that_canvas_does_not_have(exported: Table, grades: list[Grade]) -> None:
    with pytest.raises(UsageError, match="no column has the number 9"):
        fill(exported, grades, {}, number="9")


def test_two_columns_of_one_title(tmp_path: Path, grades: list[Grade]) -> None:
    (tmp_path / "twice.csv").write_text("Student,ID,Scaling (71),Scaling (72)\nAda,1,,\n")
    with pytest.raises(UsageError, match=r"several columns fit \(Scaling \(71\), Scaling \(72\)\)"):
        fill(read_table(tmp_path / "twice.csv"), grades, {})


def test_who_is_excused_stays_so(tmp_path: Path, grades: list[Grade]) -> None:
    (tmp_path / "excused.csv").write_text("Student,ID,SIS Login ID,Scaling\nAda,1,ada,EX\n")
    table = read_table(tmp_path / "excused.csv")
    outcome = fill(table, grades[:1], {})
    assert rows(table)["Ada"]["Scaling"] == "EX"
    assert (outcome.written, outcome.refused) == (0, ("ada: is excused in Canvas (EX); the cell is as it was",))


def test_a_new_assignment_gets_a_column_and_its_points(exported: Table) -> None:
    outcome = fill(exported, [Grade("ada", "hw1", "MLP", 2.25, 18.0)], {})
    assert 'the column "MLP" was added' in outcome.notes[0]
    after = rows(exported)
    assert after["Lovelace, Ada"]["MLP"] == "2.25"
    assert after["    Points Possible"]["MLP"] == "18"


def test_made_from_a_roster(grades: list[Grade]) -> None:
    roster = {name: Person(name, f"={name}", sis_login_id=name) for name in ("ada", "bob", "cyd", "=dee()")}
    table = new_table(roster)
    outcome = fill(table, grades, roster, number="72")
    assert table.header == [*IDENTITY, "Scaling (72)"]
    assert not outcome.unmatched
    found = rows(table)
    assert list(found) == ["    Points Possible", "'=ada", "'=bob", "'=cyd", "'==dee()"]
    assert [row["Scaling (72)"] for row in found.values()] == ["5", "4.5", "", "0", "1"]


def test_a_file_of_something_else(grades: list[Grade]) -> None:
    with pytest.raises(UsageError, match='no column "Student"'):
        fill(Table("x.csv", ["Name"], []), grades, {})

"""Canvas's CSV: its own export filled in, or made from a roster."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from gradkit.course.roster import Person
from gradkit.csv_tables import Table, read_table
from gradkit.errors import UsageError
from gradkit.export.canvas import IDENTITY, fill, new_table
from gradkit.export.grades import Grade

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
    people = {"cyd": ("104", "u4"), "=dee()": ("102", "u2"), "ada": ("101", "")}
    roster = {name: Person(name, canvas_id=number, sis_user_id=sis) for name, (number, sis) in people.items()}
    outcome = fill(exported, grades, roster)
    assert outcome.matched_by == "ID"
    after = rows(exported)
    assert [after[name]["Scaling (72)"] for name in ("Lovelace, Ada", "Other, One", "Bo, Bob")] == ["4.5", "0", "3"]
    assert outcome.waiting == ("cyd",)
    assert [grade.student for grade in outcome.unmatched] == ["bob", "=dee()"]  # both fit one row: neither gets it
    assert "also matches bob" in "".join(outcome.reasons)


def test_by_canvass_number(exported: Table) -> None:
    fill(exported, [Grade("ada", "hw0", "Scaling", 4.5, 10.0)], {}, number="71")
    assert rows(exported)["Lovelace, Ada"]["Essay (71)"] == "4.5"


def test_other_points_in_canvas_are_refused_before_they_do_harm(exported: Table) -> None:
    with pytest.raises(UsageError, match=r"Scaling \(72\) gives 5 points in Canvas, but 20 here"):
        fill(exported, [Grade("ada", "hw0", "Scaling", 4.5, 20.0)], {})


def test_a_number_that_canvas_does_not_have(exported: Table, grades: list[Grade]) -> None:
    with pytest.raises(UsageError, match="no column has the number 9"):
        fill(exported, grades, {}, number="9")


def test_two_columns_of_one_title(tmp_path: Path, grades: list[Grade]) -> None:
    (tmp_path / "twice.csv").write_text("Student,ID,Scaling (71),Scaling (72)\nAda,1,,\n")
    with pytest.raises(UsageError, match=r"several columns match \(Scaling \(71\), Scaling \(72\)\)"):
        fill(read_table(tmp_path / "twice.csv"), grades, {})


def test_who_is_excused_stays_so(tmp_path: Path, grades: list[Grade]) -> None:
    (tmp_path / "excused.csv").write_text("Student,ID,SIS Login ID,Scaling\nAda,1,ada,EX\n")
    table = read_table(tmp_path / "excused.csv")
    outcome = fill(table, grades[:1], {})
    assert rows(table)["Ada"]["Scaling"] == "EX"
    assert (outcome.written, outcome.refused) == (
        0,
        ("ada: is excused in Canvas (EX), but not here; the cell is unchanged",),
    )


def test_who_is_excused_here_is_so_in_canvas(exported: Table, grades: list[Grade], tmp_path: Path) -> None:
    excused = [("one", "Scaling"), ("bob", "Scaling"), ("zoe", "Scaling"), ("ada", "Essay")]
    for _ in range(2):  # also in a file that says so already
        outcome = fill(exported, grades[:1], {}, excused=excused)
        after = rows(exported)
        assert [after[name]["Scaling (72)"] for name in ("Lovelace, Ada", "Bo, Bob", "Other, One")] == [
            "4.5",
            "EX",
            "EX",
        ]
        assert [row["Essay (71)"] for row in after.values()] == ["10", "9", "8", "", ""]  # no grades of it are exported
        assert (outcome.marked, outcome.excused, outcome.written) == (("bob", "one"), ("ada", "zoe"), 1)
        assert (outcome.unmatched, outcome.not_submitted, outcome.refused) == ((), (), ())
        (tmp_path / "out.csv").write_text(exported.text(), encoding="utf-8")
        exported = read_table(tmp_path / "out.csv")


def test_who_is_excused_but_has_no_assignment_stays_so(tmp_path: Path, grades: list[Grade]) -> None:
    (tmp_path / "na.csv").write_text("Student,ID,SIS Login ID,Scaling (72)\nAda,1,ada,\nBob,2,bob,N/A\n")
    table = read_table(tmp_path / "na.csv")
    outcome = fill(table, grades[:1], {}, excused=[("bob", "Scaling")])
    assert [row[3] for row in table.rows] == ["4.5", "N/A"]
    assert (outcome.marked, outcome.excused) == ((), ("bob",))


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


def test_names_in_two_columns(tmp_path: Path, grades: list[Grade]) -> None:
    text = "LastName,FirstName,ID,SIS User ID,SIS Login ID,Section,Scaling (72)\n    Points Possible,,,,,,5\n"
    (tmp_path / "split.csv").write_text(f"{text}Lovelace,Ada,1,u1,ada,A,\nStudent,Test,2,,x,A,\nBo,Bob,3,u2,bo,A,\n")
    table = read_table(tmp_path / "split.csv")
    outcome = fill(table, grades[:1], {})
    assert [row[6] for row in table.rows] == ["5", "4.5", "", ""]
    assert (outcome.written, outcome.not_submitted) == (1, ("Bo, Bob",))


def test_who_does_not_have_the_assignment_gets_no_grade(tmp_path: Path, grades: list[Grade]) -> None:
    (tmp_path / "na.csv").write_text("Student,ID,SIS Login ID,Scaling (72)\nAda,1,ada,N/A\n")
    table = read_table(tmp_path / "na.csv")
    outcome = fill(table, grades[:1], {})
    assert table.rows[0][3] == "N/A"
    assert outcome.refused == ("ada: does not have the assignment in Canvas (N/A); the cell is unchanged",)


@pytest.mark.parametrize(
    "title", ["Final Score", "Homework Current Points", "Unposted Final Grade", "final", "Section", "SIS User ID"]
)
def test_a_title_that_canvas_passes_over_is_refused(exported: Table, title: str) -> None:
    before = rows(exported)
    with pytest.raises(UsageError, match=f'would not import a column "{title}"'):
        fill(exported, [Grade("ada", "hw0", title, 4.5, 5.0)], {})
    assert rows(exported) == before


def test_an_assignment_that_canvas_has_may_be_called_final(tmp_path: Path) -> None:
    (tmp_path / "final.csv").write_text("Student,ID,SIS Login ID,Final (72)\nAda,1,ada,\n")
    assert fill(read_table(tmp_path / "final.csv"), [Grade("ada", "hw0", "Final", 4.5, 5.0)], {}).written == 1


@pytest.mark.parametrize(("text", "best"), [("5,00", 5.0), ("1,000.00", 1000.0), ("1000", 1000.0), ("0.33", 1 / 3)])
def test_points_possible_is_read_with_any_separator(exported: Table, text: str, best: float) -> None:
    exported.rows[0][6] = text
    assert fill(exported, [Grade("ada", "hw0", "Scaling", 4.5, best)], {}).written == 1


@pytest.mark.parametrize(("text", "words"), [("(read only)", "not a number"), ("1,000.00", "gives 1,000.00 points")])
def test_points_possible_that_differ_or_are_none(exported: Table, text: str, words: str) -> None:
    exported.rows[0][6] = text
    with pytest.raises(UsageError, match=words):
        fill(exported, [Grade("ada", "hw0", "Scaling", 4.5, 5.0)], {})


def test_a_title_is_no_formula_either() -> None:
    roster = {"ada": Person("ada", "Ada", sis_login_id="ada")}
    table = new_table(roster)
    fill(table, [Grade("ada", "hw0", "=1+1", 4.5, 5.0)], roster)
    assert table.header[-1] == "'=1+1"
    fill(table, [Grade("ada", "hw0", "=1+1", 3.5, 5.0)], roster)
    assert [row[5:] for row in table.rows] == [["5"], ["3.5"]]

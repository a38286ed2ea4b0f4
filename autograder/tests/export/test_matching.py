"""Whose a row is: one column for the whole file, and a reason for everybody without a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from gradkit.course.roster import Person
from gradkit.csv_tables import Table, cell
from gradkit.errors import UsageError
from gradkit.export.matching import Column, Matched, match

COLUMNS = (Column("Own", ("canvas_id",), own=False), Column("Number", ("sis_user_id",)), Column("Mail", ("email",)))


def find(
    students: Sequence[str],
    rows: Sequence[Sequence[str]],
    roster: Mapping[str, Person] | None = None,
    only: str | None = None,
    header: Sequence[str] = ("Name", "Own", "Number", "Mail"),
) -> Matched:
    table = Table("t", list(header), [list(row) for row in rows])
    return match(students, table, roster or {}, COLUMNS, lambda row: row[0], only)


def names(found: Matched) -> dict[str, str]:
    return {student: row[0] for student, row in found.rows.items()}


def test_through_the_roster_else_by_the_id_or_what_stands_before_the_at() -> None:
    rows = [["Ada", "", "", "A.L@x.org"], ["Bob", "", "", "bob"], ["Cyd", "", "", "cyd@x.org"], ["Eve", "", "", "e@x"]]
    found = find(["ada", "bob", "cyd", "dee"], rows, {"ADA": Person("ADA", email="a.l@X.org")})
    assert (names(found), found.column) == ({"ada": "Ada", "bob": "Bob", "cyd": "Cyd"}, "Mail")
    assert [row[0] for row in found.unused] == ["Eve"]
    assert found.reasons == {"dee": "no row has this id (searched: Number, Mail)"}


def test_a_row_of_the_roster_without_ids_leaves_the_students_own() -> None:
    assert names(find(["ada"], [["Ada", "", "", "ada@x.org"]], {"ada": Person("ada", "Ada")})) == {"ada": "Ada"}


def test_whom_the_roster_knows_otherwise_is_not_found_by_the_id() -> None:
    found = find(["ada"], [["Another Ada", "", "", "ada@x.org"]], {"ada": Person("ada", canvas_id="7")})
    assert not found.rows


def test_the_other_systems_own_numbers_are_nobodys_ids() -> None:
    found = find(["104", "105"], [["Weber", "104", "0000451", ""], ["Okafor", "9001", "0000104", ""]])
    assert not found.rows
    assert "may be line 3 (Okafor), since spreadsheets drop zeros" in found.reasons["104"]
    only = find(["104"], [["Weber", "104", "0000451", ""]])
    assert only.reasons["104"].startswith("is only in the column Own (line 2 (Weber))")
    assert names(find(["104"], [["Weber", "7", "", ""]], {"104": Person("104", canvas_id="7")})) == {"104": "Weber"}


def test_one_column_decides_for_the_whole_file() -> None:
    rows = [["Ada", "", "1", "x@x"], ["Bob", "", "2", "y@x"], ["Cyd", "", "9", "3@x"]]
    found = find(["1", "2", "3"], rows)
    assert (found.column, names(found)) == ("Number", {"1": "Ada", "2": "Bob"})
    assert found.reasons["3"] == "is in the column Mail (line 4 (Cyd)), but rows are matched by Number"


def test_columns_that_contradict_each_other_stop_those_they_contradict_on() -> None:
    rows = [["Ada", "", "1", "2@x"], ["Bob", "", "2", "7@x"], ["Cyd", "", "3", "8@x"]]
    found = find(["1", "2", "3"], rows)
    assert names(found) == {"3": "Cyd"}
    assert "line 2 (Ada) also matches 2" in found.reasons["1"]
    assert 'give --match "Number"' in found.reasons["2"]
    chosen = find(["1", "2", "3"], rows, only="number")
    assert (chosen.column, names(chosen)) == ("Number", {"1": "Ada", "2": "Bob", "3": "Cyd"})


@pytest.mark.parametrize("column", ["Own", "Name", "Nothing"])
def test_a_column_that_cannot_decide(column: str) -> None:
    with pytest.raises(UsageError, match=f'"{column}" does not identify students.*: Number, Mail'):
        find(["1"], [["Ada", "1", "1", ""]], only=column)


def test_a_student_with_two_rows_gets_neither() -> None:
    found = find(["ada"], [["Ada one", "", "ada", ""], ["Ada two", "", "ADA", ""]])
    assert (found.rows, found.reasons["ada"]) == (
        {},
        "2 rows match (line 2 (Ada one), line 3 (Ada two)); leave one in the file",
    )
    assert len(found.unused) == 2


def test_a_row_that_the_roster_gives_to_somebody_else_goes_to_nobody() -> None:
    roster = {"dana": Person("dana", sis_user_id="104"), "bo": Person("bo", sis_user_id="7")}
    found = find(["104", "bo"], [["Dana", "", "104", ""], ["Bo", "", "7", ""]], roster)
    assert names(found) == {"bo": "Bo"}
    assert "also matches dana" in found.reasons["104"]


def test_who_has_no_id_for_the_deciding_column_is_named() -> None:
    roster = {"a": Person("a", sis_user_id="1"), "b": Person("b", sis_user_id="2"), "c": Person("c", canvas_id="9")}
    found = find(["a", "b", "c"], [["A", "8", "1", ""], ["B", "7", "2", ""], ["C", "9", "3", ""]], roster)
    assert names(found) == {"a": "A", "b": "B"}
    assert "but rows are matched by Number" in found.reasons["c"]


@pytest.mark.parametrize(
    ("student", "cell"),
    [
        *(("00451", "451"), ("451", "0000451"), ("20260000000000012345", "2.026E+19"), ("1e5", "100000")),
        *(("9007199254740993", "9007199254740992"), ("104", "104.0"), ("20260000000000012345", "20260000000000000000")),
    ],
)
def test_what_a_spreadsheet_made_of_an_id_is_recognized_and_not_used(student: str, cell: str) -> None:
    found = find([student, "7"], [["Ada", "", cell, ""], ["Bo", "", "7", ""]])
    assert names(found) == {"7": "Bo"}
    assert "may be line 2 (Ada), since spreadsheets" in found.reasons[student]


def test_a_row_that_may_be_two_students_goes_to_neither() -> None:
    found = find(["104", "0000104", "7"], [["Okafor", "", "104", ""], ["Bo", "", "7", ""]])
    assert names(found) == {"7": "Bo"}
    assert "may be 0000104" in found.reasons["104"]
    roster = {"104": Person("104", canvas_id="9"), "0000104": Person("0000104", canvas_id="8")}
    told = find(["104", "0000104", "7"], [["Okafor", "9", "104", ""], ["Bo", "", "7", ""]], roster, only="Own")
    assert names(told) == {"104": "Okafor"}  # as the reason says
    whole = find(["104", "0000104"], [["Okafor", "", "0000104", ""], ["Bo", "", "104", ""]])
    assert names(whole) == {"104": "Bo", "0000104": "Okafor"}


HOSTILE = [
    "007",
    "00451",
    "1_000",
    "0x10",
    "True",
    "nan",
    "inf",
    "None",
    "NA",
    "null",
    "-1",
    "+49",
    "1-2",
    "'=1",
    "1e5",
]


def test_hostile_ids_find_their_own_rows() -> None:
    rows = [[student, "", cell(student), ""] for student in reversed(HOSTILE)]
    assert names(find(HOSTILE, rows)) == {student: student for student in HOSTILE}


def test_a_table_made_from_the_roster_knows_whose_its_rows_are() -> None:
    table = Table("t", ["Name"], [["Ada"], ["Bob"]], students=["ADA", "bob"])
    found = match(["ada", "cyd"], table, {}, COLUMNS, lambda row: row[0])
    assert (names(found), found.reasons) == ({"ada": "Ada"}, {"cyd": "is not in the roster"})
    assert [row[0] for row in found.unused] == ["Bob"]

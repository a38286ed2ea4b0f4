"""Who is who, and who is nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradkit.errors import UsageError
from gradkit.export.roster import Person, match, read_roster
from gradkit.export.table import Table, read_table


def write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path


def test_a_roster_with_some_columns(tmp_path: Path) -> None:
    people = read_roster(write(tmp_path / "r.csv", "\ufeffemail,student,name\r\nada@x.org,ada,Ada L.\r\n"))
    assert people == {"ada": Person("ada", "Ada L.", "ada@x.org")}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("student,phone\nada,1\n", '"phone" is none of its columns'),
        ("name\nAda\n", 'there is no column "student"'),
        ("student,name\n,Ada\n", "line 2: student is empty"),
        ("student\nada\nada\n", 'line 3: student "ada" stands in line 2 already'),
        ("student,email\nada,A@x\nbob,a@x\n", 'line 3: email "a@x" stands in line 2 already'),
        ("student\nada,1,2\n", "line 2: has 3 cells, the header has 1"),
        ('student\n"ada\n', "cannot be read as CSV"),
        (
            "student\nace\n\u0430\u0441\u0435\n",
            r"line 3: student .*U\+0430 CYRILLIC .* line 2 already, or one that looks",
        ),
        ("student\nzo\u00eb\nzoe\u0308\n", "line 3: student .* stands in line 2 already"),
        ("student,name,Name\nada,1,2\n", "a column stands twice"),
        ("student;name\nada;1\n", "separated by semicolons. Save it with commas"),
    ],
)
def test_a_wrong_roster_is_named_with_its_row(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read_roster(write(tmp_path / "r.csv", text))


def test_a_roster_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_bytes(b"\xff\xfe\x00s")
    with pytest.raises(UsageError, match="UTF-8"):
        read_table(tmp_path / "r.csv")


def found(
    students: list[str], rows: list[list[str]], roster: dict[str, Person]
) -> tuple[dict[str, str], list[str], int]:
    table = Table("t", ["Name", "Mail"], rows)
    matched, missing, unused = match(students, table, roster, {"email": ("Mail",)})
    return {student: row[0] for student, row in matched.items()}, missing, len(unused)


def test_through_the_roster_else_by_the_id_or_what_stands_before_the_at() -> None:
    rows = [["Ada", "A.L@x.org"], ["Bob", "bob"], ["Cyd", "cyd@x.org"], ["Eve", "eve@x.org"]]
    roster = {"ada": Person("ada", email="a.l@X.org")}
    assert found(["ada", "bob", "cyd", "dee"], rows, roster) == ({"ada": "Ada", "bob": "Bob", "cyd": "Cyd"}, ["dee"], 1)


def test_what_fits_two_rows_fits_none() -> None:
    rows = [["Ada one", "ada@x.org"], ["Ada two", "ada@y.org"]]
    assert found(["ada"], rows, {}) == ({}, ["ada"], 2)


def test_two_students_who_fit_one_row_get_it_neither() -> None:
    rows = [["Ada", "ada@x.org"]]
    assert found(["ada", "ada2"], rows, {"ada2": Person("ada2", email="ada@x.org")}) == ({}, ["ada", "ada2"], 1)


def test_whom_the_roster_knows_otherwise_is_not_found_by_the_id() -> None:
    assert found(["ada"], [["Another Ada", "ada@x.org"]], {"ada": Person("ada", canvas_id="7")}) == ({}, ["ada"], 1)


def test_whom_the_roster_has_no_ids_of_is_found_by_the_students_own() -> None:
    assert found(["ada"], [["Ada", "ada@x.org"]], {"ada": Person("ada", "Ada")}) == ({"ada": "Ada"}, [], 0)


def test_capitals_do_not_count() -> None:
    assert found(["ada"], [["Ada", "l@x.org"]], {"ADA": Person("ADA", email="L@x.org")}) == ({"ada": "Ada"}, [], 0)


def test_a_roster_of_repositories_has_a_row_for_each_assignment(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("student,email,repository,assignment\nada,a@x,/1,hw1\nada,a@x,/2,hw2\n")
    assert read_roster(tmp_path / "r.csv") == {"ada": Person("ada", email="a@x")}

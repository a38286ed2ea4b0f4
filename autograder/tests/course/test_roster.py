"""Who is who, and who is nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradkit.course.roster import Person, read_roster
from gradkit.csv_tables import read_table
from gradkit.errors import UsageError


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
        ("student,phone\nada,1\n", '"phone" is not a known column'),
        ("name\nAda\n", 'there is no column "student"'),
        ("student,name\n,Ada\n", "line 2: student is empty"),
        ("student\nada\nada\n", 'line 3: student "ada" is already in line 2'),
        ("student,email\nada,A@x\nbob,a@x\n", 'line 3: email "a@x" is already in line 2'),
        ("student\nada,1,2\n", "line 2: has 3 cells, the header has 1"),
        ('student\n"ada\n', "cannot be read as CSV"),
        (
            "student\nace\n\u0430\u0441\u0435\n",
            r"line 3: student .*U\+0430 CYRILLIC .* line 2, or one that looks",
        ),
        ("student\nzo\u00eb\nzoe\u0308\n", "line 3: student .* is already in line 2"),
        ("student,name,Name\nada,1,2\n", "a column is repeated"),
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


def test_a_roster_of_repositories_has_a_row_for_each_assignment(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("student,email,repository,assignment\nada,a@x,/1,hw1\nada,a@x,/2,hw2\n")
    assert read_roster(tmp_path / "r.csv") == {"ada": Person("ada", email="a@x")}


def test_what_a_spreadsheet_leaves_at_the_end_is_nothing(tmp_path: Path) -> None:
    text = "student,email,,\nada,a@x,,\n,,,\n007,b@x,,,,\n  ,, ,\n"
    assert read_roster(write(tmp_path / "r.csv", text)) == {
        "ada": Person("ada", email="a@x"),
        "007": Person("007", email="b@x"),
    }


def test_a_cell_in_a_column_without_a_name_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match='line 3: "x" is in a column without a name'):
        read_roster(write(tmp_path / "r.csv", "student,,email\nada,,a@x\nbob,x,b@x\n"))


def test_what_another_export_guarded_is_read_as_it_was(tmp_path: Path) -> None:
    assert list(read_roster(write(tmp_path / "r.csv", "student\n'+49\n'-1\nO'Neil\n"))) == ["+49", "-1", "O'Neil"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'"student";"name"\n"ada";"Ada, L"\n', "separated by semicolons. Save it with commas"),
        (b"student\tname\nada\tAda\n", "separated by tabs"),
        ("student,name\n".encode("utf-16"), "is in UTF-16"),
        ("student,n\u00e4me\n".encode("latin-1"), "is not in UTF-8"),
        ("student,name\nwang,王小明\n".encode("gbk"), r'such as GBK: save it as CSV with UTF-8 \(Excel: "CSV UTF-8"\)'),
    ],
)
def test_how_a_file_was_saved_is_named(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "r.csv").write_bytes(data)
    with pytest.raises(UsageError, match=words):
        read_table(tmp_path / "r.csv")

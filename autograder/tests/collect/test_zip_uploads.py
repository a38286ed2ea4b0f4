"""Collecting a folder of uploaded zip files."""

from __future__ import annotations

import os
import stat
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gradkit.collect.zip_uploads import collect_zips
from gradkit.errors import UsageError
from gradkit.gradebook.timestamps import read_time
from gradkit.term.ledger import Event, append

HW = "hw1_lines"
NAME = f"ada_{HW}.zip"


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    """An empty folder for uploads."""
    folder = tmp_path / "uploads"
    folder.mkdir()
    return folder


def pack(path: Path, members: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def files(room: Any, student: str = "ada") -> dict[str, bytes]:
    folder = room.course.submitted / student / HW
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_notebook_module_and_data_are_collected(room: Any, uploads: Path) -> None:
    pack(uploads / NAME, {"lines.py": "x = 1\n", "lines.ipynb": "{}", "data/a.csv": "1\n", "movie.mp4": "m"})
    report = collect_zips(room.course, uploads)
    assert [(one.student, one.assignment, one.time) for one in report.collected] == [("ada", HW, None)]
    assert report.refused == ()
    assert files(room) == {"lines.py": b"x = 1\n", "lines.ipynb": b"{}", "data/a.csv": b"1\n"}


def test_the_folder_around_everything_and_what_macos_adds_are_taken_off(room: Any, uploads: Path) -> None:
    pack(uploads / NAME, {f"{HW}/lines.py": "x = 1\n", f"{HW}\\data\\a.csv": "1\n", f"__MACOSX/{HW}/._lines.py": "?"})
    collect_zips(room.course, uploads)
    assert set(files(room)) == {"lines.py", "data/a.csv"}


def test_archives_inside_are_not_unpacked(room: Any, uploads: Path, tmp_path: Path) -> None:
    inner = pack(tmp_path / "inner.zip", {"evil.py": "x"}).read_bytes()
    pack(uploads / NAME, {"lines.py": "x = 1\n", "inner.zip": inner})
    collect_zips(room.course, uploads)
    assert set(files(room)) == {"lines.py"}


def test_the_newest_of_a_students_archives_wins_and_carries_its_time(room: Any, uploads: Path) -> None:
    pack(uploads / f"ada_{HW}_2030-01-09-10-00-00_x.zip", {"lines.py": "newer\n"})
    pack(uploads / f"ada_{HW}_2030-01-08-10-00-00.zip", {"lines.py": "older\n"})
    report = collect_zips(room.course, uploads)
    assert len(report.collected) == 1
    assert files(room)["lines.py"] == b"newer\n"
    assert read_time(room.course.submitted / "ada" / HW) == datetime(2030, 1, 9, 10, tzinfo=UTC)
    assert collect_zips(room.course, uploads).collected == ()


def test_uploads_of_one_student_under_two_ids_are_collected_once(room: Any, uploads: Path) -> None:
    for number, (student, name) in enumerate((("12", "lovelaceada"), ("34", "countess"))):
        path = pack(uploads / f"{name}_{student}_99{number}_lines.zip", {"lines.py": f"x = {number}\n"})
        os.utime(path, (number * 60, number * 60))
        assert len(collect_zips(room.course, uploads, HW, "canvas").collected) == 1
    append(room.course, [Event(datetime.now(UTC), "jill", "merge", "12", to="34")])
    for _ in range(2):  # names of two people, and one student all the same
        report = collect_zips(room.course, uploads, HW, "canvas")
        assert (report.collected, report.refused) == ((), ())
    pack(uploads / "lovelaceada_12_995_lines.zip", {"lines.py": "x = 5\n"})
    assert [one.student for one in collect_zips(room.course, uploads, HW, "canvas").collected] == ["34"]
    pack(uploads / "eve_12_996_lines.zip", {"lines.py": "x = 6\n"})  # an id that two people have
    refused = collect_zips(room.course, uploads, HW, "canvas").refused
    assert {one.name for one in refused} == {f'"{p.name}"' for p in uploads.glob("*_12_*")}


def test_times_may_come_from_a_table(room: Any, uploads: Path, tmp_path: Path) -> None:
    times = tmp_path / "times.csv"
    pack(uploads / NAME, {"lines.py": "x\n"})
    pack(uploads / f"bob_{HW}_2030-01-08-10-00-00.zip", {"lines.py": "y\n"})
    assert [one.time for one in collect_zips(room.course, uploads).collected][:1] == [None]
    times.write_text(
        f"Student,Time,Assignment\nada,2030-01-09T10:00,\nbob,2030-01-09T11:00+01:00,{HW}\ncyd,2030-01-09,\n"
    )
    report = collect_zips(room.course, uploads, times=times)
    assert [entry.reason for entry in report.passed if entry.student == "ada"] == [
        "it was collected before; now its time is known, 2030-01-09 10:00:00 UTC"
    ]
    assert read_time(room.course.submitted / "ada" / HW) == datetime(2030, 1, 9, 10, tzinfo=UTC)
    assert f"{times}: cyd has a time, but no upload." in report.warnings


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("ada,soon", r'line 2: time: expected a time .* found "soon"'),
        ("ada,2030-01-09\nada,2030-01-10", "line 3: ada is there twice"),
        ("../ada,2030-01-09", "cannot be a student's id"),
    ],
)
def test_a_wrong_table_of_times_stops_before_anything(
    room: Any, uploads: Path, tmp_path: Path, rows: str, said: str
) -> None:
    pack(uploads / NAME, {"lines.py": "x\n"})
    (tmp_path / "times.csv").write_text(f"student,time\n{rows}\n")
    with pytest.raises(UsageError, match=said):
        collect_zips(room.course, uploads, times=tmp_path / "times.csv")
    assert not (room.course.submitted / "ada").exists()


def test_a_time_inside_the_archive_counts_for_nothing(room: Any, uploads: Path) -> None:
    pack(uploads / NAME, {"lines.py": "x\n", "timestamp.txt": "2020-01-01 00:00:00 UTC"})
    collect_zips(room.course, uploads)
    assert read_time(room.course.submitted / "ada" / HW) is None


def test_no_name_inside_speaks_for_another_student(room: Any, uploads: Path) -> None:
    pack(uploads / NAME, {"lines.py": "x\n", f"bob_{HW}/lines.py": "y\n"})
    collect_zips(room.course, uploads)
    assert [path.name for path in room.course.submitted.iterdir()] == ["ada"]


def test_of_two_that_look_alike_neither_comes_in(room: Any, uploads: Path) -> None:
    for student in ("ace", "\u0430\u0441\u0435", "bob", "b\u200bob"):
        pack(uploads / f"{student}_{HW}.zip", {"lines.py": "x\n"})
    report = collect_zips(room.course, uploads)
    assert [one.student for one in report.collected] == ["bob"]
    assert {one.student for one in report.refused} == {"ace", "\u0430\u0441\u0435", ""}
    assert "U+0430 CYRILLIC SMALL LETTER A" in "".join(one.reason for one in report.refused)


def test_what_speaks_against_the_time_in_a_name_is_said(room: Any, uploads: Path) -> None:
    year = datetime.now(UTC).year
    for name, stamp in (("ada", "1999-01-01"), ("bob", f"{year + 1}-12-01"), ("cyd", f"{year}-01-01")):
        with zipfile.ZipFile(uploads / f"{name}_{HW}_{stamp}-10-00-00.zip", "w") as archive:
            archive.writestr(zipfile.ZipInfo("lines.py", (year, 1, 3, 0, 0, 0)), "x\n")
    warnings = collect_zips(room.course, uploads).warnings
    assert [text.partition(",")[0] for text in warnings] == ["ada", "ada", "bob", "cyd"]
    assert "too early" in warnings[0]
    assert "in the future" in warnings[2]
    assert f"a file in it is from {year}-01-03 00:00:00" in warnings[3]


def link_member(archive: zipfile.ZipFile) -> None:
    member = zipfile.ZipInfo("lines.py")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(member, "/etc/passwd")


def encrypted_member(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)


def make_bad(folder: Path, kind: str) -> None:
    path = folder / f"eve_{HW}.zip"
    names = {
        "parent": ["../lines.py"],
        "inner parent": ["a/../../lines.py"],
        "backslash parent": ["..\\lines.py"],
        "absolute": ["/etc/cron.d/x.py"],
        "drive": ["C:/lines.py"],
        "too many": [f"{number}.py" for number in range(20)],
        "far too many": [f"{number}.py" for number in range(1000)],
        "file and folder": ["a", "a/b.py"],
        "same but for case": ["lines.py", "LINES.py"],
        "escape": ["a\x1b[2J.py"],
        "nothing of use": ["movie.mp4"],
    }
    if kind in names:
        pack(path, dict.fromkeys(names[kind], "x"))
    elif kind == "bomb":
        pack(path, {"zeros.py": bytes(300 * 1024)})
    elif kind == "bomb in parts":
        pack(path, {f"{number}.py": bytes(200 * 1024) for number in range(5)})
    elif kind == "heavy":
        path.write_bytes(b"PK" + os.urandom(600 * 1024))
    elif kind == "no zip":
        path.write_text("not a zip file")
    elif kind == "link":
        with zipfile.ZipFile(path, "w") as archive:
            link_member(archive)
    elif kind == "encrypted":
        encrypted_member(pack(path, {"lines.py": "x"}))
    elif kind == "damaged":
        content = bytearray(pack(path, {"lines.py": "x" * 1000}).read_bytes())
        content[45] ^= 0xFF
        path.write_bytes(content)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("parent", "leads out of the archive"),
        ("inner parent", "leads out of the archive"),
        ("backslash parent", "leads out of the archive"),
        ("absolute", "leads out of the archive"),
        ("drive", "leads out of the archive"),
        ("link", '"lines.py" is a link'),
        ("encrypted", "is encrypted"),
        ("too many", "too many files"),
        ("far too many", "too many files"),
        ("bomb", '"zeros.py" is too large'),
        ("bomb in parts", "too large in total"),
        ("heavy", "it is too large"),
        ("same but for case", "twice"),
        ("file and folder", "both as a file and as a folder"),
        ("escape", "unprintable characters"),
        ("damaged", "not a readable zip file"),
        ("no zip", "not a readable zip file"),
        ("nothing of use", "no file of an accepted kind"),
    ],
)
def test_a_bad_archive_is_refused_by_name_and_the_rest_collected(
    room: Any, uploads: Path, kind: str, reason: str
) -> None:
    pack(uploads / NAME, {"lines.py": "x\n"})
    pack(uploads / f"zoe_{HW}.zip", {"lines.py": "x\n"})
    make_bad(uploads, kind)
    report = collect_zips(room.course, uploads)
    assert [one.student for one in report.collected] == ["ada", "zoe"]
    [refused] = report.refused
    assert refused.name == f'"eve_{HW}.zip"'
    assert reason in refused.reason
    assert "\x1b" not in refused.reason
    assert sorted(path.name for path in room.course.submitted.iterdir()) == ["ada", "zoe"]


def test_the_older_good_archive_stands_in_for_a_bad_one(room: Any, uploads: Path) -> None:
    pack(uploads / f"ada_{HW}_2030-01-08-10-00-00.zip", {"lines.py": "good\n"})
    pack(uploads / f"ada_{HW}_2030-01-09-10-00-00.zip", {"../lines.py": "bad\n"})
    report = collect_zips(room.course, uploads)
    assert len(report.collected) == len(report.refused) == 1
    assert files(room)["lines.py"] == b"good\n"


def test_names_that_fit_no_student_or_assignment_are_refused(room: Any, uploads: Path) -> None:
    for name in ("ada.zip", "ada_hw9_nothing.zip", "ada_hw1_lines.rar", f"-x_{HW}.zip"):
        pack(uploads / name, {"lines.py": "x"})
    (uploads / f"eve_{HW}.zip").symlink_to(uploads / "ada.zip")
    report = collect_zips(room.course, uploads)
    assert report.collected == ()
    assert len(report.refused) == 5


def test_a_pattern_of_ones_own(room: Any, uploads: Path) -> None:
    pack(uploads / "Lovelace_4711_submission.zip", {"lines.py": "x\n"})
    pattern = r"\w+?_(?P<student_id>\d+)_submission\.zip"
    report = collect_zips(room.course, uploads, assignment_id=HW, pattern=pattern)
    assert [one.student for one in report.collected] == ["4711"]


@pytest.mark.parametrize(
    ("assignment_id", "pattern", "words"),
    [
        (None, "(", "not a regular expression"),
        (None, r"(?P<student_id>.+)\.zip", r"lacks \(\?P<assignment_id>.*name the assignment on the command line"),
        (HW, r".+\.zip", r"lacks \(\?P<student_id>"),
        ("hw9", None, "Unknown assignment"),
        (None, None, "is empty"),
    ],
)
def test_wrong_use_is_told(
    room: Any, uploads: Path, assignment_id: str | None, pattern: str | None, words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        collect_zips(room.course, uploads, assignment_id, pattern)

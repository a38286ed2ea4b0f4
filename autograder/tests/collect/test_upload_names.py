"""Whose an upload is, which of several counts, and that none is passed over in silence."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from gradkit.classroom.collecting import collect_class
from gradkit.collect.upload_names import PLATFORMS, Names
from gradkit.collect.zip_uploads import collect_zips

HW = "hw1_lines"
CANVAS = r"(?P<student_id>[^_]+)(_LATE)?_\d+_\d+_.*\.zip"  # takes the name for the id


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    """An empty folder for uploads."""
    folder = tmp_path / "uploads"
    folder.mkdir()
    return folder


def put(path: Path, text: str = "x = 1\n", at: float = 1_800_000_000) -> Path:
    """An upload with one file, ``lines.py``, that was last changed at ``at``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("lines.py", text)
    os.utime(path, (at, at))
    return path


def taken(room: Any, student: str) -> str:
    return str((room.course.submitted / student / HW / "lines.py").read_text())


@pytest.mark.parametrize(
    ("platform", "name", "student", "numbers"),
    [
        ("canvas", "doejane_12345_678901_hw3.zip", "12345", (678901,)),
        ("canvas", "doejane_LATE_12345_678901_hw3_2_3-1.ZIP", "12345", (678901,)),
        ("canvas", "müller-lüdenscheidtjosé_9_10_hw3.zip", "9", (10,)),
        ("moodle", "Jane Doe_1327627_assignsubmission_file_hw3.zip", "1327627", ()),
        ("moodle", "Jane Doe_1327627_assignsubmission_file_", "1327627", ()),
        ("brightspace", "12345-678 - Jane Doe - Oct 4, 2026 930 PM - my - hw3.zip", "12345", (2026, 10, 4, 21, 30)),
        ("brightspace", "12345-678 - Jane Doe- Oct 14, 2026 110 AM - hw3.zip", "12345", (2026, 10, 14, 1, 10)),
        ("brightspace", "12345-678 - Jane Doe - Oct 4, 2026 1205 AM", "12345", (2026, 10, 4, 0, 5)),
        ("blackboard", "Homework 3_jdoe_attempt_2026-10-04-21-30-00_hw3.zip", "jdoe", (2026, 10, 4, 21, 30, 0)),
    ],
)
def test_a_platforms_own_number_is_the_id(
    room: Any, platform: str, name: str, student: str, numbers: tuple[int, ...]
) -> None:
    names = Names(room.course, HW, platform)
    parts = names.match(name)
    assert parts is not None
    upload = names.read(Path(name), parts, name)
    assert (upload.student, upload.numbers, upload.assignment) == (student, numbers, HW)


@pytest.mark.parametrize(
    ("pattern", "one", "other"),
    [
        (CANVAS, "doejane_12345_678901_hw3.zip", "doejane_67890_678999_hw3.zip"),
        (CANVAS, "doejane_LATE_12345_678901_hw3.zip", "doejane_67890_678999_hw3-1.zip"),
        (r"(?P<student_id>[^_]+)_.*", "Jo Li_1_assignsubmission_file_a.zip", "Jo Li_2_assignsubmission_file_a.zip"),
        (
            r".+? - (?P<student_id>.+?) - .*",
            "1-5 - Jo Li - Oct 4, 2026 930 PM.zip",
            "2-6 - Jo Li - Oct 4, 2026 931 PM.zip",
        ),
        (r"(?P<name>\D+)(?P<student_id>\d+)\.zip", "jane7.zip", "joan7.zip"),
        ("blackboard", "x_a_doe_attempt_2026-10-04-21-30-00_f.zip", "x_b_doe_attempt_2026-10-04-21-30-00_f.zip"),
    ],
)
def test_two_people_with_one_id_stop_that_id_and_nobody_else(
    room: Any, uploads: Path, pattern: str, one: str, other: str
) -> None:
    third = one.replace("doe", "roe").replace("Jo Li", "Al Ma").replace("jane7", "al8")
    for name in (one, other, third):
        put(uploads / name)
    report = collect_zips(room.course, uploads, HW, pattern)
    assert len(report.collected) == 1
    assert {refused.name.strip('"') for refused in report.refused} == {one, other}
    assert all(one in refused.reason and other in refused.reason for refused in report.refused)
    assert [path.name for path in room.course.submitted.iterdir()] == [report.collected[0].student]


def test_two_people_with_one_id_are_seen_from_one_download_to_the_next(room: Any, uploads: Path) -> None:
    put(uploads / "doejane_12345_678901_hw3.zip", "one\n")
    assert len(collect_zips(room.course, uploads, HW, CANVAS).collected) == 1
    (uploads / "doejane_12345_678901_hw3.zip").unlink()
    put(uploads / "doejane_67890_678999_hw3.zip", "other\n")
    report = collect_zips(room.course, uploads, HW, CANVAS)
    assert report.collected == ()
    assert "number 12345" in report.refused[0].reason
    assert taken(room, "doejane") == "one\n"


@pytest.mark.parametrize(
    ("pattern", "newest", "others", "why"),
    [
        (None, f"ada_{HW}_10.zip", [f"ada_{HW}_9.zip", f"ada_{HW}_2.zip", f"ada_{HW}.zip"], "higher number"),
        (None, f"ada_{HW} (2).zip", [f"ada_{HW}.zip", f"ada_{HW} (1).zip"], "higher number"),
        (None, f"ada_{HW}_2030-01-02-10-00-00.zip", [f"ada_{HW}_2030-01-01-10-00-00_9.zip"], "later time"),
        ("canvas", "doe_5_1000_a.zip", ["doe_5_999_b.zip", "doe_LATE_5_20_c.zip"], "higher number"),
        (
            "brightspace",
            "5-1 - J D - Oct 4, 2026 130 PM - a.zip",
            ["5-1 - J D - Oct 4, 2026 1159 AM - a.zip"],
            "higher",
        ),
    ],
)
def test_numbers_are_read_as_numbers_and_the_others_are_named(
    room: Any, uploads: Path, pattern: str | None, newest: str, others: list[str], why: str
) -> None:
    for number, name in enumerate(others):
        put(uploads / name, at=1_800_000_000 + 100 * number)  # newer files, which does not count
    put(uploads / newest, "newest\n", at=1_700_000_000)
    report = collect_zips(room.course, uploads, HW, pattern)
    (collected,) = report.collected
    assert collected.name == f'"{newest}"'
    assert taken(room, collected.student) == "newest\n"
    assert {passed.name.strip('"') for passed in report.passed} == set(others)
    assert all(newest in passed.reason and why in passed.reason for passed in report.passed)
    assert report.warnings == () or "nothing shows" not in report.warnings[0]


def test_where_nothing_tells_which_is_newer_that_is_said(room: Any, uploads: Path) -> None:
    put(uploads / f"ada_{HW}_final.zip", "a\n")
    put(uploads / f"ada_{HW}_draft.zip", "b\n")
    put(uploads / f"bob_{HW}_final.zip")
    put(uploads / f"bob_{HW}_copy.zip")  # the same file
    put(uploads / f"cyd_{HW}_final.zip", "a\n", at=1_800_000_000)
    put(uploads / f"cyd_{HW}_draft.zip", "b\n", at=1_800_000_100)
    report = collect_zips(room.course, uploads)
    (warning,) = report.warnings
    assert warning.startswith("ada")
    assert f"ada_{HW}_final.zip" in warning
    assert f"ada_{HW}_draft.zip" in warning
    assert taken(room, "cyd") == "b\n"


@pytest.mark.parametrize("name", ["ada_hw1_lines.ZIP", "ada_hw1_lines (1).zip", "ada_hw1_lines.zip.zip", "ada_HW1.zip"])
def test_what_people_and_browsers_make_of_a_name_is_understood(room: Any, uploads: Path, name: str) -> None:
    put(uploads / name)
    assert [(one.student, one.assignment) for one in collect_zips(room.course, uploads).collected] == [("ada", HW)]


def test_every_file_of_the_folder_is_accounted_for(room: Any, uploads: Path) -> None:
    put(uploads / f"ada_{HW}_1.zip")
    put(uploads / f"ada_{HW}_2.zip", "y = 1\n")
    put(uploads / "Jose\u0301_hw1_lines.zip")
    put(uploads / f"eve_{HW}" / "work.zip")
    (uploads / f"flo_{HW}").mkdir()
    (uploads / f"flo_{HW}" / "lines.py").write_text("x = 2\n")
    put(uploads / f"gus_{HW}" / "a.zip")
    put(uploads / f"gus_{HW}" / "b.zip")
    (uploads / f"hal_{HW}.rar").write_text("x")
    (uploads / f"ida_{HW}.py").write_text("x")
    (uploads / "notes.txt").write_text("x")
    (uploads / ".DS_Store").write_text("x")
    (uploads / f"bob_{HW}.zip").write_text("no zip file")
    with zipfile.ZipFile(uploads / "all.zip", "w") as archive:
        archive.writestr(f"kim_{HW}.zip", put(uploads.parent / "kim.zip").read_bytes())
    put(uploads / "download" / f"lea_{HW}.zip")
    incoming = collect_class(room.course, zips=uploads)
    found = {entry.name: (entry.status, entry.reason) for entry in incoming.entries}
    assert found.keys() == {path.name for path in uploads.iterdir()} - {".DS_Store"}
    assert {name for name, (status, _) in found.items() if status == "taken"} == {
        *(f"ada_{HW}_2.zip", "Jose\u0301_hw1_lines.zip", f"eve_{HW}", f"flo_{HW}")
    }
    assert found[f"ada_{HW}_1.zip"][0] == "superseded"
    assert f"ada_{HW}_2.zip" in found[f"ada_{HW}_1.zip"][1]
    for name, status, words in (
        (f"gus_{HW}", "refused", "a.zip, b.zip"),
        (f"hal_{HW}.rar", "refused", "another kind of archive"),
        (f"ida_{HW}.py", "refused", "not a .zip file"),
        ("notes.txt", "not understood", "not a .zip file"),
        (f"bob_{HW}.zip", "refused", "not a readable zip file"),
        ("all.zip", "not understood", "Collect from it: --zip"),
        ("download", "not understood", "Collect from it: --zip"),
    ):
        assert (found[name][0], words in found[name][1]) == (status, True), found[name]
    for name in ("download", "all.zip"):
        assert collect_class(room.course, zips=uploads / name).collected == 1  # as advised
    again = {entry.name: entry.status for entry in collect_class(room.course, zips=uploads).entries}
    assert again[f"ada_{HW}_2.zip"] == again["Jose\u0301_hw1_lines.zip"] == "unchanged"


def test_an_older_attempt_of_a_later_download_takes_no_newer_ones_place(room: Any, uploads: Path) -> None:
    put(uploads / "doe_5_1000_a.zip", "newer\n")
    collect_zips(room.course, uploads, HW, "canvas")
    (uploads / "doe_5_1000_a.zip").unlink()
    put(uploads / "doe_5_999_a.zip", "older\n")
    report = collect_zips(room.course, uploads, HW, "canvas")
    assert report.collected == ()
    assert "doe_5_1000_a.zip" in report.passed[0].reason
    assert taken(room, "5") == "newer\n"


def test_new_work_in_a_folder_of_files_is_collected_again(room: Any, uploads: Path) -> None:
    folder = uploads / "Jane Doe_1327627_assignsubmission_file_"
    folder.mkdir()
    for text, count in (("x = 1\n", 1), ("x = 1\n", 0), ("x = 2\n", 1)):
        (folder / "lines.py").write_text(text)
        report = collect_zips(room.course, uploads, HW, "moodle")
        assert len(report.collected) == count
        assert len(report.passed) == 1 - count
        assert taken(room, "1327627") == text


def test_the_platforms_are_named_where_a_pattern_is_none(room: Any, uploads: Path) -> None:
    put(uploads / "doejane_12345_678901_hw3.zip")
    (refused,) = collect_zips(room.course, uploads).refused
    assert all(name in refused.reason for name in PLATFORMS)

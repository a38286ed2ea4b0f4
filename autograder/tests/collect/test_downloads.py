"""The downloads of Canvas and Moodle as they come: packed or not, single files, roster, and what is late by when."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gradkit.classroom.collecting import collect_class
from gradkit.collect.collected import read_note
from gradkit.collect.zip_uploads import collect_zips
from gradkit.errors import UsageError
from gradkit.gradebook.timestamps import read_time

from ..demo_course import write_tree
from ..intake.test_zip_names import Raw, pack_raw
from .test_hand_in_times import ENGLISH, row

HW = "hw1_lines"
FOLDER = "Jane Doe_1327627_assignsubmission_file_"


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    """An empty folder for uploads."""
    folder = tmp_path / "uploads"
    folder.mkdir()
    return folder


def packed(path: Path, *names: str, text: str = "x = 1\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, text)
    return path


def pack_all(folder: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            archive.write(path, path.relative_to(folder))
    return target


def names(room: Any, student: str) -> dict[str, str]:
    folder = room.course.submitted / student / HW
    return {path.name: path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_canvas_files_by_themselves_are_one_submission(room: Any, uploads: Path) -> None:
    write_tree(
        uploads,
        {
            "doejane_12345_100_lines.py": "old\n",
            "doejane_12345_102_lines-2.py": "new\n",
            "doejane_12345_101_data-2.csv": "1\n",  # no file of the release is called data.csv
            "doejane_12345_103_talk.mp4": "m",
            "roerichard_LATE_4321_98765_lines-12.py": "x = 2\n",
            "roejoe_4322_text.html": "<p>typed</p>",
            "roejoe_LATE_4323_link.html": "<p>link</p>",
            "anon_aB3dE_98_lines.py": "x\n",
        },
    )
    incoming = collect_class(room.course, [HW], uploads, "canvas")
    assert names(room, "12345") == {"data-2.csv": "1\n", "lines.py": "new\n"}
    assert names(room, "4321") == {"lines.py": "x = 2\n"}
    found = {entry.name: entry.status for entry in incoming.entries}
    assert found.keys() == {path.name for path in uploads.iterdir()}
    assert {name: status for name, status in found.items() if status != "taken"} == {
        "doejane_12345_100_lines.py": "superseded",
        "roejoe_4322_text.html": "ignored",
        "roejoe_LATE_4323_link.html": "ignored",
        "anon_aB3dE_98_lines.py": "not understood",
    }
    assert "turn off anonymous grading" in incoming.refused[0]
    assert any("left out: talk.mp4" in text for text in incoming.warnings)
    again = collect_class(room.course, [HW], uploads, "canvas")
    assert again.collected == 0


def test_an_archive_and_files_beside_it(room: Any, uploads: Path) -> None:
    packed(uploads / "doejane_1_100_hw.zip", "lines.py")
    write_tree(uploads, {"doejane_1_101_lines.py": "x = 2\n", "roejoe_2_104_report.pdf": "x"})
    packed(uploads / "roejoe_2_103_hw.zip", "lines.py")
    packed(uploads / "folder" / "hw.zip", "lines.py")
    report = collect_zips(room.course, uploads, HW, "canvas")
    assert [one.student for one in report.collected] == ["2"]
    refused = {one.name for one in report.refused if "it is unclear which count" in one.reason}
    assert refused == {'"doejane_1_100_hw.zip"', '"doejane_1_101_lines.py"'}
    assert [(entry.name, entry.status) for entry in report.passed] == [('"roejoe_2_104_report.pdf"', "ignored")]
    (uploads / "doejane_1_100_hw.zip").unlink()  # as advised
    assert [one.student for one in collect_zips(room.course, uploads, HW, "canvas").collected] == ["1"]


@pytest.mark.parametrize("name", [FOLDER, FOLDER.removesuffix("_")])
def test_moodles_folders(room: Any, uploads: Path, name: str) -> None:
    packed(uploads / name / "hw1.zip", "lines.py")
    write_tree(
        uploads,
        {
            f"{name}/notes.pdf": "x",
            "Jane Doe_1327627_assignsubmission_onlinetext_/onlinetext.html": "<p>see file</p>",
            "Joe Roe_1327628_assignsubmission_file_lines.py": "x = 2\n",
        },
    )
    incoming = collect_class(room.course, [HW], uploads, "moodle")
    assert names(room, "1327627") == {"lines.py": "x = 1\n"}
    assert names(room, "1327628") == {"lines.py": "x = 2\n"}
    assert incoming.refused == ()
    assert [entry.name for entry in incoming.entries if entry.status == "ignored"] == [
        "Jane Doe_1327627_assignsubmission_onlinetext_"
    ]
    (warning,) = incoming.warnings
    assert warning.startswith(f"1327627, {HW}: left out: notes.pdf")


def test_attempts_with_a_time_are_not_mixed(room: Any, uploads: Path) -> None:
    first, second = "5-1 - J D - Oct 4, 2026 930 PM - ", "5-1 - J D - Oct 5, 2026 1015 AM - "
    write_tree(
        uploads,
        {f"{first}lines.py": "old\n", f"{first}extra.py": "e\n", f"{second}lines.py": "new\n", "index.html": ""},
    )
    report = collect_zips(room.course, uploads, HW, "brightspace")
    assert names(room, "5") == {"lines.py": "new\n"}
    assert {entry.name.strip('"'): entry.status for entry in report.passed} == {
        f"{first}lines.py": "superseded",
        f"{first}extra.py": "superseded",
        "index.html": "ignored",
    }


@pytest.mark.parametrize("around", ["", "download/"])
def test_a_download_is_read_packed_as_it_is_unpacked(room: Any, uploads: Path, tmp_path: Path, around: str) -> None:
    packed(uploads / around / FOLDER / "hw1.zip", "lines.py")
    write_tree(uploads, {f"{around}Joe Roe_8_assignsubmission_file_/lines.py": "x = 2\n"})
    write_tree(uploads, {f"{around}Joe Roe_8_assignsubmission_file_/film.mp4": "m" * 600_000, ".DS_Store": "x"})
    report = collect_zips(room.course, pack_all(uploads, tmp_path / "all.zip"), HW, "moodle")
    assert [(one.student, one.name) for one in report.collected] == [
        ("1327627", f'"{FOLDER}"'),
        ("8", '"Joe Roe_8_assignsubmission_file_"'),
    ]
    assert names(room, "8") == {"lines.py": "x = 2\n"}
    assert collect_zips(room.course, uploads / around, HW, "moodle").collected == ()
    assert not list(room.course.work.glob("uploads*"))


def test_one_bad_upload_of_a_packed_download_costs_that_one_alone(room: Any, tmp_path: Path) -> None:
    download = tmp_path / "all.zip"
    with zipfile.ZipFile(download, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("a_1_assignsubmission_file_", "b_2_assignsubmission_file_"):
            archive.writestr(f"{name}/lines.py", "x = 1\n")
        archive.writestr("b_2_assignsubmission_file_/bomb.py", bytes(40 << 20))
        archive.writestr("../c_3_assignsubmission_file_/lines.py", "x\n")
        archive.writestr("d_4_assignsubmission_file_/a\x1b.py", "x\n")
    report = collect_zips(room.course, download, HW, "moodle")
    assert [one.student for one in report.collected] == ["1"]
    reasons = {one.name: one.reason for one in report.refused}
    assert reasons.keys() == {'"b_2_assignsubmission_file_"', '".."', '"d_4_assignsubmission_file_"'}
    assert "leads out" in reasons['".."']
    assert not (room.course.work.parent / "c_3_assignsubmission_file_").exists()


def test_one_students_archive_is_not_taken_for_a_download(room: Any, tmp_path: Path) -> None:
    packed(tmp_path / f"ada_{HW}.zip", "lines.py")
    assert [one.student for one in collect_zips(room.course, tmp_path / f"ada_{HW}.zip").collected] == ["ada"]


def test_what_is_no_download(room: Any, tmp_path: Path) -> None:
    (tmp_path / "all.zip").write_text("no zip")
    with pytest.raises(UsageError, match="not a readable zip file"):
        collect_zips(room.course, tmp_path / "all.zip", HW, "moodle")


def roster(folder: Path, text: str) -> Path:
    (folder / "roster.csv").write_text(text)
    return folder / "roster.csv"


def test_a_roster_says_whose_canvass_numbers_are(room: Any, uploads: Path, tmp_path: Path) -> None:
    write_tree(
        uploads,
        {
            "doejane_104_1_lines.py": "ada\n",
            "doejane_105_2_lines.py": "bob\n",
            "doejane_0000104_3_lines.py": "other\n",
        },
    )
    # Bob's own id is Ada's number in Canvas, which no other column may stand for.
    people = roster(tmp_path, "student,canvas_id,sis_user_id\nada,104,\n104,105,0000104\n")
    report = collect_zips(room.course, uploads, HW, "canvas", roster=people)
    assert (names(room, "ada"), names(room, "104")) == ({"lines.py": "ada\n"}, {"lines.py": "bob\n"})
    (refused,) = report.refused
    assert "the roster has nobody with canvas_id 0000104" in refused.reason
    roster(tmp_path, "student,canvas_id,sis_user_id\nada,104,\n104,105,\ncyd,0000104,\n")  # as advised
    assert collect_zips(room.course, uploads, HW, "canvas", roster=people).refused == ()
    assert names(room, "cyd") == {"lines.py": "other\n"}


def test_a_worksheet_leads_from_a_participant_to_the_roster(room: Any, uploads: Path, tmp_path: Path) -> None:
    for number in (1, 2, 3, 4):
        write_tree(uploads, {f"Jo_{number}_assignsubmission_file_/lines.py": f"x = {number}\n"})
    people = roster(tmp_path, "student,sis_user_id,email,moodle_id\nada,u1,,\nbob,,jane2@x.org,\ncyd,,,Participant 3\n")
    at = "Sunday, 6 January 2030, 5:05 PM"
    (tmp_path / "sheet.csv").write_text(
        ENGLISH + "".join(row(number, at, account=f"u{number}") for number in (1, 2, 4))
    )
    report = collect_zips(room.course, uploads, HW, "moodle", tmp_path / "sheet.csv", people)
    assert {one.student: names(room, one.student)["lines.py"] for one in report.collected} == {
        "ada": "x = 1\n",
        "bob": "x = 2\n",
        "cyd": "x = 3\n",
    }
    assert [one.time for one in report.collected] == [*[datetime(2030, 1, 6, 17, 5, tzinfo=UTC)] * 2, None]
    (refused,) = report.refused
    assert "the roster has nobody with moodle_id 4" in refused.reason
    assert "with --times" in refused.reason
    assert [text for text in report.warnings if "never late" in text] == [
        f"{HW}: without a time in {tmp_path / 'sheet.csv'}, so never late: cyd."
    ]


def test_a_roster_for_other_names(room: Any, uploads: Path, tmp_path: Path) -> None:
    people = roster(tmp_path, "student,sis_login_id,email\nada,al12,\nbob,,b.o@x.org\ncyd,dup,\ndup,,\n")
    for name in ("AL12", "b.o", "dup", "eve"):
        packed(uploads / f"{name}_{HW}.zip", "lines.py", text=name)
    report = collect_zips(room.course, uploads, roster=people)
    assert (names(room, "ada"), names(room, "bob")) == ({"lines.py": "AL12"}, {"lines.py": "b.o"})
    reasons = {one.name: one.reason for one in report.refused}
    assert '"cyd" and of "dup"' in reasons[f'"dup_{HW}.zip"']
    assert "the roster has nobody with student eve" in reasons[f'"eve_{HW}.zip"']


def test_late_by_an_unknown_time_is_said_until_the_time_is_known(room: Any, uploads: Path, tmp_path: Path) -> None:
    write_tree(uploads, {f"doe_LATE_{number}_{number}_lines.py": f"x = {number}\n" for number in (1, 2)})
    write_tree(uploads, {"roe_3_3_lines.py": "x\n"})
    for _ in range(2):  # also when nothing is collected
        (warning,) = collect_zips(room.course, uploads, HW, "canvas").warnings
        assert "not counted as late: 1, 2. Give the times with --times" in warning
    assert read_time(room.course.submitted / "1" / HW) is None
    # Due at 12:00 UTC on 10 January 2030.
    times = tmp_path / "times.csv"
    times.write_text("student,time\n1,2030-01-10T12:30\n2,2030-01-10T11:00\n3,2030-01-10T12:30\n")
    warnings = collect_zips(room.course, uploads, HW, "canvas", times).warnings
    assert [text.partition(". ")[0] for text in warnings] == [
        f"{HW}: in time for the platform, but late here: 3",
        f"{HW}: late for the platform, but in time here: 2",
    ]
    assert read_time(room.course.submitted / "1" / HW) == datetime(2030, 1, 10, 12, 30, tzinfo=UTC)
    times.write_text("student,time\n1,2030-01-10T12:31\n2,2030-01-10T12:01\n3,2030-01-10T11:30\n")
    report = collect_zips(room.course, uploads, HW, "canvas", times)
    assert report.warnings == ()
    assert all("now its time is corrected" in entry.reason for entry in report.passed)
    assert read_time(room.course.submitted / "1" / HW) == datetime(2030, 1, 10, 12, 31, tzinfo=UTC)
    assert collect_zips(room.course, uploads, HW, "canvas").warnings == ()  # the times stay known


def test_a_download_of_a_chinese_windows(room: Any, tmp_path: Path) -> None:
    inner = pack_raw([Raw(f"作业一/{name}".encode("gbk")) for name in ("lines.py", "说明.txt")])
    with zipfile.ZipFile(tmp_path / "download.zip", "w") as made:
        made.writestr(Raw("王小明_1327627_assignsubmission_file_/作业一.zip".encode("gbk")), inner)
        made.writestr(Raw("李雷_1327628_assignsubmission_file_/lines.py".encode("gbk")), "y = 1\n")
    report = collect_zips(room.course, tmp_path / "download.zip", HW, "moodle")
    assert names(room, "1327627") == {"lines.py": "0", "说明.txt": "1"}
    assert names(room, "1327628") == {"lines.py": "y = 1\n"}
    assert read_note(room.course, "1327627", HW)["person"] == "王小明"
    assert 'were read as GBK, such as "王小明_1327627_assignsubmission_file_/作业一.zip"' in report.warnings[0]
    assert collect_zips(room.course, tmp_path / "download.zip", HW, "moodle").collected == ()

"""Collecting from the exchange, where students can lay anything."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gradkit.collect.collected import CollectReport
from gradkit.collect.inbound import collect
from gradkit.gradebook.timestamps import read_time

HW = "hw1_lines"
DUE = datetime(2030, 1, 10, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def plant(room: Any, student: str, at: datetime = DUE) -> Path:
    """Submit, and return the folder in the exchange, to be spoiled."""
    room.hand_in(student, at)
    return max(room.inbound.glob(f"{student}+*"))


def link(folder: Path) -> None:
    (folder / "notes.txt").symlink_to("/etc/hostname")


def link_in_place_of_the_module(folder: Path) -> None:
    (folder / "lines.py").unlink()
    (folder / "lines.py").symlink_to(folder.parents[3] / "assignments" / HW / "lines.py")


def linked_folder(folder: Path) -> None:
    (folder / "data").symlink_to(folder.parents[3] / "assignments")


def hard_link(folder: Path) -> None:
    os.link(folder.parents[3] / "assignments" / HW / "lines.py", folder / "copy.py")


def pipe(folder: Path) -> None:
    os.mkfifo(folder / "pipe.py")


def many_files(folder: Path) -> None:
    for number in range(20):
        (folder / f"{number}.txt").touch()


def many_folders(folder: Path) -> None:
    for number in range(700):
        (folder / f"{number}").mkdir()


def deep_folders(folder: Path) -> None:
    (folder / "/".join(["d"] * 30)).mkdir(parents=True)


def large_file(folder: Path) -> None:
    with (folder / "weights.csv").open("wb") as file:
        file.truncate(100 * 1024 * 1024)


def large_together(folder: Path) -> None:
    for number in range(3):
        (folder / f"{number}.csv").write_bytes(bytes(200 * 1024))


def name_not_utf8(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.py")).touch()


def name_with_escape(folder: Path) -> None:
    (folder / "a\x1b[2Jb.py").touch()


def unreadable(folder: Path) -> None:
    (folder / "lines.py").chmod(0)


SPOILT: list[tuple[Callable[[Path], None], str]] = [
    (link, '"notes.txt" is a link'),
    (link_in_place_of_the_module, '"lines.py" is a link'),
    (linked_folder, '"data" is a link'),
    (hard_link, '"copy.py" is a hard link'),
    (pipe, '"pipe.py" is not a regular file'),
    (many_files, "too many files"),
    (many_folders, "too many files and folders"),
    (deep_folders, "nested more than 20 deep"),
    (large_file, '"weights.csv" is too large'),
    (large_together, "too large in total"),
    (name_not_utf8, "is not UTF-8"),
    (name_with_escape, "contains unprintable characters"),
]


@pytest.mark.parametrize(("spoil", "reason"), SPOILT, ids=lambda value: getattr(value, "__name__", ""))
def test_a_spoilt_submission_is_refused_by_name_and_the_rest_collected(
    room: Any, spoil: Callable[[Path], None], reason: str
) -> None:
    room.hand_in("ada")
    spoil(plant(room, "eve"))
    room.hand_in("zoe")
    report = collect(room.course)
    assert [(one.student, one.assignment) for one in report.collected] == [("ada", HW), ("zoe", HW)]
    [refused] = report.refused
    assert reason in refused.reason
    assert (refused.student, refused.assignment) == ("eve", HW)
    assert refused.name.startswith('"eve+hw1_lines+2030-01-10 12:00:00')
    assert "\x1b" not in refused.name + refused.reason
    assert not (room.course.submitted / "eve").exists()
    assert sorted(path.name for path in (room.course.submitted / "ada" / HW).iterdir()) == [
        "lines.ipynb", "lines.py", "submission_secret.txt", "timestamp.txt"
    ]  # fmt: skip


def test_a_file_that_may_not_be_read_is_refused(room: Any) -> None:
    unreadable(plant(room, "eve"))
    report = collect(room.course)
    # Root reads everything; then there is nothing to refuse.
    assert bool(report.refused) == (os.geteuid() != 0)


def test_the_newest_wins_and_an_unchanged_one_is_not_collected_again(room: Any) -> None:
    room.hand_in("ada", DUE, {"lines.py": "first\n"})
    assert len(collect(room.course).collected) == 1
    assert collect(room.course) == CollectReport()
    room.hand_in("ada", DUE + 2 * HOUR, {"lines.py": "third\n"})
    room.hand_in("ada", DUE + HOUR, {"lines.py": "second\n"})
    [collected] = collect(room.course).collected
    assert collected.time == DUE + 2 * HOUR
    assert (room.course.submitted / "ada" / HW / "lines.py").read_text() == "third\n"


def test_before_a_refused_one_the_good_one_is_collected_or_kept(room: Any) -> None:
    room.hand_in("ada", DUE, {"lines.py": "good\n"})
    link(plant(room, "ada", DUE + HOUR))
    report = collect(room.course)
    assert [one.time for one in report.collected] == [DUE]
    assert len(report.refused) == 1
    link(plant(room, "ada", DUE + 2 * HOUR))
    report = collect(room.course)
    assert report.collected == ()
    assert len(report.refused) == 2
    assert (room.course.submitted / "ada" / HW / "lines.py").read_text() == "good\n"


def test_unknown_assignments_and_names_that_are_none_are_refused_by_name(room: Any) -> None:
    room.hand_in("ada")
    for name in (
        "ada+hw9_nothing+2030-01-10 12:00:00.0 UTC+x",
        "rubbish",
        "ada+hw1_lines+yesterday+x",
        "..+hw1_lines+2030-01-01+x",
    ):
        (room.inbound / name).mkdir()
    (room.inbound / "eve+hw1_lines+2030-01-10 12:00:00 UTC+x").symlink_to(room.course.root)
    report = collect(room.course)
    assert [one.student for one in report.collected] == ["ada"]
    reasons = {one.name.strip('"').split("+")[0] + one.assignment: one.reason for one in report.refused}
    assert set(reasons) == {"adahw9_nothing", "rubbish", "ada", "..", "evehw1_lines"}
    assert "there is no assignment" in reasons["adahw9_nothing"]
    assert "not a readable folder" in reasons["evehw1_lines"]
    assert not (room.course.root / HW).exists()


def test_only_the_assignments_asked_for(room: Any) -> None:
    room.hand_in("ada")
    assert collect(room.course, ["hw2_losses"]) == CollectReport()
    assert len(collect(room.course, [HW]).collected) == 1


def test_the_time_is_that_of_the_folders_name_whatever_the_file_says(room: Any) -> None:
    folder = plant(room, "eve", DUE + 50 * HOUR)
    (folder / "timestamp.txt").write_text("2020-01-01 00:00:00 UTC")
    collect(room.course)
    assert read_time(room.course.submitted / "eve" / HW) == DUE + 50 * HOUR


def test_caches_are_left_behind(room: Any) -> None:
    folder = plant(room, "ada")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "x.pyc").symlink_to("/etc/hostname")
    assert len(collect(room.course).collected) == 1
    assert not (room.course.submitted / "ada" / HW / "__pycache__").exists()


def test_an_exchange_that_does_not_exist_holds_nothing(room: Any) -> None:
    assert collect(room.course) == CollectReport()


def test_one_students_place_that_cannot_be_written_does_not_stop_the_others(room: Any) -> None:
    room.hand_in("ada")
    room.hand_in("eve")
    room.course.submitted.mkdir()
    (room.course.submitted / "eve").write_text("a file where a folder should be")
    report = collect(room.course)
    assert [one.student for one in report.collected] == ["ada"]
    assert [one.student for one in report.refused] == ["eve"]


CYRILLIC = "\u0430\u0441\u0435"  # looks like "ace"


def test_who_looks_like_a_student_with_work_does_not_come_in(room: Any) -> None:
    room.hand_in("ace")
    collect(room.course)
    room.hand_in(CYRILLIC, DUE + HOUR)
    room.hand_in("Ace", DUE + HOUR)
    room.hand_in("ace", DUE + HOUR)
    report = collect(room.course)
    assert [one.student for one in report.collected] == ["ace"]
    assert {one.student for one in report.refused} == {"Ace", CYRILLIC}
    assert all('"ace"' in one.reason and '"Ace"' in one.reason for one in report.refused)
    assert all("U+0430 CYRILLIC SMALL LETTER A" in one.reason for one in report.refused)
    assert [path.name for path in room.course.submitted.iterdir()] == ["ace"]


def test_of_two_new_ones_that_look_alike_neither_comes_in(room: Any) -> None:
    for student in ("ace", CYRILLIC, "bob"):
        room.hand_in(student)
    report = collect(room.course)
    assert [one.student for one in report.collected] == ["bob"]
    assert {one.student for one in report.refused} == {"ace", CYRILLIC}


def test_a_decomposed_id_is_the_same_student(room: Any) -> None:
    room.hand_in("zo\u00eb", DUE, {"lines.py": "first\n"})
    folder = plant(room, "zo\u00eb", DUE + HOUR)
    folder.rename(folder.with_name(folder.name.replace("\u00eb", "e\u0308")))
    report = collect(room.course)
    assert [(one.student, one.time) for one in report.collected] == [("zo\u00eb", DUE + HOUR)]
    assert [path.name for path in room.course.submitted.iterdir()] == ["zo\u00eb"]


def test_a_later_time_in_the_folder_counts_against_the_name(room: Any) -> None:
    folder = plant(room, "eve")
    (folder / "timestamp.txt").write_text("2030-01-12 12:00:00 UTC")
    report = collect(room.course)
    assert read_time(room.course.submitted / "eve" / HW) == DUE + 48 * HOUR
    assert any(
        "its name says 2030-01-10 12:00:00 UTC, but its timestamp.txt says 2030-01-12 12:00:00 UTC" in text
        for text in report.warnings
    )
    assert collect(room.course) == CollectReport()

"""A course's own files: course.toml, the secret, and which assignments there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gradkit.course import Course, load_course
from gradkit.errors import CourseError, UsageError


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_text_files_as_editors_on_windows_write_them_are_read_alike(course: Course, encoding: str) -> None:
    before, secret = course.assignment("hw0_scaling"), course.secret
    names = ("course.toml", "assignments/hw0_scaling/assignment.toml", "autograder/hidden/secret.txt")
    for path in (course.root / name for name in names):
        path.write_bytes(path.read_text().replace("\n", "\r\n").encode(encoding))
    again = load_course(course.root)
    assert (again, again.assignment("hw0_scaling"), again.secret) == (course, before, secret)


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"caf\xe9", None], ids=["half a letter", "latin-1", "a folder"])
def test_a_secret_that_is_no_text_is_named(course: Course, data: bytes | None) -> None:
    path = course.root / "autograder" / "hidden" / "secret.txt"
    path.unlink()
    path.mkdir() if data is None else path.write_bytes(data)
    with pytest.raises(CourseError, match=re.escape(f"{path}: cannot be read")):
        _ = course.secret


@pytest.mark.parametrize("name", ["a?b", "a*", "[2026]"])
def test_a_folder_that_is_a_pattern_to_others_is_refused_at_once(tmp_path: Path, name: str) -> None:
    with pytest.raises(CourseError, match="read folder names as patterns"):
        load_course(tmp_path / name)


def test_an_unknown_assignment_is_named_with_those_there_are(course: Course) -> None:
    with pytest.raises(UsageError, match=r'No assignment "hw9".*hw0_scaling'):
        course.assignment("hw9")


def test_a_course_has_its_late_policy_and_limits(course: Course) -> None:
    with (course.root / "course.toml").open("a") as file:
        file.write("[late]\npercent_per_day = 20\n[submission]\nfiles = 7\n")
    again = load_course(course.root)
    assert again.late.percent_per_day == 20
    assert again.late.floor_percent == 0
    assert again.submission.files == 7
    assert again.exchange == again.root / "exchange"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('title = "T"', "id: this key is missing"),
        ('id = "a b"\ntitle = "T"', "id: expected a name of the right form"),
        (
            'id = "a"\ntitle = "T"\n[late]\nfloor_percent = 101',
            "late.floor_percent: expected less than or equal to 100",
        ),
    ],
)
def test_a_mistake_in_the_course_file_is_named(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "course.toml").write_text(text)
    with pytest.raises(CourseError) as caught:
        load_course(tmp_path)
    assert words in str(caught.value)


def test_no_course_is_said(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"course\.toml: no such file"):
        load_course(tmp_path)


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_secret_is_refused(course: Course, text: str) -> None:
    (course.root / "autograder/hidden/secret.txt").write_text(text)
    with pytest.raises(CourseError, match="secret"):
        _ = course.secret

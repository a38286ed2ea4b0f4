"""The roster of repositories and the server's record of pushes: read strictly, each repository known by any address."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradkit.collect.repository_list import Row, read_pushes, read_rows, shared_repositories
from gradkit.course import Course
from gradkit.errors import UsageError

from ..demo_course import HW


@pytest.mark.parametrize(
    ("header", "row", "words"),
    [
        ("student,url", "ada,x", '"url" is not a known column'),
        ("student", "ada", 'no column "repository"'),
        ("student,repository", "\nada,", "line 3: student and repository are both required"),
        ("student,repository,assignment", "ada,/x,hw7", "line 2: unknown assignment hw7"),
        ("Student,Repository", "ada,/x\nada,/y", "line 3: ada is listed twice"),
        ("student,repository,assignment", f"ada,/x,{HW}\nada,/y,", "line 3: ada is listed twice"),
    ],
)
def test_a_wrong_roster_is_named_with_its_row(
    course: Course, tmp_path: Path, header: str, row: str, words: str
) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text(f"{header}\n{row}\n")
    with pytest.raises(UsageError, match=words):
        read_rows(course, roster)


@pytest.mark.parametrize(
    ("time", "words"), [("yesterday", "is not a time"), ("2025-01-06T12:00:00", "has no time zone")]
)
def test_a_wrong_record_of_pushes(tmp_path: Path, time: str, words: str) -> None:
    (tmp_path / "pushes.csv").write_text(f"repository,commit,time\nx,y,{time}\n")
    with pytest.raises(UsageError, match=f"line 2: '{time}' {words}"):
        read_pushes(tmp_path / "pushes.csv")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://git.example.org/class/x.git", "git@git.example.org:class/x"),
        ("https://git.example.org/class/x", "ssh://git@git.example.org:22/class/x.git/"),
        ("https://git.example.org/class/x", "https://token@GIT.example.org:443/Class/X"),
        ("https://git.example.org/class/x", "git://git.example.org/class/%78"),
    ],
)
def test_an_address_written_in_another_way_is_the_same_repository(one: str, other: str) -> None:
    rows = [Row("ada", one, ""), Row("eve", other, ""), Row("bob", "https://git.example.org/class/xy", "")]
    assert shared_repositories(rows).keys() == {"ada", "eve"}


def test_other_servers_and_ports_are_other_repositories() -> None:
    places = ("https://a.org/x", "https://b.org/x", "https://a.org:8443/x", "git@a.org:1234/x", "/srv/x", "/srv/y")
    assert shared_repositories([Row(f"s{n}", one, "") for n, one in enumerate(places)]) == {}

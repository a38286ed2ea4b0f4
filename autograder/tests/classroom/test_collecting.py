"""Bringing a class's submissions in."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gradkit.classroom.collecting import collect_class
from gradkit.course import Course
from gradkit.errors import UsageError

HW = "hw0_scaling"
HandIn = Callable[..., None]


def test_only_what_is_new_or_newer_is_counted(course: Course, hand_in: HandIn) -> None:
    hand_in("ada", files={"scaling.py": "# first\n"})
    hand_in("bob")
    assert collect_class(course).collected == 2
    hand_in("ada", datetime(2026, 10, 5, tzinfo=UTC), files={"scaling.py": "# second\n"})
    assert collect_class(course, [HW]).collected == 1
    assert collect_class(course).collected == 0
    assert (course.submitted / "ada" / HW / "scaling.py").read_text() == "# second\n"


def test_what_one_of_a_group_hands_in_is_everybodys(course: Course, hand_in: HandIn) -> None:
    rows = "red,ada\nred,bob\nblue,cyd\ngreen,dan\ngreen,eve\ngrey,dan\n"
    (course.root / "groups.csv").write_text(f"group,student\n{rows}")
    hand_in("eve")  # would also be dan's
    hand_in("bob", datetime(2026, 10, 3, tzinfo=UTC), files={"scaling.py": "# bob's\n"})
    hand_in("ada", datetime(2026, 10, 2, tzinfo=UTC), files={"scaling.py": "# ada's\n"})
    hand_in("cyd", files={"scaling.py": "# cyd's\n"})
    hand_in("dan")
    incoming = collect_class(course)
    assert incoming.collected == 3
    refused = [line for line in incoming.refused if "dan is in several groups of hw0_scaling: green, grey" in line]
    assert [line.split("+")[0] for line in refused] == ['"dan', '"eve']

    def work(student: str) -> list[str]:
        folders = [*sorted((course.attempts / student / HW).glob("*/")), course.submitted / student / HW]
        return [(folder / "scaling.py").read_text() for folder in folders]

    assert work("ada") == work("bob") == ["# ada's\n", "# bob's\n"]
    assert work("cyd") == ["# cyd's\n"]
    (course.root / "groups.csv").write_text("group,student\nred,ada\nred,cyd\n")  # another group from now on
    hand_in("cyd", datetime(2026, 10, 4, tzinfo=UTC), files={"scaling.py": "# cyd's second\n"})
    assert collect_class(course).collected == 3  # cyd's, and those of dan and eve, who are in no group any more
    assert work("ada") == ["# ada's\n", "# bob's\n", "# cyd's second\n"]
    assert work("bob") == ["# ada's\n", "# bob's\n"]
    assert collect_class(course).collected == 0


def test_one_that_is_refused_stops_nobody(course: Course, hand_in: HandIn) -> None:
    hand_in("ada")
    hand_in("bob")
    (inbound,) = (course.exchange / course.id / "inbound").glob("ada+*")
    (inbound / "secret.txt").symlink_to("/etc/passwd")
    shutil.copytree(inbound, inbound.with_name("what is this"), symlinks=True)
    incoming = collect_class(course)
    assert incoming.collected == 1
    assert any(inbound.name in line and '"secret.txt" is a link' in line for line in incoming.refused)
    assert any("what is this" in line for line in incoming.refused)
    assert not (course.submitted / "ada").exists()


def test_wrong_uses_are_said_before_anything_is_read(course: Course, tmp_path: Path) -> None:
    for wrong, said in (
        ({"assignments": ["hw7"]}, 'No assignment "hw7"'),
        ({"pattern": "x"}, "it needs --zip PATH"),
        ({"assignments": [HW, HW], "zips": tmp_path}, "at most one assignment"),
    ):
        with pytest.raises(UsageError, match=said):
            collect_class(course, **wrong)
    assert not course.submitted.exists()

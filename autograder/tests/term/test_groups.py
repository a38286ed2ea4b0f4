"""Who hands in together."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gradkit.course import Course, load_course
from gradkit.errors import UsageError
from gradkit.term.groups import note_group, read_groups
from gradkit.term.ledger import Event, append

from ..demo_course import FILES, HW, write_tree


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return load_course(write_tree(tmp_path, FILES))


def write(course: Course, *rows: str) -> None:
    (course.root / "groups.csv").write_text("\n".join(["Group,Student,Assignment", *rows]) + "\n", encoding="utf-8")


def test_without_a_file_everybody_is_alone(course: Course) -> None:
    assert read_groups(course).of("ada", HW) == {"ada"}


def test_a_group_is_for_all_homeworks_or_for_one(course: Course) -> None:
    write(course, "red,ada", "red,bob,", "blue,cyd,")
    groups = read_groups(course)
    assert groups.of("ada", HW) == groups.of("bob", HW) == {"ada", "bob"}
    assert (groups.of("cyd", HW), groups.of("dan", HW)) == ({"cyd"}, {"dan"})
    write(course, "red,ada,", "red,bob,", f"x,bob,{HW}", f"x,cyd,{HW}")
    groups = read_groups(course)
    assert (groups.of("ada", HW), groups.of("bob", HW)) == ({"ada"}, {"bob", "cyd"})
    assert groups.of("bob", "another") == {"ada", "bob"}
    assert groups.together("ada", "bob", HW)
    assert groups.together("bob", "cyd", HW)
    assert not groups.together("bob", "cyd", "another")


def test_who_handed_in_together_stays_together_for_that_homework(course: Course) -> None:
    for _ in range(2):
        note_group(course, ["bob", "ada"], HW)
    note_group(course, ["cyd", "ada"], "another")
    write(course, "red,ada,", "red,cyd,")
    groups = read_groups(course)
    assert groups.of("ada", HW) == {"ada", "cyd"}
    assert groups.together("ada", "bob", HW)
    assert not groups.together("ada", "bob", "another")
    assert len(groups.before) == 2


def test_members_have_their_present_ids(course: Course) -> None:
    write(course, "red,ada,", "red,bob,", "blue,ada.l,")
    note_group(course, ["ada", "dan"], HW)
    append(course, [Event(datetime.now(UTC), "jill", "merge", "ada", to="ada.l")])
    groups = read_groups(course)
    assert groups.of("bob", HW) == {"ada.l", "bob"}
    assert groups.together("ada.l", "dan", HW)
    with pytest.raises(UsageError, match=r"ada\.l is in several groups"):
        groups.of("ada.l", HW)


def test_two_groups_are_named(course: Course) -> None:
    write(course, "red,ada,", "blue,ada,")
    with pytest.raises(UsageError, match=f"ada is in several groups of {HW}: blue, red"):
        read_groups(course).of("ada", HW)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("red,../ada,", "line 2: .*cannot be a student's id"),
        (",ada,", "line 2: the group has no name"),
        ("red,ada,hw9", 'line 2: No assignment "hw9"'),
    ],
)
def test_a_wrong_row_is_named(course: Course, row: str, said: str) -> None:
    write(course, row)
    with pytest.raises(UsageError, match=said):
        read_groups(course)

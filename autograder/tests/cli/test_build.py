"""Building from the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gradkit.course import Course

Gradkit = Callable[..., Any]
HW = "hw0_scaling"


def test_check_says_whether_both_folders_are_up_to_date(gradkit: Gradkit, course: Course) -> None:
    before = gradkit("build", "--check")
    assert (before.status, before.out) == (1, "")
    assert f"release/{HW}/scaling.py: missing" in before.err
    assert "Run `make release`" in before.err
    assert not course.release(HW).exists()

    assert gradkit("build").out == f"{HW}: built\n"
    assert "NotImplementedError" in (course.release(HW) / "scaling.py").read_text()
    assert "x / (1 / factor)" in (course.solution(HW) / "scaling.py").read_text()
    clean = gradkit("build", "--check", HW)
    assert (clean.status, clean.out, clean.err) == (0, "release/ and solutions/ are up to date.\n", "")

    (course.release(HW) / "scaling.py").write_text("changed by hand\n")
    after = gradkit("build", "--check")
    assert after.status == 1
    assert f"release/{HW}/scaling.py: out of date" in after.err


def test_publish_puts_the_release_where_students_fetch_it(gradkit: Gradkit, course: Course) -> None:
    ran = gradkit("build", "--publish")
    assert (ran.status, ran.out) == (0, f"{HW}: built\n{HW}: in the exchange\n")
    outbound = course.exchange / course.id / "outbound" / HW
    assert (outbound / "scaling.py").read_text() == (course.release(HW) / "scaling.py").read_text()


def test_a_leak_is_refused_and_named(gradkit: Gradkit, course: Course) -> None:
    (course.source(HW) / "README.md").write_text("See test_secret_name_values for what is asked.\n")
    ran = gradkit("build")
    assert (ran.status, ran.out) == (1, "")
    assert "README.md, line 1: hidden test: 'test_secret_name_values'" in ran.err
    assert not course.release(HW).exists()


@pytest.mark.parametrize(
    ("file", "old", "new", "status", "said"),
    [
        ("scaling.py", "### END SOLUTION", "", 1, "scaling.py, line "),
        ("assignment.toml", "points = 2", "point = 2", 2, "assignment.toml: question[2].point: unknown key"),
        ("notebook.md", 'question="Shift"', 'question="Shaft"', 1, "Shaft"),
    ],
)
def test_mistakes_in_the_sources_name_the_place(
    gradkit: Gradkit, course: Course, file: str, old: str, new: str, status: int, said: str
) -> None:
    path: Path = course.source(HW) / file
    path.write_text(path.read_text().replace(old, new))
    ran = gradkit("build")
    assert (ran.status, ran.out) == (status, "")
    assert said in ran.err
    assert not course.release(HW).exists()


def test_to_look_and_to_publish_are_two_things(gradkit: Gradkit) -> None:
    ran = gradkit("build", "--check", "--publish")
    assert ran.status == 2
    assert "give one of them" in ran.err


@pytest.mark.usefixtures("course")
def test_catalogues_are_begun_and_what_is_left_is_listed(gradkit: Gradkit) -> None:
    assert gradkit("build", "--extract").out == "The catalogues are up to date.\n"
    ran = gradkit("build", "--extract", HW)
    assert ran.status == 0
    assert "assignment.po: not translated: " in ran.out
    assert "texts are left to translate.\n" in ran.out
    assert "not translated" in gradkit("build", "--check").err
    assert gradkit("build", "--extract", "--check").status == 2


def test_an_unknown_assignment_is_a_wrong_use(gradkit: Gradkit) -> None:
    ran = gradkit("build", "hw7")
    assert ran.status == 2
    assert 'No assignment "hw7"' in ran.err

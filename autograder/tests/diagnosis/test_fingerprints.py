"""Fingerprints are computed once for each suite, and again when anything that they depend on has changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from gradkit.course import Course, load_course
from gradkit.diagnosis import Fingerprint, fingerprints
from gradkit.errors import CourseError
from gradkit.grading.store import suite_keys
from gradkit.sandbox import Sandbox, Workers
from gradkit.suite.session import Suite, open_suite

HW = "hw0_scaling"
BANK = '''
"""Mistakes."""

from gradkit.bank import mistake


@mistake("scale")
def inverted(x, factor=2.0):
    """The factor divides here."""
    return x / factor
'''


@pytest.fixture
def find(course: Course, sandbox: Sandbox) -> Callable[[], tuple[tuple[Fingerprint, ...], int]]:
    """The fingerprints of the demonstration, and how often workers were asked for to get them."""

    def run() -> tuple[tuple[Fingerprint, ...], int]:
        fresh = load_course(course.root)
        asked: list[Workers] = []
        found: list[tuple[Fingerprint, ...]] = []

        def connect() -> Workers:
            asked.append(sandbox.connect())
            return asked[-1]

        def body(suite: Suite) -> None:
            found.append(
                fingerprints(fresh, assignment, suite, suite_keys(fresh, HW), replace(sandbox, connect=connect))
            )

        assignment = fresh.assignment(HW)
        open_suite(fresh.hidden(HW), assignment, fresh.source(HW) / assignment.module, fresh.secret, body)
        return found[0], len(asked)

    return run


def test_they_are_computed_once(course: Course, find: Callable[[], tuple[tuple[Fingerprint, ...], int]]) -> None:
    (course.hidden(HW) / "mistakes.py").write_text(BANK)
    (first,), asked = find()
    assert asked == 1
    (again,), asked = find()
    assert asked == 0
    assert (again.id, again.question, again.sentence) == ("inverted", "scale", "The factor divides here.")
    assert again.failed == first.failed == first.tests.keys()
    assert [len(cases) for cases in again.tests.values()] == [3, 1]
    assert all(
        call.tells and call.agrees(other.answer)
        for name, cases in again.tests.items()
        for case, twin in zip(cases, first.tests[name], strict=True)
        for call, other in zip(case.calls, twin.calls, strict=True)
    )


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("autograder/hidden/hw0_scaling/mistakes.py", "divides here", "divides"),
        ("autograder/hidden/hw0_scaling/test_scale.py", "[5, 2, 3]", "[5, 2]"),
        ("autograder/hidden/secret.txt", "a secret", "another"),
        ("assignments/hw0_scaling/scaling.py", "zeros", "ones"),
    ],
)
def test_a_change_in_what_they_depend_on_makes_them_new(
    course: Course, find: Callable[[], tuple[tuple[Fingerprint, ...], int]], file: str, old: str, new: str
) -> None:
    (course.hidden(HW) / "mistakes.py").write_text(BANK)
    find()
    path = course.root / file
    path.write_text(path.read_text().replace(old, new))
    assert find()[1] == 1
    assert len(list((course.work / "fingerprints").iterdir())) == 1


@pytest.mark.parametrize(
    "harm", [lambda data: data[:-9], lambda data: data[:0], lambda data: data.replace(b"GRD1", b"GRD2")]
)
def test_a_damaged_file_is_made_anew(
    course: Course, find: Callable[[], tuple[tuple[Fingerprint, ...], int]], harm: Callable[[bytes], bytes]
) -> None:
    (course.hidden(HW) / "mistakes.py").write_text(BANK)
    find()
    (path,) = (course.work / "fingerprints").iterdir()
    path.write_bytes(harm(path.read_bytes()))
    (found,), asked = find()
    assert (found.id, asked) == ("inverted", 1)


def test_several_graders_compute_the_same(course: Course, sandbox: Sandbox) -> None:
    (course.hidden(HW) / "mistakes.py").write_text(BANK)
    assignment, kept = course.assignment(HW), []

    def body(suite: Suite) -> None:
        for processes in (0, 2):
            fingerprints(course, assignment, suite, suite_keys(course, HW), sandbox, processes)
            (path,) = (course.work / "fingerprints").iterdir()
            kept.append(path.read_bytes())
            path.unlink()

    open_suite(course.hidden(HW), assignment, course.source(HW) / assignment.module, course.secret, body)
    assert kept[0] == kept[1]


def test_without_a_bank_there_are_none(find: Callable[[], tuple[tuple[Fingerprint, ...], int]]) -> None:
    assert find() == ((), 0)


def test_a_broken_bank_is_named(course: Course, find: Callable[[], tuple[tuple[Fingerprint, ...], int]]) -> None:
    (course.hidden(HW) / "mistakes.py").write_text(BANK.replace('"scale"', '"scael"'))
    with pytest.raises(CourseError, match=r"mistakes\.py"):
        find()

"""Each mistake's answers are computed once, and again when anything that they depend on has changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gradkit.course import Course, load_course
from gradkit.diagnosis import Fingerprint, fingerprints
from gradkit.diagnosis.fingerprints import compute_answers
from gradkit.errors import CourseError
from gradkit.grading.store import suite_keys
from gradkit.sandbox import Sandbox
from gradkit.sandbox.handle import Worker
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
SHIFTED = '''

@mistake("scale")
def shifted(x, factor=2.0):
    """The factor is added."""
    return x + factor
'''


Find = Callable[[], tuple[tuple[Fingerprint, ...], int]]


@pytest.fixture
def find(course: Course, sandbox: Sandbox) -> Find:
    """The fingerprints of the demonstration, and how many workers were started to get them."""

    def run() -> tuple[tuple[Fingerprint, ...], int]:
        fresh = load_course(course.root)
        started: list[None] = []
        found: list[tuple[Fingerprint, ...]] = []

        class Counted:
            def __init__(self) -> None:
                self.workers = sandbox.connect()
                self.close = self.workers.close

            def start(self, *limits: Any) -> Worker:
                started.append(None)
                return self.workers.start(*limits)

        def body(suite: Suite) -> None:
            found.append(
                fingerprints(
                    fresh,
                    assignment,
                    suite,
                    suite_keys(fresh, HW),
                    partial(compute_answers, sandbox=replace(sandbox, connect=Counted), processes=0),
                )
            )

        assignment = fresh.assignment(HW)
        open_suite(fresh.hidden(HW), assignment, fresh.source(HW) / assignment.module, fresh.secret, body)
        return found[0], len(started)

    return run


def files(course: Course) -> list[Path]:
    return sorted((course.work / "fingerprints" / HW).iterdir())


def test_they_are_computed_once(course: Course, find: Find) -> None:
    (course.hidden(HW) / "mistakes.py").write_text(BANK)
    (first,), started = find()
    assert started == 2  # the mistake, and the reference
    (again,), started = find()
    assert started == 0
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
        ("autograder/hidden/hw0_scaling/test_scale.py", "[5, 2, 3]", "[5, 2]"),
        ("autograder/hidden/secret.txt", "a secret", "another"),
        ("assignments/hw0_scaling/scaling.py", "zeros", "ones"),
    ],
)
def test_a_change_in_what_all_depend_on_makes_all_new(
    course: Course, find: Find, file: str, old: str, new: str
) -> None:
    (course.hidden(HW) / "mistakes.py").write_text(BANK)
    find()
    path = course.root / file
    path.write_text(path.read_text().replace(old, new))
    assert find()[1] == 2
    assert len(files(course)) == 2


def test_a_new_or_changed_mistake_costs_one_run(course: Course, find: Find) -> None:
    bank = course.hidden(HW) / "mistakes.py"
    bank.write_text(BANK)
    find()
    bank.write_text(BANK + SHIFTED)
    known, started = find()
    assert ([mistake.id for mistake in known], started) == (["inverted", "shifted"], 1)
    bank.write_text((BANK + SHIFTED).replace("x + factor", "x - factor"))
    assert find()[1] == 1
    assert len(files(course)) == 3
    bank.write_text(BANK)
    assert find()[1] == 0
    assert len(files(course)) == 2


def test_another_sentence_costs_no_run(course: Course, find: Find) -> None:
    bank = course.hidden(HW) / "mistakes.py"
    bank.write_text(BANK)
    find()
    bank.write_text(BANK.replace("divides here", "divides"))
    (found,), started = find()
    assert (found.sentence, started) == ("The factor divides.", 0)


@pytest.mark.parametrize("accepted", ["accepted.py", "contract.toml", "equivalent.toml"])
def test_what_answers_do_not_depend_on_costs_no_run(course: Course, find: Find, accepted: str) -> None:
    (course.hidden(HW) / "mistakes.py").write_text(BANK)
    find()
    (course.hidden(HW) / accepted).write_text("")
    assert find()[1] == 0


@pytest.mark.parametrize(
    "harm", [lambda data: data[:-9], lambda data: data[:0], lambda data: data.replace(b"GRD1", b"GRD2")]
)
def test_a_damaged_file_is_made_anew(course: Course, find: Find, harm: Callable[[bytes], bytes]) -> None:
    (course.hidden(HW) / "mistakes.py").write_text(BANK)
    find()
    for path in files(course):
        before = path.read_bytes()
        path.write_bytes(harm(before))
        (found,), started = find()
        assert (found.id, started, path.read_bytes()) == ("inverted", 1, before)


def test_a_file_of_another_suite_is_made_anew(course: Course, find: Find) -> None:
    (course.hidden(HW) / "mistakes.py").write_text(BANK.replace('"scale"', '"Shift"'))
    find()
    foreign = files(course)[0].read_bytes()
    (course.hidden(HW) / "mistakes.py").write_text(BANK)
    find()
    for path in files(course):
        path.write_bytes(foreign)
    assert find()[1] == 2


def test_several_graders_compute_the_same(course: Course, sandbox: Sandbox) -> None:
    (course.hidden(HW) / "mistakes.py").write_text(BANK + SHIFTED)
    assignment, kept = course.assignment(HW), []

    def body(suite: Suite) -> None:
        for processes in (0, 2):
            fingerprints(
                course,
                assignment,
                suite,
                suite_keys(course, HW),
                partial(compute_answers, sandbox=sandbox, processes=processes),
            )
            kept.append({path.name: path.read_bytes() for path in files(course)})
            for path in files(course):
                path.unlink()

    open_suite(course.hidden(HW), assignment, course.source(HW) / assignment.module, course.secret, body)
    assert len(kept[0]) == 3
    assert kept[0] == kept[1]


def test_without_a_bank_there_are_none(find: Find) -> None:
    assert find() == ((), 0)


def test_a_broken_bank_is_named(course: Course, find: Find) -> None:
    (course.hidden(HW) / "mistakes.py").write_text(BANK.replace('"scale"', '"scael"'))
    with pytest.raises(CourseError, match=r"mistakes\.py"):
        find()

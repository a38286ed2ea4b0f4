"""A suite is collected once and run for any number of submissions; its own faults are told apart from theirs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from gradkit.course import Course, load_course
from gradkit.errors import CourseError, GraderFault
from gradkit.suite.session import Suite, TestOutcome, open_suite
from gradkit.wire import Call, Failure, Observation
from gradkit.worker.loading import load_module
from gradkit.worker.perform import perform

HW = "hw0_scaling"


def open_demo(course: Course, body: Callable[[Suite], None]) -> None:
    assignment = course.assignment(HW)
    open_suite(course.hidden(HW), assignment, course.source(HW) / assignment.module, course.secret, body)


def run_demo(course: Course, *performs: Callable[[Call], Observation]) -> list[tuple[TestOutcome, ...]]:
    outcomes: list[tuple[TestOutcome, ...]] = []

    def body(suite: Suite) -> None:
        outcomes.extend(suite.run(one) for one in performs)

    open_demo(course, body)
    return outcomes


def answering(source: str) -> Callable[[Call], Observation]:
    module = load_module("scaling.py", {"scaling.py": source.encode()})
    return lambda call: perform(call, module)


def kinds(outcomes: tuple[TestOutcome, ...]) -> list[list[str | None]]:
    return [[case.mismatch and case.mismatch.kind for case in outcome.cases] for outcome in outcomes]


def nothing(_call: Call) -> Observation:
    return Observation(failure=Failure("died", "it is gone"))


def test_one_collection_serves_many_submissions(course: Course, reference_source: str) -> None:
    right, gone, again = run_demo(course, answering(reference_source), nothing, answering(reference_source))
    assert kinds(right) == kinds(again) == [[None, None, None], [None], [None]]
    assert kinds(gone) == [["died", "died", "died"], ["died"], ["died"]]


def test_tests_carry_their_title_points_and_question(course: Course) -> None:
    seen: list[Suite] = []
    open_demo(course, seen.append)
    assert [(test.question, test.points, test.title) for test in seen[0].tests] == [
        ("scale", 2.0, "Values and gradients are right."),
        ("scale", 1.0, "The default factor is 2."),
        ("Shift", 2.0, "The offset is added, and gradients reach it."),
    ]


def test_inputs_are_the_same_on_every_run_and_depend_on_the_secret(course: Course) -> None:
    def inputs(of: Course) -> list[torch.Tensor]:
        seen: list[Call] = []

        def note(call: Call) -> Observation:
            seen.append(call)
            return Observation(failure=Failure("died", ""))

        run_demo(of, note)
        return [call.inputs["x"] for call in seen]

    first, second = inputs(course), inputs(course)
    assert all(torch.equal(one, other) for one, other in zip(first, second, strict=True))
    (course.root / "autograder/hidden/secret.txt").write_text("another\n")
    third = inputs(load_course(course.root))
    assert not torch.equal(first[0], third[0])


def test_a_test_that_breaks_by_itself_is_the_graders_fault(course: Course) -> None:
    suite = course.hidden(HW) / "test_shift.py"
    suite.write_text(suite.read_text().replace("assert_matches(student", "1 / 0\n    assert_matches(student"))
    with pytest.raises(GraderFault, match="ZeroDivisionError"):
        run_demo(course, nothing)


def test_an_interrupt_while_the_suite_is_imported_is_not_lost(course: Course) -> None:
    suite = course.hidden(HW) / "test_shift.py"
    suite.write_text("import os\nimport signal\n\nos.kill(os.getpid(), signal.SIGINT)\n" + suite.read_text())
    with pytest.raises(KeyboardInterrupt):
        run_demo(course, lambda _call: pytest.fail("it went on"))


def test_a_test_that_skips_itself_is_the_graders_fault(course: Course) -> None:
    suite = course.hidden(HW) / "test_shift.py"
    suite.write_text(
        suite.read_text().replace("assert_matches(student", "pytest.skip('why')\n    assert_matches(student")
    )
    with pytest.raises(GraderFault, match="why"):
        run_demo(course, nothing)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("@pytest.mark.points(2)\n", "", "What is it worth|what is it worth"),
        ('pytestmark = pytest.mark.question("Shift")\n', "", "which question"),
        ('question("Shift")', 'question("Shove")', "Shove"),
        ("points(2)", "points(3)", "worth 3 points together"),
        ('    """The offset is added, and gradients reach it."""\n', "", "docstring"),
        ("import pytest", "import pytest, no_such_module", "no_such_module"),
        ("mark.points", "mark.pionts", "pionts"),
    ],
)
def test_a_suite_that_disagrees_with_the_course_is_refused(course: Course, old: str, new: str, words: str) -> None:
    suite = course.hidden(HW) / "test_shift.py"
    suite.write_text(suite.read_text().replace(old, new))
    with pytest.raises(CourseError, match=words):
        run_demo(course, nothing)


def test_a_missing_suite_is_said(course: Course) -> None:
    for path in course.hidden(HW).iterdir():
        path.unlink()
    with pytest.raises(CourseError, match="worth 0 points"):
        run_demo(course, nothing)
    course.hidden(HW).rmdir()
    with pytest.raises(CourseError, match="no such folder"):
        run_demo(course, nothing)


def test_what_the_body_raises_comes_out(course: Course) -> None:
    def body(_suite: Suite) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_demo(course, body)


def test_a_conftest_beside_a_submission_is_not_read(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "conftest.py").write_text("raise RuntimeError('read')")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    monkeypatch.chdir(tmp_path)
    assert kinds(run_demo(course, nothing)[0])


def test_nothing_of_the_suite_stays_behind(course: Course) -> None:
    run_demo(course, nothing)
    assert not [name for name in sys.modules if HW in name]
    assert not list(course.root.rglob("__pycache__"))

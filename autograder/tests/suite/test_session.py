"""A suite is collected once and run for any number of submissions; its own faults are told apart from theirs."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from gradkit.course import Course, load_course
from gradkit.errors import CourseError, GraderFault
from gradkit.grading.record import Record, TestResult
from gradkit.grading.score import score_questions
from gradkit.suite.session import Suite, TestOutcome, open_suite
from gradkit.wire.call import Call
from gradkit.wire.observation import Failure, Observation
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


@pytest.mark.parametrize("options", ["-k figures", "--collect-only", "-p no:python", "--nonsense"])
def test_options_in_the_environment_leave_no_test_out(
    course: Course, monkeypatch: pytest.MonkeyPatch, options: str
) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", options)
    (gone,) = run_demo(course, nothing)
    assert kinds(gone) == [["died", "died", "died"], ["died"], ["died"]]
    assert os.environ["PYTEST_ADDOPTS"] == options


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


FIXTURES = """
SET_UP = []


@pytest.fixture(scope="module")
def laid_out():
    assert not SET_UP, "what an earlier run has set up is still there"
    SET_UP.append(1)
    yield
    SET_UP.clear()


@pytest.fixture(autouse=True)
def beside(laid_out, rng):
    yield rng.normal(3)
"""


def breaking(at: int, error: BaseException, answer: Callable[[Call], Observation]) -> Callable[[Call], Observation]:
    """Answers like ``answer``, but for the call of a number, which raises in the middle of a hidden test."""
    numbers = itertools.count()

    def run(call: Call) -> Observation:
        if next(numbers) == at:
            raise error
        return answer(call)

    return run


@pytest.mark.parametrize("at", range(5))
@pytest.mark.parametrize("error", [KeyError("a"), KeyboardInterrupt(), SystemExit(1), MemoryError()], ids=repr)
def test_whatever_stops_a_run_the_next_one_starts_with_nothing_set_up(
    course: Course, reference_source: str, at: int, error: BaseException
) -> None:
    for name in ("test_scale.py", "test_shift.py"):
        path = course.hidden(HW) / name
        path.write_text(path.read_text().replace("pytestmark", f"{FIXTURES}\n\npytestmark"))
    answer = answering(reference_source)

    def body(suite: Suite) -> None:
        whole = kinds(suite.run(answer))
        for stopped in (breaking(at, error, answer), breaking(at, error, nothing)):
            with pytest.raises(KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else GraderFault):
                suite.run(stopped)
            assert kinds(suite.run(nothing)) == [["died"] * 3, ["died"], ["died"]]
            assert kinds(suite.run(answer)) == whole
            assert kinds(suite.run(answer, suite.tests[2:])) == whole[2:]

    open_demo(course, body)


@pytest.mark.parametrize("scope", ["function", "module"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_fixture_that_breaks_once_costs_one_run(course: Course, reference_source: str, scope: str, when: str) -> None:
    breaks = "if not BROKE:\n        BROKE.append(1)\n        raise OSError('once')"
    parts = (f"    {breaks}\n", "    yield\n") if when == "before" else ("    yield\n", f"    {breaks}\n")
    head = f"@pytest.fixture(scope={scope!r}, autouse=True)\ndef fragile():\n{''.join(parts)}"
    path = course.hidden(HW) / "test_scale.py"
    path.write_text(path.read_text().replace("pytestmark", f"BROKE = []\n\n\n{head}\n\npytestmark"))

    def body(suite: Suite) -> None:
        with pytest.raises(GraderFault, match="once"):
            suite.run(answering(reference_source))
        assert kinds(suite.run(answering(reference_source))) == [[None, None, None], [None], [None]]

    open_demo(course, body)


def test_a_reference_that_fails_once_is_asked_again(course: Course, reference_source: str) -> None:
    path = course.source(HW) / "scaling.py"
    fails = "    if not TRIED:\n        TRIED.append(1)\n        raise MemoryError\n    return x / "
    path.write_text(reference_source.replace("    return x / ", fails) + "\n\nTRIED = []\n")

    def body(suite: Suite) -> None:
        with pytest.raises(GraderFault, match="the reference failed"):
            suite.run(answering(reference_source))
        assert kinds(suite.run(answering(reference_source))) == [[None, None, None], [None], [None]]

    open_demo(course, body)


def test_an_interrupt_in_the_reference_is_the_graders(course: Course, reference_source: str) -> None:
    path = course.source(HW) / "scaling.py"
    path.write_text(reference_source.replace("    return x / ", "    raise KeyboardInterrupt\n    return x / "))
    with pytest.raises(KeyboardInterrupt):
        run_demo(course, answering(reference_source))


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
        ("@pytest.mark.points(2)\n", "", "no valid points marker"),
        ('pytestmark = pytest.mark.question("Shift")\n', "", "no question marker"),
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


@pytest.mark.parametrize(
    ("first", "second", "both"), [("0.1", "0.2", "0.3"), ("1/3", "2/3", "1"), ("1/3", "1/3", "0.666666667")]
)
def test_points_of_tests_add_up_as_decimals(course: Course, first: str, second: str, both: str) -> None:
    suite, toml = course.hidden(HW) / "test_scale.py", course.source(HW) / "assignment.toml"
    suite.write_text(
        suite.read_text().replace("points(2)", f"points({first})").replace("points(1)", f"points({second})")
    )
    toml.write_text(toml.read_text().replace("points = 3", f"points = {both}"))
    assignment = course.assignment(HW)

    def body(suite: Suite) -> None:
        tests = [TestResult(test.question, test.name, test.title, test.points, test.points) for test in suite.tests]
        scale, _ = score_questions(assignment, tests)
        assert (scale.score, scale.max_score) == (float(both), float(both))
        record = Record("ada", HW, "", "graded", assignment.max_score, questions=score_questions(assignment, tests))
        assert record.score == assignment.max_score

    open_demo(course, body)


def test_points_that_differ_are_shown_as_written(course: Course) -> None:
    suite = course.hidden(HW) / "test_scale.py"
    suite.write_text(suite.read_text().replace("points(2)", "points(0.1)").replace("points(1)", "points(0.2)"))
    with pytest.raises(CourseError, match=r'"scale" are worth 0\.3 points together; assignment\.toml says 3\. '):
        run_demo(course, nothing)

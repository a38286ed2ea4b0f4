"""An audit passes a right suite, and names what is wrong with any other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gradkit.audit.crew import LocalCrew
from gradkit.audit.findings import Audit
from gradkit.audit.suite_audit import audit_assignment
from gradkit.course import Course, load_course
from gradkit.errors import CourseError, GraderFault
from gradkit.release import build_course
from gradkit.sandbox import Sandbox

HW = "hw9_example"
HIDDEN = f"autograder/hidden/{HW}"
SOURCE = f"assignments/{HW}/averages.py"
STUB = f"release/{HW}/averages.py"
RETURN = "return (w * x).sum() / w.sum()"


@pytest.fixture(scope="module")
def built(scaffolded: Path) -> Course:
    """A course of one scaffolded assignment, built once."""
    course = load_course(scaffolded)
    build_course(course)
    return course


@pytest.fixture
def example(built: Course, copied: Callable[[Course], Course]) -> Course:
    """The course, free to be changed."""
    return copied(built)


@pytest.fixture
def audit(example: Course, sandbox: Sandbox) -> Callable[[], Audit]:
    return lambda: audit_assignment(load_course(example.root), HW, LocalCrew(sandbox, 2), lambda _done, _total: None)


def edit(course: Course, name: str, old: str, new: str) -> None:
    path = course.root / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def add(course: Course, name: str, text: str) -> None:
    with (course.root / name).open("a") as file:
        file.write(text)


def test_a_scaffolded_suite_is_right(audit: Callable[[], Audit]) -> None:
    found = audit()
    assert (found.faults, found.survivors, found.twins, found.passed) == ((), (), (), True)
    (question,) = found.questions
    assert (len(question.mistakes), question.accepted) == (9, 4)
    assert question.mistakes["always_double"] == {"test_float32_stays_float32"}
    assert question.tells["always_double"] == 2
    assert "test_float32_stays_float32" not in question.redundant
    assert question.mutants > 15
    assert found.runs >= 8 + 4 + 2 + question.mutants


RIGHT = '''
@{kind}("weighted_mean")
def another(x, w):
    """Nothing unusual."""
    return {result}
'''


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        (
            f"{HIDDEN}/mistakes.py",
            RIGHT.format(kind="mistake", result="(x * w / w.sum()).sum()"),
            '"another" is wrong, but passes every test',
        ),
        (
            f"{HIDDEN}/mistakes.py",
            "import no_such_module\n" + RIGHT.format(kind="mistake", result="x.sum()"),
            '"another" was never tried, since its file cannot be loaded: ModuleNotFoundError',
        ),
        (
            f"{HIDDEN}/accepted.py",
            RIGHT.format(kind="accepted", result="x.mean()"),
            '"another" is right, but fails test_value_and_gradients_match_reference: The result is wrong',
        ),
        (
            f"{HIDDEN}/accepted.py",
            RIGHT.format(kind="accepted", result="x @ w / w.sum() + 0 * np.average(x.detach())"),
            "numpy.average is used",
        ),
        (
            f"{HIDDEN}/equivalent.toml",
            '[[equivalent]]\nquestion = "weighted_mean"\nbefore = "a"\nafter = "b"\nreason = "none"\n',
            'equivalent.toml: weighted_mean: "a" -> "b" is not a surviving mutant',
        ),
    ],
)
def test_a_wrong_bank_is_named(example: Course, audit: Callable[[], Audit], name: str, text: str, words: str) -> None:
    add(example, name, text)
    found = audit()
    assert not found.passed
    assert any(words in fault for fault in found.faults), found.faults


def test_a_mistake_may_be_a_banned_call_alone(example: Course, audit: Callable[[], Audit]) -> None:
    banned = "x @ w / w.sum() + 0 * np.average(x.detach())"
    add(example, f"{HIDDEN}/mistakes.py", "import numpy as np\n" + RIGHT.format(kind="mistake", result=banned))
    found = audit()
    assert found.faults == ()
    assert found.questions[0].seen["another"] == ("test_weighted_mean_calls",)
    assert found.questions[0].mistakes["another"] == set(found.questions[0].tests)


def test_a_missing_bank_is_named(example: Course, audit: Callable[[], Audit]) -> None:
    for name in ("mistakes.py", "accepted.py", "contract.toml"):
        (example.root / HIDDEN / name).unlink()
    assert audit().faults == (
        "weighted_mean has no mistakes in its bank.",
        "weighted_mean has no accepted variants in its bank.",
        "contract.toml: no such file. It lists each sentence in the release with the tests that cover it and the "
        "mistakes that violate it; gradkit audit --contract prints a template.",
    )


def test_a_stub_that_earns_points_is_named(example: Course, audit: Callable[[], Audit]) -> None:
    edit(example, STUB, 'raise NotImplementedError("weighted_mean")', RETURN)
    assert len([fault for fault in audit().faults if fault.startswith("the stub passes test_")]) == 3


def test_a_release_that_is_not_built_is_a_course_error(example: Course, audit: Callable[[], Audit]) -> None:
    (example.root / STUB).unlink()
    with pytest.raises(CourseError, match=r"averages\.py: no such file.*gradkit build hw9_example"):
        audit()


def test_a_suite_that_fails_by_itself_is_a_grader_fault(example: Course, audit: Callable[[], Audit]) -> None:
    edit(
        example,
        f"{HIDDEN}/test_weighted_mean.py",
        "    call = function_call(",
        "    call = 1 / 0\n    call = function_call(",
    )
    (example.root / HIDDEN / "mistakes.py").unlink()
    with pytest.raises(GraderFault, match="the hidden test itself failed: ZeroDivisionError"):
        audit()


def test_a_reference_that_is_wrong_by_hand_is_named(example: Course, audit: Callable[[], Audit]) -> None:
    edit(example, SOURCE, RETURN, "return (w * x).sum() / x.shape[0]")
    assert any("the reference is right, but fails test_figures_worked_by_hand" in fault for fault in audit().faults)


def test_a_survivor_is_named_until_it_is_excused(example: Course, audit: Callable[[], Audit]) -> None:
    edit(example, SOURCE, RETURN, f"assert x.ndim == 1\n    if x.ndim > 7:\n        return x.sum()\n    {RETURN}")
    found = audit()
    assert not found.passed
    assert ("if x.ndim > 7:", "if x.ndim > 8:") in [(one.before, one.after) for one in found.survivors]
    entry = '[[equivalent]]\nquestion = "weighted_mean"\nbefore = "{}"\nafter = "{}"\nreason = "x has one dimension."\n'
    add(
        example,
        f"{HIDDEN}/equivalent.toml",
        "".join(entry.format(one.before, one.after) for one in found.survivors),
    )
    again = audit()
    assert (again.survivors, again.faults) == ((), ())


def test_twins_are_named(example: Course, audit: Callable[[], Audit]) -> None:
    add(example, f"{HIDDEN}/mistakes.py", RIGHT.format(kind="mistake", result="(x * w).sum()"))
    found = audit()
    assert found.twins == (("not_divided", "another"),)
    for twin, fault in zip(("not_divided", "another"), found.faults, strict=True):
        assert f'"{twin}" is not diagnosed' in fault
        assert "Is it a twin" in fault


def test_a_mutant_that_never_ends_is_stopped(example: Course, audit: Callable[[], Audit]) -> None:
    edit(example, SOURCE, RETURN, f"n = 1\n    while n > 0:\n        n = n - 1\n    {RETURN}")
    found = audit()
    assert any(one.questions == ("weighted_mean",) for one in found.survivors)  # the loop does nothing, so some survive
    assert "n = n + 1" not in [one.after for one in found.survivors]


def test_a_broken_list_of_equivalents_is_a_course_error(example: Course, audit: Callable[[], Audit]) -> None:
    (example.root / HIDDEN / "equivalent.toml").write_text('[[equivalent]]\nquestion = "weighted_mean"\n')
    with pytest.raises(CourseError, match=r"equivalent\.toml: equivalent\[1\]\.before"):
        audit()


def test_public_checks_that_miss_mistakes_are_named(example: Course, audit: Callable[[], Audit]) -> None:
    """What a student is not warned of: the checks of dtype and gradient are gone from the release."""
    checks = f"release/{HW}/test_public.py"
    edit(example, checks, "assert mean.dtype == dtype", "assert True")
    edit(example, checks, "def test_weighted_mean_lets_gradients_through", "def without_gradients")
    found = audit()
    (question,) = found.questions
    assert question.unseen == ("weights_detached", "always_double")
    assert question.seen["kept_dimension"] == ("test_weighted_mean_of_equal_weights",)
    share = sum(question.lost[name] for name in question.unseen) / sum(question.lost.values())
    assert question.lost_unseen == share > 0.1
    assert found.faults == (
        f"weighted_mean: mistakes that pass every public check lose {share:.0%} of the points lost by all mistakes, "
        "more than 10%: weights_detached, always_double.",
    )


def test_public_checks_pass_what_is_right_and_survive_what_ends_them(
    example: Course, audit: Callable[[], Audit]
) -> None:
    """A stub that is not a TODO and a right answer that a check does not take are named; an end is seen."""
    edit(example, f"release/{HW}/test_public.py", "assert mean.dtype == dtype", "assert mean.requires_grad")
    edit(example, STUB, 'raise NotImplementedError("weighted_mean")', "return None")
    ending = RIGHT.format(kind="mistake", result="__import__('os')._exit(0)")
    add(example, f"{HIDDEN}/mistakes.py", ending)
    found = audit()
    name = "test_weighted_mean_of_equal_weights"
    assert found.questions[0].seen["another"] == ("gradkit check",)
    assert 'the stub is "failed" instead of "not started" in the checks of weighted_mean.' in found.faults
    assert any(f"the reference is right, but fails the public check {name}: the mean of" in one for one in found.faults)
    assert sum(f"is right, but fails the public check {name}" in one for one in found.faults) == 1 + 4


def test_a_mistake_that_its_own_submission_is_not_told_is_named(example: Course, audit: Callable[[], Audit]) -> None:
    """Answers that differ from process to process look like a mistake's in one of them only."""
    add(example, f"{HIDDEN}/mistakes.py", "import os\n" + RIGHT.format(kind="mistake", result="x @ w * os.getpid()"))
    found = audit()
    assert any('"another" is not diagnosed, although its answers differ' in one for one in found.faults)

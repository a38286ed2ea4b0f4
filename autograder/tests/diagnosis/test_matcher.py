"""A failing submission gets the sentence of the mistake that its answers are, and of no other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gradkit.course import Course
from gradkit.grading.record import Record

HW = "hw0_scaling"
Grade = Callable[..., list[Record]]

INVERTED = '''
@mistake("scale")
def inverted(x, factor=2.0):
    """The factor divides here. It should make x larger."""
    return x / factor
'''
UPSIDE_DOWN = '''
@mistake("scale")
def upside_down(x, factor=2.0):
    """The quotient stands upside down."""
    return x / factor
'''
INVERTED_ODD = '''
@mistake("scale")
def inverted_odd_factor(x, factor=2.0):
    """An odd factor divides here."""
    return x / factor if factor % 2 else reference.scale(x, factor)
'''
OTHER_DEFAULT = '''
@mistake("scale")
def other_default(x, factor=3.0):
    """The factor is 3 where none is given."""
    return reference.scale(x, factor)
'''
NO_GRADIENT = '''
@mistake("scale")
def half_the_gradient(x, factor=2.0):
    """One of two equal parts does not learn."""
    half = reference.scale(x, factor) / 2
    return half + half.detach()
'''
IGNORES_FACTOR = '''
@mistake("scale")
def fixed_factor(x, factor=2.0):
    """The factor that is handed over is not used."""
    return reference.scale(x, 2.0)
'''


@pytest.fixture
def bank(course: Course) -> Callable[..., None]:
    """Write the demonstration's mistakes bank."""

    def write(*entries: str) -> None:
        head = '"""Mistakes."""\n\nimport reference\n\nfrom gradkit.bank import mistake\n'
        (course.hidden(HW) / "mistakes.py").write_text("\n".join([head, *entries]))

    return write


@pytest.fixture
def told(grade: Grade, hand_in: Callable[..., Path], reference_source: str) -> Callable[..., Record]:
    """Grade a submission whose ``scale`` returns an expression."""

    def run(expression: str, default: str = "2.0") -> Record:
        source = reference_source.replace("x / (1 / factor)", expression)
        (record,) = grade(hand_in({"scaling.py": source.replace("float = 2.0", f"float = {default}")}))
        return record

    return run


def mistakes(record: Record) -> list[str | None]:
    return [test.mistake for test in record.tests]


def test_the_mistake_is_named_once_and_then_referred_to(bank: Callable[..., None], told: Callable[..., Record]) -> None:
    bank(INVERTED, OTHER_DEFAULT, NO_GRADIENT, IGNORES_FACTOR)
    record = told("(1 / factor) * x if False else x / factor")
    assert mistakes(record) == ["inverted", "inverted", None]
    first, second, other = record.tests
    assert first.reason == "The factor divides here. It should make x larger."
    assert second.reason == 'the same as in "Values and gradients are right."'
    assert other.reason is None
    assert first.text == f"{first.output}\nA likely reason: {first.reason}"
    assert not any("likely" in test.output for test in record.tests)


def test_a_mistake_in_the_gradient_alone_is_known(bank: Callable[..., None], told: Callable[..., Record]) -> None:
    bank(INVERTED, NO_GRADIENT)
    record = told("(x / (2 / factor)) + (x / (2 / factor)).detach()")
    assert mistakes(record) == ["half_the_gradient", None, None]
    assert record.tests[0].kind == "gradient"


@pytest.mark.parametrize(
    ("expression", "default"),
    [
        ("x / (1 / factor)", "2.0"),
        ("x + factor", "2.0"),
        ("x / factor * 1.01", "2.0"),
        ("x / factor if factor == 3 else x", "2.0"),
        ("x / (1 / factor)", "3.0"),
    ],
    ids=["right", "wrong otherwise", "nearly", "in one test only", "one call only tells"],
)
def test_where_nothing_is_sure_nothing_is_told(
    bank: Callable[..., None], told: Callable[..., Record], expression: str, default: str
) -> None:
    bank(INVERTED, OTHER_DEFAULT, NO_GRADIENT, IGNORES_FACTOR)
    record = told(expression, default)
    assert mistakes(record) == [None, None, None]
    assert [test.reason for test in record.tests] == [None, None, None]


def test_the_more_specific_of_two_is_told(bank: Callable[..., None], told: Callable[..., Record]) -> None:
    bank(INVERTED, INVERTED_ODD)
    assert mistakes(told("x / factor")) == ["inverted", "inverted", None]
    odd = told("x / factor if factor == 3 else x / (1 / factor)")
    assert mistakes(odd) == ["inverted_odd_factor", None, None]


def test_of_two_that_fit_alike_none_is_told(bank: Callable[..., None], told: Callable[..., Record]) -> None:
    bank(INVERTED, UPSIDE_DOWN)
    assert mistakes(told("x / factor")) == [None, None, None]


def test_another_fault_beside_it_does_not_hide_a_mistake(
    bank: Callable[..., None], told: Callable[..., Record]
) -> None:
    bank(INVERTED, IGNORES_FACTOR)
    record = told("x / (1 / 2.0) if factor == 3 else x")
    assert mistakes(record) == ["fixed_factor", None, None]
    assert not record.tests[1].passed


@pytest.mark.parametrize(
    ("policy", "shown", "hidden"),
    [
        ("verdict", ["This is not right yet."], ["likely", "Smallest", "Expected", "with x"]),
        ("hint", ["likely", "Smallest case: x (2,)"], ["Expected", "with x"]),
        ("inputs", ["likely", "Smallest case: x (2,)", "Expected at [", "scale(x, factor=3.0)\nwith x = ["], []),
    ],
)
def test_the_policy_says_what_is_shown(
    course: Course,
    bank: Callable[..., None],
    told: Callable[..., Record],
    policy: str,
    shown: list[str],
    hidden: list[str],
) -> None:
    bank(INVERTED)
    path = course.root / "assignments" / HW / "assignment.toml"
    path.write_text(path.read_text().replace("[[question]]", f'feedback = "{policy}"\n\n[[question]]', 1))
    test = told("x / factor").tests[0]
    assert [text for text in shown if text not in test.text] == []
    assert [text for text in hidden if text in test.text] == []
    assert (test.reason is None) == (policy == "verdict")
    assert (test.smallest_case is None) == (policy != "inputs")
    parts = [test.output, test.reason and f"A likely reason: {test.reason}", test.smallest_case]
    assert test.text.split("\n") == [line for part in parts if part for line in part.split("\n")]
    assert (test.hint is None) == (policy == "verdict")
    assert test.mistake == "inverted"


@pytest.mark.parametrize("policy", ["verdict", "hint", "inputs"])
def test_why_code_could_not_be_asked_is_told_under_every_policy(
    course: Course, grade: Grade, hand_in: Callable[..., Path], policy: str
) -> None:
    path = course.root / "assignments" / HW / "assignment.toml"
    path.write_text(path.read_text().replace("[[question]]", f'feedback = "{policy}"\n\n[[question]]', 1))
    (record,) = grade(hand_in({"scaling.py": "def scale(x, factor=2.0):\n    raise NotImplementedError('scale')\n"}))
    assert [test.kind for test in record.tests] == ["not_started", "not_started", "missing"]
    assert "TODO" in record.tests[0].output
    assert "Shift" in record.tests[2].output

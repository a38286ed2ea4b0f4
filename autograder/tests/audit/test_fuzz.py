"""The fuzz finds what breaks on a strange answer: in a suite, in a message, in a picture, in a diagnosis."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from gradkit.audit.fuzz import ANSWERS, Fuzzed, fuzz_tests, together
from gradkit.audit.pool import make_pool
from gradkit.course import Course
from gradkit.diagnosis import fingerprints
from gradkit.diagnosis.fingerprints import compute_answers
from gradkit.grading.store import suite_keys
from gradkit.sandbox import Sandbox
from gradkit.suite.picture import Picture
from gradkit.suite.session import Suite, open_suite
from gradkit.wire.values import ObservedTensor

HW = "hw0_scaling"
SUITE = f"autograder/hidden/{HW}/test_shift.py"


@pytest.fixture
def fuzz(course: Course, sandbox: Sandbox) -> Callable[[], Fuzzed]:
    """Fuzz the demonstration's suite."""

    def run() -> Fuzzed:
        found: list[Fuzzed] = []
        assignment = course.assignment(HW)
        source = course.source(HW) / assignment.module

        def body(suite: Suite) -> None:
            known = fingerprints(
                course,
                assignment,
                suite,
                suite_keys(course, HW),
                partial(compute_answers, sandbox=sandbox, processes=0),
            )
            found.append(together(fuzz_tests(suite, assignment, source, known, 2, range(len(suite.tests)))))

        open_suite(course.hidden(HW), assignment, source, course.secret, body)
        return found[0]

    return run


def test_a_suite_that_reads_answers_by_accessors_does_not_break(fuzz: Callable[[], Fuzzed]) -> None:
    assert fuzz() == Fuzzed(3 * ANSWERS, ())


@pytest.mark.parametrize(
    ("read", "error"),
    [
        ("found.value().abs()", "AttributeError"),
        ("len(found.value())", "TypeError"),
        ("found.value().sum(dim=1)", "IndexError"),
        ("int(found.tensor().sum())", "(OverflowError|ValueError)"),
        ("round(1 / float(found.tensor().double().abs().max()))", "ZeroDivisionError"),
        ("found.observation.values['result']", "KeyError"),
        ("found.observation.gradients['x'].abs()", "AttributeError"),
        ("float(found.printed or 0)", "ValueError"),
    ],
)
def test_an_unchecked_read_is_found_and_named(
    course: Course, fuzz: Callable[[], Fuzzed], read: str, error: str
) -> None:
    path = course.root / SUITE
    plain = "assert_matches(student.run(call), reference.run(call)"
    assert plain in path.read_text()
    checked = plain.replace("student.run(call)", "found")
    path.write_text(
        path.read_text().replace(f"    {plain}", f"    found = student.run(call)\n    {read}\n    {checked}")
    )
    faults = fuzz().faults
    assert any(
        fault.startswith("test_secret_name_shift breaks on an answer: ") and re.search(f"{error}: ", fault)
        for fault in faults
    ), faults


def test_a_name_that_no_student_knows_is_found_unless_it_has_words(
    course: Course, fuzz: Callable[[], Fuzzed], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gradkit.audit.fuzz.ANSWERS", 1)
    path = course.root / SUITE
    own = (
        "from gradkit.wire.call import Call, Step\nfrom gradkit.wire.values import Ref\n\n\n"
        "def own(x, **words):\n"
        "    steps = [Step('end_a', 'torch:neg', [Ref('data_x')]), Step('end_b', 'student:scale', [Ref('x1')])]\n"
        "    return Call(steps, {'data_x': x, 'x1': x}, observe=('end_a', 'end_b'), words=words)\n\n\n"
    )
    checked = path.read_text()
    head, mark, rest = checked.partition("@pytest.mark.points")
    asked = rest.replace("    assert_matches(", "    {call}\n    assert_matches(", 1)
    for call, names in (
        ("student.run(own(torch.zeros(3)))", ["data_x", "end_a"]),
        ("student.run(own(torch.zeros(3), data_x='the data', end_a='the negative'))", []),
    ):
        path.write_text("import torch\n" + head + own + mark + asked.replace("{call}", call))
        faults = [fault for fault in fuzz().faults if "could show students the name" in fault]
        assert [re.findall('"(.+)"', fault) for fault in sorted(faults)] == [[name] for name in names]


ASKED = "found = student.run(call)"


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ("len(found.value())", "test_secret_name_shift breaks if Shift.forward returns None: TypeError"),
        ("return", "test_secret_name_shift passes if Shift.forward returns an exception of a subclass."),
        ("found.tensor(); return", "test_secret_name_shift passes if Shift.forward returns NaN."),
        ("if found.failure: return", "test_secret_name_shift passes if Shift makes a list."),
    ],
)
def test_odd_student_code_that_breaks_a_test_or_passes_it_is_found(
    course: Course, fuzz: Callable[[], Fuzzed], monkeypatch: pytest.MonkeyPatch, lines: str, fault: str
) -> None:
    monkeypatch.setattr("gradkit.audit.fuzz.ANSWERS", 0)
    monkeypatch.setattr("gradkit.audit.fuzz._MOST", 100)
    path = course.root / SUITE
    plain = "    assert_matches(student.run(call), reference.run(call)"
    checked = "    assert_matches(found, reference.run(call)"
    path.write_text(path.read_text().replace(plain, f"    {ASKED}\n    {lines}\n{checked}"))
    assert any(one.startswith(fault) for one in fuzz().faults), fuzz().faults


def fail(*_args: object, **_options: object) -> Any:
    raise OverflowError("cannot convert float infinity to integer")


@pytest.mark.parametrize(
    "part",
    [
        "gradkit.suite.explaining.relation",
        "gradkit.suite.explaining.same_numbers",
        "gradkit.suite.picture.Picture.as_data",
        "gradkit.diagnosis.matcher._agrees",
        "gradkit.grading.score.explain",
    ],
)
def test_what_a_verdict_is_guarded_against_is_found_all_the_same(
    course: Course, fuzz: Callable[[], Fuzzed], monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    head = '"""Mistakes."""\n\nfrom gradkit.bank import mistake\n\n\n@mistake("scale")\n'
    wrong = 'def inverted(x, factor=2.0):\n    """It divides."""\n    return x / factor\n'
    (course.hidden(HW) / "mistakes.py").write_text(head + wrong)
    monkeypatch.setattr(part, fail)
    assert any("OverflowError: cannot convert float infinity" in fault for fault in fuzz().faults)


def test_a_picture_that_no_record_can_hold_is_found(
    fuzz: Callable[[], Fuzzed], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Picture, "as_data", lambda *_args, **_options: {"kind": "values", "found": [float("inf")]})
    assert any("ValueError: Out of range float values" in fault for fault in fuzz().faults)


def test_the_pool_holds_every_type_of_the_wire_and_the_ends_of_its_numbers() -> None:
    pool = make_pool()
    kinds = {type(value).__name__ for value in pool.values}
    assert kinds >= {"float", "int", "bool", "str", "NoneType", "list", "tuple", "dict", "Opaque", "Ref", "dtype"}
    tensors = [value.data for value in pool.values if isinstance(value, ObservedTensor)]
    assert len({tensor.dtype for tensor in tensors}) == 10
    assert any(tensor.numel() == 0 for tensor in tensors)
    numbers = [number for some in pool.numbers for number in some]
    assert any(number != number for number in numbers)
    assert {5e-324, float("inf"), float("-inf"), 0.0} <= set(numbers)
    assert any(0 < abs(number) < 2.3e-308 for number in numbers)

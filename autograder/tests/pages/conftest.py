"""Records with something of everything, and a real browser to look at their pages with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gradkit.grading.record import QuestionResult, Record, TestResult

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> \"' {{ 7 * 7 }} ]]> \x1b[31m\u202egnp.\x00"


def failed(title: str, output: str, **more: object) -> TestResult:
    """A failed test of the question ``conv2d``."""
    test = TestResult("conv2d", "test_secret_name", title, 0.0, 1.0, output, "value", "out (H, W)", None)
    return replace(test, **more)


LONG = "W" * 300  # a word that no line has room for
ID = "a_question_with_a_name_that_is_much_too_long_for_the_screen_of_any_telephone_that_there_is"


@pytest.fixture
def wide(record: Record) -> Record:
    """A submission all of whose texts are too long."""
    questions = tuple(replace(question, id=f"{question.id}_{ID}") for question in record.questions)
    tests = tuple(
        replace(
            test,
            question=f"{test.question}_{ID}",
            title=f"{test.title} {LONG}",
            output=test.output and f"{LONG} {test.output}\n\tdef {LONG}({', '.join([LONG] * 3)}):",
            reason=test.output and LONG,
            hint=LONG,
        )
        for test in record.tests
    )
    picture = {"kind": "values", "of": "gradient", "shape": [1, 99], "at": [], "found": [[1e-300] * 99]}
    odd = replace(tests[-1], picture={**picture, "expected": [[-1.0] * 99]})
    return replace(
        record, student=LONG, title=LONG, questions=questions, tests=(*tests, odd), output=LONG, problems=(LONG,)
    )


@pytest.fixture
def record() -> Record:
    """A submission with a passed test and each kind of picture; its student wrote HTML wherever that is possible."""
    errors = {"of": "value", "shape": [2, 3, 4], "at": [1], "rows": ["0123", "4000", "0000"], "whole": True}
    values = {"of": "gradient", "shape": [3], "at": [], "found": [[1.0, 2.5, -3e-7]], "expected": [[1.0, 2.0, 0.0]]}
    tests = (
        TestResult("scale", "test_other_secret", "Values are right.", 2.0, 2.0),
        failed("Shapes.", "Wrong shape.", picture={"kind": "shape", "found": [3, 1], "expected": [3]}),
        failed("Images.", f"Wrong.\n{HOSTILE}", reason=f"flipped. {HOSTILE}", picture={"kind": "errors", **errors}),
        failed("Gradients.", "Wrong.", picture={"kind": "values", **values}, mistake="flipped_kernel"),
    )
    return Record(
        student=HOSTILE,
        assignment="hw0_scaling",
        title="Scaling",
        status="graded",
        max_score=5.0,
        output=HOSTILE,
        problems=(HOSTILE,),
        questions=(QuestionResult("scale", 2.0, 2.0), QuestionResult("conv2d", 0.0, 3.0)),
        tests=tests,
        log="what the code printed",
        key={"submission": "0123456789abcdef" * 4},
        versions={"gradkit": "0.2.0", "python": "3.11.2", "torch": "2.13.0"},
    )

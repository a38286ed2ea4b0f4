"""The bench's assignment: its answers are right and wrong where they claim to be, whichever tests are asked."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from bench import material, places, suites
from bench.material import KINDS, QUESTIONS

SOLVED = [
    {"with_ones", "predict", "mse", "Line", "fit"},
    {"with_ones", "predict", "mse", "Line", "fit"},
    {"with_ones", "predict", "fit"},
    {"with_ones", "mse"},
    {"with_ones", "predict", "mse"},
]


def passes(names: dict[str, Any], question: str) -> bool:
    try:
        names[f"test_{question}"]()
    except (AssertionError, NotImplementedError, RuntimeError):
        return False
    return True


@pytest.mark.parametrize(("bodies", "solved"), list(zip(KINDS, SOLVED, strict=True)))
def test_plain_tests_find_what_each_kind_of_student_solved(bodies: dict[str, str], solved: set[str]) -> None:
    names: dict[str, Any] = {}
    exec(material.module(bodies), names)  # noqa: S102 - our own text
    tests = suites.pytest_file("line", QUESTIONS).partition("\n")[2]
    exec(tests, names)  # noqa: S102 - our own text
    assert {question for question in QUESTIONS if passes(names, question)} == solved


def test_marked_answers_have_one_region_a_question() -> None:
    text = material.module(KINDS[0], marked=True)
    assert text.count("### BEGIN SOLUTION") == text.count("### END SOLUTION") == len(QUESTIONS)
    assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(material.module(KINDS[0])))


def test_students_take_turns() -> None:
    class_of_ten = places.students(10)
    assert [places.kind_of(student) for student in class_of_ten] == [*KINDS, *KINDS]

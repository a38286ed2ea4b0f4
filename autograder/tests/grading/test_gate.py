"""What a submission may carry to its author's page is charged in bits, and ends with the budget."""

from __future__ import annotations

import itertools
import re
import string
from pathlib import Path
from typing import Any

import pytest

from gradkit.bank.entries import read_bank
from gradkit.course import Assignment, load_course
from gradkit.grading.gate import (
    BUDGETS,
    MAX_MESSAGES,
    SENTENCE_BITS,
    Gate,
    page_bits,
    picture_bits,
    text_bits,
)
from gradkit.suite.mismatch import explain_failure
from gradkit.suite.said import Said, say, words
from gradkit.suite.session import Suite, open_suite
from gradkit.wire.kinds import meaning_of
from gradkit.wire.observation import Failure

COURSE = load_course(Path(__file__).parents[3])
SOURCE = "class MLPRegression:\n    def forward(self, x):\n        return self.first_layer(x) @ self.weights\n"
HONEST = [
    ("RuntimeError", "mat1 and mat2 shapes cannot be multiplied (7x3 and 4x2)"),
    ("AttributeError", "'MLPRegression' object has no attribute 'first_layer'"),
    ("RuntimeError", "The size of tensor a (15) must match the size of tensor b (3) at non-singleton dimension 1"),
    ("TypeError", "MLPRegression.forward() missing 1 required positional argument: 'x'"),
    ("RuntimeError", "expected scalar type Double but found Float"),
    ("RuntimeError", "shape '[7, 3]' is invalid for input of size 14"),
    ("IndexError", "index 9 is out of bounds for dimension 0 with size 9"),
    ("TypeError", "unsupported operand type(s) for @: 'Tensor' and 'NoneType'"),
    ("NameError", "name 'weights' is not defined"),
    ("RuntimeError", "element 0 of tensors does not require grad and does not have a grad_fn"),
]


def test_ten_different_honest_messages_are_shown_as_they_are() -> None:
    gate = Gate(BUDGETS["hint"], [SOURCE])
    for line, (name, message) in enumerate(HONEST, start=20):
        kind, said = explain_failure(Failure("raised", message, name, line, "return self.first_layer(x)"))
        assert message in said.text
        assert gate.lets(kind, said, "the hint")


def test_the_same_message_costs_once() -> None:
    gate = Gate(100)
    said = say("Your code raised {error}", error=words("Abc"))
    assert all(gate.lets("raised", said) for _ in range(50))
    assert gate.left == 100 - SENTENCE_BITS - 4 * 8
    assert gate.lets("raised", said, "another hint")
    assert gate.left == 100 - 2 * SENTENCE_BITS - 4 * 8


def test_when_the_budget_is_used_up_the_kind_alone_is_told() -> None:
    gate = Gate(BUDGETS["hint"])
    texts = ["".join(letters) for letters in itertools.islice(itertools.permutations(string.ascii_lowercase, 12), 200)]
    told = [text for text in texts if gate.lets("raised", say("Your code raised {error}", error=words(text)))]
    assert 0 < len(told) * (SENTENCE_BITS + 13 * 8) <= BUDGETS["hint"]
    assert gate.lets("raised", say("Your code raised {error}", error=words(told[0])))
    assert meaning_of("raised").bare == "Your code raised an exception."


def test_a_page_has_so_many_different_messages_and_no_more() -> None:
    gate = Gate(1_000_000)
    told = [gate.lets("value", Said(f"message {number}")) for number in range(100)]
    assert sum(told) == MAX_MESSAGES


def test_a_message_beyond_all_sizes_is_not_shown() -> None:
    assert not Gate(10**9).lets("check", words("a b " * 100_000))


def test_a_plain_text_of_a_suite_is_charged_as_if_the_student_had_written_it() -> None:
    suite = 'check(ok, f"The model must have fewer than 20,000 parameters; yours has {count:,}.")'
    message = "The model must have fewer than 20,000 parameters; yours has 123,456."
    assert text_bits(message, suite, 10_000) < 100
    assert text_bits(message, "", 10_000) > 500


@pytest.mark.parametrize("known", ["", "ab", "abcabcbbaca", "aaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbb"])
def test_the_code_for_texts_leaves_room_for_each_of_them(known: str) -> None:
    """Kraft's inequality, here for all short texts of three letters: no code could be shorter for all of them."""
    room = sum(
        2.0 ** -text_bits("".join(letters), known, 10_000)
        for size in range(8)
        for letters in itertools.product("abc", repeat=size)
    )
    assert room <= 1


def test_other_alphabets_can_be_shown_and_cost_more() -> None:
    assert text_bits("形状不对", "", 10_000) > 4 * 21
    assert text_bits("形状不对", "raise ValueError('形状不对')", 10_000) < 4 * 21


def test_a_pattern_of_right_and_wrong_costs_what_it_can_tell() -> None:
    def picture(*rows: str) -> dict[str, Any]:
        return {"kind": "errors", "rows": list(rows)}

    assert picture_bits(picture("111", "121", "111")) == 6
    assert picture_bits(picture("001", "002", "001")) == 4 + 2 + 2
    assert picture_bits(picture("0101", "1100", "1012")) == 15
    assert picture_bits({"kind": "shape"}) == picture_bits(None) == 0


@pytest.fixture(scope="module")
def largest() -> int:
    """The most bits that a submission to any assignment of the course can carry, in the policy that students have."""
    return max(_most(COURSE.assignment(name)) for name in COURSE.assignment_ids)


def _most(assignment: Assignment) -> int:
    source, hidden = COURSE.source(assignment.id) / assignment.module, COURSE.hidden(assignment.id)
    bank = read_bank(hidden, assignment, source.read_bytes())
    tests: list[tuple[int, int]] = []

    def body(suite: Suite) -> None:
        for test in suite.tests:
            known = sum(entry.question == test.question for entry in bank.mistakes)
            tests.append((len(test.cases), known))

    open_suite(hidden, assignment, source, "a secret of the tests", body)
    return page_bits(assignment.feedback, tests)


def test_the_documented_number_is_the_courses(largest: int) -> None:
    text = (Path(__file__).parents[3] / "docs" / "security.md").read_text("utf-8")
    (number,) = re.findall(r"at most ([0-9,]+)\s+bits to its author's page", text)
    assert largest <= int(number.replace(",", "")) <= 1.1 * largest
    for policy, budget in BUDGETS.items():
        assert policy == "inputs" or f"{budget:,} bits" in text

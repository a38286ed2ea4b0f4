"""When two answers show the same behavior, and when an answer tells a mistake from the right one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from gradkit.diagnosis.answers import Answer, CallPrint, call_print
from gradkit.wire.observation import Failure, Observation
from gradkit.wire.values import ObservedTensor, Opaque

X = torch.tensor([1.0, 2.0, 4.0], dtype=torch.float64)


def seen(value: Any = X, *, gradient: Tensor | None = X, attached: bool = True, **facts: Any) -> Observation:
    result = ObservedTensor(value, attached) if isinstance(value, Tensor) else value
    return Observation(values={"result": result}, gradients={"x": gradient}, **facts)


def prints(mistake: Observation, right: Observation | None = None) -> CallPrint:
    return call_print(Answer(mistake), Answer(seen() if right is None else right))


RAISED = Observation(failure=Failure("raised", "5 and 3", "ValueError"))

WRONG = [
    seen(2 * X),
    seen(gradient=-X),
    seen(gradient=None),
    seen(X.float()),
    seen(X.reshape(3, 1)),
    seen(X / 0),
    seen(1.0),
    seen(None),
    seen([1, X]),
    seen({"a": "b"}),
    seen(Opaque("numpy.ndarray")),
    seen(attached=False),
    seen(mutated=("x",)),
    seen(gradient=None, gradient_error="in-place"),
]


@pytest.mark.parametrize("mistake", WRONG)
def test_a_mistake_is_told_from_the_right_answer_and_from_other_mistakes(mistake: Observation) -> None:
    known = prints(mistake)
    assert known.tells
    assert known.agrees(Answer(mistake))
    assert not known.agrees(Answer(seen()))
    assert [other for other in WRONG if known.agrees(Answer(other))] == [mistake]


def test_rounding_and_the_students_own_numbers_do_not_matter() -> None:
    known = prints(seen(2 * X))
    assert known.agrees(Answer(seen(2 * X + 1e-7, seconds=3.0, operators=frozenset({"mul"}))))
    assert not known.agrees(Answer(seen(2.01 * X)))


def test_an_answer_that_is_wrong_in_a_like_way_is_not_the_mistake() -> None:
    assert not prints(seen(X + 0.001)).agrees(Answer(seen(X + 0.0011)))
    assert prints(seen(X + 100)).agrees(Answer(seen(X + 100.05)))


def test_nan_and_infinity_must_stand_in_the_same_places() -> None:
    nan = X.clone()
    nan[1] = torch.nan
    other = X.clone()
    other[2] = torch.nan
    assert prints(seen(nan)).agrees(Answer(seen(nan)))
    assert not prints(seen(nan)).agrees(Answer(seen(other)))
    assert not prints(seen(X / 0)).agrees(Answer(seen(-X / 0)))


def test_whole_numbers_must_be_the_same() -> None:
    known = prints(seen(torch.tensor([1, 2])), seen(torch.tensor([1, 3])))
    assert known.tells
    assert known.agrees(Answer(seen(torch.tensor([1, 2]))))
    assert not known.agrees(Answer(seen(torch.tensor([1, 3]))))


def test_a_failure_must_be_the_same_but_tells_nothing() -> None:
    known = prints(RAISED)
    assert not known.tells
    assert known.agrees(Answer(Observation(failure=Failure("raised", "4 and 2", "ValueError", 7, "x"))))
    assert not known.agrees(Answer(Observation(failure=Failure("raised", "5 and 3", "IndexError"))))
    assert prints(seen(), RAISED).agrees(Answer(seen()))


def test_the_right_answer_of_a_mistake_tells_nothing() -> None:
    assert not prints(seen()).tells


@pytest.mark.parametrize(
    ("text", "alike"),
    [
        ("epoch: 1, loss is: 0.5\n", True),
        ("Epoch: 1,  loss is: 0.5002", True),
        ("epoch: 2, loss is: 0.5", False),
        ("epoch: 1", False),
        ("", False),
    ],
)
def test_what_is_printed_counts_where_nothing_else_tells(text: str, alike: bool) -> None:
    known = prints(seen(printed="epoch: 1, loss is: 0.5\n"))
    assert known.tells
    assert known.agrees(Answer(seen(printed=text))) is alike


def test_other_prints_do_not_hide_a_mistake() -> None:
    known = prints(seen(2 * X, printed="epoch: 1"))
    assert known.agrees(Answer(replace(seen(2 * X), printed="now here")))

"""A reply speaks of its call: names that the call does not have, and kinds that only the grader knows, are refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch

from gradkit.errors import WireError
from gradkit.suite import module_call
from gradkit.wire.call import Call, Step
from gradkit.wire.kinds import FAILURE_KINDS
from gradkit.wire.observation import Failure, Observation, observation_to_value
from gradkit.wire.reply import Loading, loading_from_value, loading_to_value, reply_from_value
from gradkit.wire.values import ObservedTensor

X = torch.ones(3, 2, dtype=torch.float64)
CALL = replace(
    module_call("Net", [2], {"x": X, "y": X}, parameters={"layer.w": X.T}, cotangent=X),
    observe=("result", "module.size"),
    banned=("linear", "matmul"),
)
SEEN = ObservedTensor(X, attached=True)
GOOD = Observation(
    values={"result": SEEN, "module.size": 2},
    gradients={"x": X, "y": X, "module.layer.w": None},
    mutated=("y", "x"),
    operators=frozenset({"linear"}),
)


def reply(observation: Observation, call: Call = CALL) -> Observation:
    return reply_from_value(observation_to_value(observation), call)


def test_a_change_is_told_of_inputs_and_of_arguments_that_the_call_hands_over() -> None:
    call = Call([Step("net", "student:Net", [[3, 2]], {"sizes": [4]})], {"weights": [X, X]}, observe=())
    names = ("argument sizes of Net", "argument 1 of Net", "weights")
    back = reply(Observation(mutated=names), call)
    assert back.mutated == ("weights", "argument 1 of Net", "argument sizes of Net")
    for name in ("weights[0]", "argument 2 of Net", "argument 1 of net"):
        with pytest.raises(WireError):
            reply(Observation(mutated=(name,)), call)


def test_a_reply_comes_back_in_the_order_of_the_call() -> None:
    turned = replace(GOOD, values=dict(reversed(GOOD.values.items())), gradients=dict(reversed(GOOD.gradients.items())))
    back = reply(turned)
    assert list(back.values) == ["result", "module.size"]
    assert list(back.gradients) == ["x", "y", "module.layer.w"]
    assert back.mutated == ("x", "y")


@pytest.mark.parametrize(
    "facts",
    [
        {"mutated": ("x", "x")},
        {"mutated": ("z",)},
        {"operators": frozenset({"conv2d"})},
        {"operators": frozenset({"linear", "tensor([1.])"})},
        {"mutated": ("tensor([[1., 1.]])",)},
        {"values": {"result": SEEN}},
        {"values": {"result": SEEN, "module.size": 2, "more": 1}},
        {"gradients": {"x": X}},
        {"failure": Failure("raised", "m", "ValueError")},
    ],
)
def test_names_are_those_of_the_call(facts: dict[str, Any]) -> None:
    with pytest.raises(WireError):
        reply(replace(GOOD, **facts))


@pytest.mark.parametrize(
    "failure",
    [
        Failure("raised", "x is too large", "ValueError", 3, bases=("ValueError", "Exception")),
        Failure("unusable", "shapes differ", "RuntimeError", name="1"),
        Failure("unusable", "shapes differ", "RuntimeError", name="module.size"),
        Failure("unusable", "shapes differ", "RuntimeError", name="module.layer.w"),
        Failure("missing", name="student:Net"),
        Failure("missing", name="module.to"),
        Failure("missing", name="module.size"),
        Failure("parameter", name="module.layer.w"),
        Failure("parameter", name="module.layer.w", shape=(4, 1)),
        Failure("memory", line=3),
        Failure("protocol"),
    ],
)
def test_a_failure_is_told_in_names_of_the_call(failure: Failure) -> None:
    assert reply(Observation(failure=failure)).failure == failure


@pytest.mark.parametrize(
    "failure",
    [
        *(Failure(kind) for kind in ("import", "timeout", "died", "output", "unavailable")),
        Failure("missing", name="student:Other"),
        Failure("missing", name="module.secret"),
        Failure("missing", name="torch:nn.Linear"),
        Failure("missing", "the input is 0.25", name="student:Net"),
        Failure("missing", name="student:Net", line=4),
        Failure("parameter", name="module.other"),
        Failure("parameter", "the input is 0.25", name="module.layer.w"),
        Failure("parameter", name="module.layer.w", shape=(1,) * 17),
        Failure("raised", "m", "ValueError", name="student:Net"),
        Failure("raised", "m", "ValueError", shape=(3,)),
        Failure("unusable", "m", "RuntimeError"),
        Failure("unusable", "m", "RuntimeError", name="0"),  # the student's own step
        Failure("unusable", "m", "RuntimeError", name="9"),
        Failure("unusable", "m", "RuntimeError", name="module.other"),
        Failure("unusable", "m", "RuntimeError", 3, name="1"),
        Failure("missing", name="student:Net", bases=("ValueError",)),
        Failure("memory", "the input is 0.25"),
        Failure("protocol", "the input is 0.25"),
        Failure("protocol", line=5),
    ],
)
def test_anything_else_that_a_failure_could_say_is_refused(failure: Failure) -> None:
    with pytest.raises(WireError):
        reply(Observation(failure=failure))


def test_an_error_of_gradients_comes_only_where_they_were_asked_for() -> None:
    assert reply(replace(GOOD, gradient_error="in-place")).gradient_error == "in-place"
    with pytest.raises(WireError):
        reply(replace(GOOD, gradient_error="in-place", gradients={}), replace(CALL, vjp=None))
    with pytest.raises(WireError):
        reply(Observation(failure=Failure("raised", "m", "T"), gradient_error="in-place"))


@pytest.mark.parametrize("failure", [None, Failure("import", "m", "SyntaxError", 3), Failure("memory", line=1)])
def test_what_loading_can_come_to(failure: Failure | None) -> None:
    loading = Loading(failure, ("gradients", "seed"))
    assert loading_from_value(loading_to_value(loading)) == loading


@pytest.mark.parametrize("kind", sorted(FAILURE_KINDS - {"import", "memory", "disk", "threads"}))
def test_what_loading_cannot_come_to(kind: Any) -> None:
    with pytest.raises(WireError):
        loading_from_value(loading_to_value(Loading(Failure(kind))))


@pytest.mark.parametrize(
    "value",
    [None, [None], [None, None], [None, ["prose"]], [None, [1]], [None, ["seed", "seed"]], [None, ["seed", "dtype"]]],
)
def test_only_the_known_switches_can_be_named_each_once_and_in_their_order(value: Any) -> None:
    with pytest.raises(WireError):
        loading_from_value(value)
    with pytest.raises(WireError):
        reply(replace(GOOD, turned=((value or [])[1:] and value[1]) or ["prose"]))

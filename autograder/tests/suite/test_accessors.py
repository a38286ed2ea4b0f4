"""What a test reads of an answer is of the type it asked for, or a mismatch that says what was found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from gradkit.suite import Found, Mismatch, function_call
from gradkit.wire.observation import Failure, Observation
from gradkit.wire.values import ObservedTensor, Opaque, Ref

W = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64)
CALL = function_call("f", {"x": W}, cotangent=W)
SEEN = ObservedTensor(W, attached=False)
STRANGE: dict[str, Any] = {
    "none": None,
    "text": "1.0",
    "bool": True,
    "opaque": Opaque("numpy.ndarray"),
    "ref": Ref("x"),
    "dtype": torch.float64,
    "tensor": SEEN,
    "array": W.numpy(),
    "scalar": np.int64(3),
    "empty tensor": ObservedTensor(torch.empty(0), attached=True),
    "number": 1.5,
    "whole": 2**64 - 1,
    "not finite": float("nan"),
    "list": [1.0, "a", SEEN],
    "tuple": (SEEN, [SEEN]),
    "names": {"w": SEEN, "b": None},
    "keys": {"": SEEN, 0: SEEN},
    "nothing in it": {},
}
Read = Callable[[Found], Any]
READS: dict[str, Read] = {
    "tensor": lambda found: found.tensor(),
    "array": lambda found: found.array(),
    "array of a shape": lambda found: found.array("result", (2, 2), np.float64),
    "tensor of a shape": lambda found: found.tensor("result", (2, 2), torch.float64),
    "number": lambda found: found.number(),
    "numbers": lambda found: found.numbers(),
    "three numbers": lambda found: found.numbers(count=3),
    "sequence": lambda found: found.sequence(),
    "pair": lambda found: found.sequence(count=2),
    "tensors": lambda found: found.tensors("result"),
    "gradients": lambda found: found.gradients("result"),
}


def found(value: Any, **facts: Any) -> Found:
    return Found(CALL, Observation(values={"result": value}, **facts))


@pytest.mark.parametrize("read", READS.values(), ids=READS)
@pytest.mark.parametrize("value", STRANGE.values(), ids=STRANGE)
def test_whatever_was_answered_it_is_read_or_a_mismatch(read: Read, value: Any) -> None:
    said: list[Mismatch] = []
    try:
        read(found(value))
    except Mismatch as mismatch:
        said.append(mismatch)
    for mismatch in said:
        assert mismatch.kind in ("type", "shape", "dtype")
        assert mismatch.message.startswith("The result must ")
        assert "Opaque" not in mismatch.message
        assert "ObservedTensor" not in mismatch.message


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_an_answer_that_failed_or_is_missing_is_a_mismatch(read: Read) -> None:
    for answer in (
        Found(CALL, Observation(failure=Failure("died", "it is gone"))),
        Found(CALL, Observation()),
        Found(CALL, Observation(values={"": 1.0})),
    ):
        with pytest.raises(Mismatch):
            read(answer)


def test_what_is_as_asked_for_is_returned() -> None:
    assert found(SEEN).tensor("result", (2, 2), torch.float64) is W
    assert found(W.numpy()).array("result", (2, 2), "float64").tolist() == W.tolist()
    assert found(3).number() == 3.0
    assert type(found(np.float64(3)).number()) is float
    assert found([1.0, 2.0]).numbers(count=2) == [1.0, 2.0]
    assert list(map(type, found([np.float64(1), 2.0]).numbers())) == [float, float]
    assert found((1.0, SEEN)).sequence(count=2) == (1.0, W)
    assert found({"w": SEEN}).tensors("result") == {"w": W}
    assert found({"w": SEEN, "b": None}).gradients("result") == {"w": W, "b": None}


@pytest.mark.parametrize(
    ("read", "value", "kind", "words"),
    [
        (lambda one: one.tensor(), [1.0], "type", "must be a tensor; yours is a list."),
        (lambda one: one.tensor(shape=(2,)), SEEN, "shape", "must have shape (2,); yours is (2, 2)."),
        (
            lambda one: one.tensor(dtype=torch.bool),
            SEEN,
            "dtype",
            "must have dtype torch.bool; yours has torch.float64.",
        ),
        (lambda one: one.array(), SEEN, "type", "must be a NumPy array; yours is a torch.Tensor."),
        (lambda one: one.array(shape=(2,)), W.numpy(), "shape", "must have shape (2,); yours is (2, 2)."),
        (lambda one: one.array(dtype=bool), W.numpy(), "dtype", "must have dtype bool; yours has float64."),
        (lambda one: one.tensor(), W.numpy(), "type", "must be a tensor; yours is a NumPy array (numpy.ndarray)."),
        (
            lambda one: one.number(),
            np.float32(1),
            "type",
            "must be a Python number; yours is a NumPy number (numpy.float32).",
        ),
        (lambda one: one.number(), True, "type", "must be a Python number; yours is a bool."),
        (lambda one: one.numbers(), [1, 2], "type", "must be a list of Python floats."),
        (lambda one: one.numbers(count=3), [1.0], "shape", "must have 3 entries; yours has 1."),
        (lambda one: one.tensors("result"), {"b": None}, "type", "must be a dict from names to tensors."),
    ],
)
def test_a_mismatch_says_what_was_found(read: Read, value: Any, kind: str, words: str) -> None:
    with pytest.raises(Mismatch) as caught:
        read(found(value))
    assert (caught.value.kind, caught.value.message) == (kind, f"The result {words}")


def test_a_suite_may_say_it_in_its_own_words() -> None:
    with pytest.raises(Mismatch) as caught:
        found(None).tensor(otherwise="jacobian must return a tensor.")
    assert (caught.value.kind, caught.value.message) == ("check", "jacobian must return a tensor.")


@pytest.mark.parametrize(
    ("value", "expected", "equal"),
    [
        ((2, 3), (2, 3), True),
        ([2, 3], (2, 3), False),
        ((SEEN, 3), (2, 3), False),
        (SEEN, W, True),
        (SEEN, W.float(), False),
        (SEEN, 1.0, False),
        ({"w": None}, {"w": None}, True),
        ({"w": SEEN}, {"w": None}, False),
        ({"w": SEEN}, {"w": W}, True),
        (1, True, False),
        (1.0, 1, False),
        (float("nan"), 1.0, False),
        (Opaque("a"), Opaque("a"), False),
        (W.numpy(), W.numpy(), True),
        (W.numpy(), W, False),
        (W.float().numpy(), W.numpy(), False),
        ([np.float64(1)], [1.0], True),
        (np.int64(1), 1, False),
    ],
)
def test_equality_is_of_type_and_content(value: Any, expected: Any, equal: bool) -> None:
    assert found(value).equals("result", expected) is equal


def test_parameters_come_in_their_order_from_the_state() -> None:
    def module(state: Any, gradients: Any) -> Found:
        return Found(CALL, Observation(values={"model.state": state, "model.gradients": gradients}))

    other = ObservedTensor(W[0], attached=False)
    parameters = module({"w": SEEN, "mean": other, "b": other}, {"b": None, "w": SEEN}).parameters("model")
    assert list(parameters) == ["b", "w"]
    assert parameters["w"] is W
    with pytest.raises(Mismatch, match="lacks some of its parameters"):
        module({"w": SEEN}, {"b": None, "w": SEEN}).parameters("model")


@pytest.mark.parametrize(
    ("gradient", "kind"),
    [
        (None, "detached"),
        (W[0], "gradient"),
        (torch.empty(0), "gradient"),
        (W.long(), "gradient"),
    ],
)
def test_a_gradient_is_there_and_of_its_inputs_shape(gradient: Any, kind: str) -> None:
    assert found(SEEN, gradients={"x": W}).gradient("x") is W
    for gradients in ({"x": gradient}, {} if gradient is None else {"x": gradient}):
        with pytest.raises(Mismatch) as caught:
            found(SEEN, gradients=gradients).gradient("x")
        assert caught.value.kind == kind

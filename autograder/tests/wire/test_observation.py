"""Observations from a student's process are read strictly."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from gradkit.errors import WireError
from gradkit.wire.observation import (
    MAX_PRINTED,
    MAX_TEXT,
    Failure,
    Observation,
    observation_from_value,
    observation_to_value,
)
from gradkit.wire.values import MAX_NAME, ObservedTensor


def good() -> dict[str, Any]:
    observation = Observation(
        values={"result": ObservedTensor(torch.ones(2), attached=True)},
        gradients={"x": torch.ones(2), "y": None},
        mutated=("x",),
        operators=frozenset({"add"}),
        printed="hello",
        turned=("gradients",),
    )
    return observation_to_value(observation)


def test_an_observation_comes_back() -> None:
    back = observation_from_value(good())
    assert (back.mutated, back.operators, back.printed) == (("x",), frozenset({"add"}), "hello")
    assert back.turned == ("gradients",)
    assert back.gradients["y"] is None


def test_a_failure_comes_back() -> None:
    failure = Failure("raised", "no", "ValueError", 3, name="module.w", shape=(2, 1), bases=("ValueError",))
    assert observation_from_value(observation_to_value(Observation(failure=failure))).failure == failure


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("failure", "died"),
        ("failure", ["raised", "m", "T", "3", "", None, []]),
        ("failure", ["raised", "m", "T", 0, "", None, []]),
        ("failure", ["raised", "m", "T", 1 << 40, "", None, []]),
        ("failure", ["raised", "m", "T", True, "", None, []]),
        ("failure", ["raised", "m", "T", None, "", [1.5], []]),
        ("failure", ["raised", "m", "T", None, "", [-1], []]),
        ("failure", ["raised", "m", "T", None, "", None]),
        ("failure", ["raised", "m", "T", None, "", None, ["Passed"]]),
        ("failure", ["raised", "m", "T", None, "", None, [["ValueError"]]]),
        ("failure", ["raised", "m", "T", None, "", None, ["ValueError", "ValueError"]]),
        ("failure", ["passed", "m", "T", None, "", None, []]),
        ("values", []),
        ("values", {1: 2}),
        ("gradients", {"x": 1.0}),
        ("gradient_error", None),
        ("mutated", [1]),
        ("operators", "add"),
        ("printed", 1),
        ("turned", [1]),
        ("seconds", 1.0),
        ("score", 5),
    ],
)
def test_anything_else_is_refused(part: str, value: object) -> None:
    with pytest.raises(WireError):
        observation_from_value({**good(), part: value})


@pytest.mark.parametrize("value", [None, [], "x", {}])
def test_something_of_another_shape_is_refused(value: object) -> None:
    with pytest.raises(WireError):
        observation_from_value(value)


def test_every_text_is_cut_to_its_size() -> None:
    long = "a" * 1_000_000
    parts = {"failure": ["raised", long, long, 3, long, None, []], "gradient_error": long, "printed": long}
    back = observation_from_value({**good(), **parts})
    assert back.failure is not None
    texts = (back.failure.message, back.failure.type_name, back.failure.name, back.gradient_error, back.printed)
    assert [len(text) for text in texts] == [MAX_TEXT, MAX_NAME, MAX_NAME, MAX_TEXT, MAX_PRINTED]

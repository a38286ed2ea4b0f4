"""Observations from a student's process are read strictly."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from gradkit.errors import WireError
from gradkit.wire import Failure, Observation, ObservedTensor
from gradkit.wire.observation import observation_from_value, observation_to_value


def good() -> dict[str, Any]:
    observation = Observation(
        values={"result": ObservedTensor(torch.ones(2), attached=True)},
        gradients={"x": torch.ones(2), "y": None},
        mutated=("x",),
        operators=frozenset({"add"}),
        printed="hello",
        seconds=0.5,
    )
    return observation_to_value(observation)


def test_an_observation_comes_back() -> None:
    back = observation_from_value(good())
    assert (back.mutated, back.operators, back.printed, back.seconds) == (("x",), frozenset({"add"}), "hello", 0.5)
    assert back.gradients["y"] is None


def test_a_failure_comes_back() -> None:
    failure = Failure("raised", "no", "ValueError", 3, "raise")
    assert observation_from_value(observation_to_value(Observation(failure=failure))).failure == failure


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("failure", "died"),
        ("failure", ["raised", "m", "T", "3", "s"]),
        ("failure", ["passed", "m", "T", None, "s"]),
        ("values", []),
        ("values", {1: 2}),
        ("gradients", {"x": 1.0}),
        ("gradient_error", None),
        ("mutated", [1]),
        ("operators", "add"),
        ("printed", 1),
        ("seconds", "1"),
        ("seconds", float("nan")),
        ("seconds", -1.0),
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

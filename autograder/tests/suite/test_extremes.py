"""Every suite of this course gives a verdict on answers at the ends of the number line, on every call at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from gradkit.course import load_course
from gradkit.suite.runner import ReferenceRunner
from gradkit.suite.session import Suite, TestOutcome, open_suite
from gradkit.wire.call import Call
from gradkit.wire.observation import Observation
from gradkit.wire.values import ObservedTensor

COURSE = load_course(Path(__file__).parents[3])

Change = Callable[[Tensor], Tensor]
CHANGES: dict[str, Change] = {
    "denormal": lambda tensor: torch.full_like(tensor, 5e-324) if tensor.is_floating_point() else tensor,
    "denormal, one dimension less": lambda tensor: torch.full(tensor.shape[1:], 5e-324, dtype=torch.float64),
    "largest": lambda tensor: torch.full_like(
        tensor, torch.finfo(tensor.dtype).max if tensor.is_floating_point() else 1
    ),
    "empty": lambda tensor: tensor.reshape(-1)[:0],
}


def changed(value: Any, change: Change) -> Any:
    if isinstance(value, ObservedTensor):
        return ObservedTensor(change(value.data), value.attached)
    if isinstance(value, (list, tuple)):
        return type(value)(changed(item, change) for item in value)
    if isinstance(value, dict):
        return {key: changed(item, change) for key, item in value.items()}
    return 5e-324 if isinstance(value, float) else value


@pytest.mark.parametrize("name", COURSE.assignment_ids)
def test_a_suite_gives_a_verdict(name: str) -> None:
    assignment = COURSE.assignment(name)
    source = COURSE.source(name) / assignment.module
    right = ReferenceRunner(source)
    outcomes: dict[str, tuple[TestOutcome, ...]] = {}

    def answer(call: Call, change: Change) -> Observation:
        found = right.run(call).observation
        gradients = {key: None if one is None else change(one) for key, one in found.gradients.items()}
        return replace(found, values=changed(dict(found.values), change), gradients=gradients)

    def body(suite: Suite) -> None:
        for what, change in CHANGES.items():
            outcomes[what] = suite.run(partial(answer, change=change))

    open_suite(COURSE.hidden(name), assignment, source, "a secret of the tests", body)
    assert outcomes.keys() == CHANGES.keys()
    for tests in outcomes.values():
        mismatches = [case.mismatch for test in tests for case in test.cases if case.mismatch is not None]
        assert mismatches
        assert all(mismatch.message and mismatch.unexplained is None for mismatch in mismatches)

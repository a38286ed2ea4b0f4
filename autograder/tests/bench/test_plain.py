"""Calls performed without gradkit: the same values and gradients, compared with stored ones."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace
from typing import cast

import pytest
import torch
from torch import Tensor, nn

from bench.plain import Recorded, answer, check
from gradkit.suite import Call, Ref, Step, function_call, module_call


class Shift(nn.Module):
    """x + offset."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.offset = nn.Parameter(torch.zeros(size))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.offset


def broken(x: Tensor) -> Tensor:
    raise ValueError(x)


def noisy(x: Tensor) -> dict[str, object]:
    return {"noise": torch.rand(2), "shape": tuple(x.shape), "kind": type}


MODULE = cast("ModuleType", SimpleNamespace(Shift=Shift, broken=broken, noisy=noisy))
X = torch.ones(2, 3, dtype=torch.float64)


def test_parameters_are_loaded_and_gradients_taken() -> None:
    offset = torch.arange(3.0, dtype=torch.float64)
    call = module_call("Shift", [3], {"x": X.clone()}, parameters={"offset": offset}, cotangent=2 * X)
    result, of_x, of_offset = answer(call, MODULE)
    assert torch.equal(result, X + offset)
    assert torch.equal(of_x, 2 * X)
    assert of_offset.tolist() == [4, 4, 4]


def test_exceptions_are_answers_and_other_values_are_taken_apart() -> None:
    assert answer(function_call("broken", {"x": X}), MODULE) == ["ValueError"]
    assert answer(function_call("missing", {"x": X}), MODULE) == ["AttributeError"]
    names, noise, *rest = (
        answer(function_call("noisy", {"x": X}), MODULE)[0:1] + answer(function_call("noisy", {"x": X}), MODULE)[3:]
    )
    assert names == "noise"
    assert noise.shape == (2,)
    assert rest == [2, 3, "type"]


def test_targets_are_found_by_place() -> None:
    steps = [
        Step("sum", "object:x.sum"),
        Step("root", "torch:sqrt", [Ref("sum")]),
        Step("result", "operator:add", ([Ref("root")], [Ref("x.ndim")])),
    ]
    root, depth = answer(Call(steps, {"x": X}), MODULE)
    assert root.item() == pytest.approx(6**0.5)
    assert depth == 2


def test_answers_must_agree() -> None:
    call = function_call("noisy", {"x": X})
    right = answer(call, MODULE)
    check(Recorded(1.0, [call], [right]), MODULE)
    for wrong in (right[:-1], [*right[:-1], "int"], [*right[:3], right[3] + 1, *right[4:]]):
        with pytest.raises(AssertionError):
            check(Recorded(1.0, [call], [wrong]), MODULE)

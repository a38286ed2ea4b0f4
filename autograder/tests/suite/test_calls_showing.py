"""A call in words, for those who may see it."""

from __future__ import annotations

import torch

from gradkit.suite import Call, Step, function_call, module_call
from gradkit.suite.calls import show_call

X = torch.tensor([[1.5, -2.0], [0.0, 1e-9]], dtype=torch.float64)


def test_function_is_shown_with_its_values() -> None:
    call = function_call("f", {"x": X, "y": None}, stride=(2, 1), sizes=[3], cotangent=torch.tensor(0.5))
    assert show_call(call).splitlines() == [
        "result = f(x, None, stride=(2, 1), sizes=[3])",
        "with x = [[1.5, -2], [0, 1e-09]]",
        "and 0.5 as the gradient of result",
    ]


def test_module_is_shown_with_its_parameters() -> None:
    call = module_call("M", [3], {"x": torch.zeros(70, 2)}, parameters={"w": torch.tensor([True, False])})
    assert show_call(call).splitlines() == [
        "module = M(3)",
        "module = module.to(torch.float64)",
        "result = module(x)",
        "with x = a float32 tensor of shape (70, 2)",
        "with module.w = [True, False]",
    ]


def test_torchs_own_steps_are_named_as_such() -> None:
    assert (
        show_call(Call([Step("loss", "torch:nn.MSELoss", [(1,)])], observe=("loss",)))
        == "loss = torch.nn.MSELoss((1,))"
    )

"""Hidden tests of sgd_step."""

from collections.abc import Sequence
from typing import Any

import pytest
import torch
from torch import Tensor

from gradkit.suite import Call, Ref, Rng, Runner, Step, assert_matches, check, figures

pytestmark = pytest.mark.question("sgd_step")

HINT = "w becomes w - lr * w.grad, in place, under torch.no_grad()"


def stepping(
    weight: Tensor, bias: Tensor, gradients: Sequence[Tensor | None], lr: float, times: int = 1, form: Any = "generator"
) -> Call:
    """Steps of a linear layer with given gradients; None leaves a parameter without one."""
    layer = Step("model", "torch:nn.Linear", (weight.shape[1], weight.shape[0]), {"dtype": weight.dtype})
    steps = [layer]
    inputs = {}
    for name, gradient in zip(("weight", "bias"), gradients, strict=True):
        steps.append(Step(name, "builtin:getattr", (Ref("model"), name)))
        if gradient is not None:
            inputs[f"{name}_gradient"] = gradient
            steps.append(Step("set", "builtin:setattr", (Ref(name), "grad", Ref(f"{name}_gradient"))))
    steps.append(Step("before", "object:weight.data_ptr"))
    parameters = Ref("model.parameters()") if form == "generator" else [Ref("weight"), Ref("bias")]
    steps += [Step(f"result{n}", "student:sgd_step", (parameters, lr)) for n in range(times)]
    steps.append(Step("after", "object:weight.data_ptr"))
    steps.append(Step("leaf", "builtin:getattr", (Ref("weight"), "is_leaf")))
    steps.append(Step("learns", "builtin:getattr", (Ref("weight"), "requires_grad")))
    observe = ("model.state", "model.gradients", "before", "after", "leaf", "learns")
    return Call(steps, inputs=inputs, parameters={"model": {"weight": weight, "bias": bias}}, observe=observe)


def assert_stepped(student: Runner, reference: Runner, call: Call, **tolerances: float) -> None:
    """The parameters are right, and still the same tensors."""
    found, expected = student.run(call), reference.run(call)
    check(found.equals("before", found.value("after")), f"A parameter must keep its storage: {HINT}.")
    check(
        found.equals("leaf", True) and found.equals("learns", True),
        f"A parameter must stay one that can learn: {HINT}.",
    )
    for name in ("model.state", "model.gradients"):
        values = {name: expected.value(name)}
        assert_matches(found, figures(**values), hint=HINT, **tolerances)


@pytest.mark.points(0.5)
@pytest.mark.parametrize(("n", "d"), [(4, 3), (1, 3), (4, 1), (1, 1)])
@pytest.mark.parametrize("form", ["generator", "list"])
def test_every_size(student: Runner, reference: Runner, rng: Rng, n: int, d: int, form: str) -> None:
    """Every parameter takes its step, in place, several times in a row; the gradients stay as they are."""
    gradients = (rng.normal(n, d), rng.normal(n))
    call = stepping(rng.normal(n, d), rng.normal(n), gradients, 0.3, times=3, form=form)
    assert_stepped(student, reference, call)


@pytest.mark.points(0.25)
@pytest.mark.parametrize("missing", [0, 1])
def test_without_gradient(student: Runner, reference: Runner, rng: Rng, missing: int) -> None:
    """A parameter whose gradient is None is left alone, and the others take their step."""
    gradients: list[Tensor | None] = [rng.normal(4, 3), rng.normal(4)]
    gradients[missing] = None
    assert_stepped(student, reference, stepping(rng.normal(4, 3), rng.normal(4), gradients, 0.3))


@pytest.mark.points(0.5)
def test_figures_worked_by_hand(student: Runner) -> None:
    """A small example worked by hand comes out right.

    w = (4, -2), b = 1, gradients (10, -20) and 5, rate 0.1: w = (4 - 1, -2 + 2) = (3, 0), b = 1 - 0.5 = 0.5.
    """
    numbers = [torch.tensor(n, dtype=torch.float64) for n in ([[4, -2]], [1], [[10, -20]], [5])]
    found = student.run(stepping(numbers[0], numbers[1], numbers[2:], 0.1))
    end = {"weight": torch.tensor([[3, 0]], dtype=torch.float64), "bias": torch.tensor([0.5], dtype=torch.float64)}
    assert_matches(found, figures(**{"model.state": end}), hint=HINT)


@pytest.mark.points(0.25)
@pytest.mark.parametrize("times", [1, 3])
def test_float32_stays_float32(student: Runner, reference: Runner, rng: Rng, times: int) -> None:
    """Parameters in float32 stay in float32."""
    weight, gradient = (rng.normal(4, 3, dtype=torch.float32) for _ in range(2))
    bias, other = (rng.normal(4, dtype=torch.float32) for _ in range(2))
    call = stepping(weight, bias, (gradient, other), 0.3, times=times)
    assert_stepped(student, reference, call, rtol=1e-5, atol=1e-5)

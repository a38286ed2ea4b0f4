"""Hidden tests of Adam."""

import math
from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torch import Tensor

from gradkit.suite import Call, Found, Ref, Rng, Runner, Step, assert_matches, check, figures

pytestmark = pytest.mark.question("Adam")

HINT = "m, v, their corrections by 1 - b^t with t from 1, then w -= lr * m_hat / (sqrt(v_hat) + eps)"


def training(optimizer: str, x: Tensor, y: Tensor, start: Mapping[str, Tensor], steps: int, **options: Any) -> Call:
    """Train a linear layer with the squared error for some steps."""
    made = [
        Step("model", "torch:nn.Linear", (x.shape[1], y.shape[1]), {"dtype": x.dtype}),
        Step("loss_function", "torch:nn.MSELoss"),
        Step("optimizer", optimizer, (Ref("model.parameters()"),), options),
    ]
    for _ in range(steps):
        made += [
            Step("y_hat", "object:model.forward", (Ref("x"),)),
            Step("loss", "object:loss_function.forward", (Ref("y_hat"), Ref("y"))),
            Step("cleared", "object:optimizer.zero_grad"),
            Step("back", "object:loss.backward"),
            Step("stepped", "object:optimizer.step"),
        ]
    return Call(made, inputs={"x": x, "y": y}, parameters={"model": start}, observe=("model.state",))


def problem(
    rng: Rng, n: int, d: int, m: int, dtype: torch.dtype = torch.float64
) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
    """Random inputs, targets and parameters to start from."""
    start = {"weight": rng.normal(m, d, dtype=dtype), "bias": rng.normal(m, dtype=dtype)}
    return rng.normal(n, d, dtype=dtype), rng.normal(n, m, dtype=dtype), start


def assert_as_torch(found: Found, reference: Runner, call: Call, tolerance: float = 1e-10) -> None:
    """The parameters are those that torch.optim.Adam arrives at."""
    steps = [
        Step("optimizer", "torch:optim.Adam", s.args, s.kwargs) if s.name == "optimizer" else s for s in call.steps
    ]
    expected = reference.run(Call(steps, inputs=call.inputs, parameters=call.parameters, observe=call.observe))
    values = {"model.state": expected.value("model.state")}
    assert_matches(found, figures(**values), hint=HINT, rtol=tolerance, atol=tolerance)


@pytest.mark.points(1)
@pytest.mark.parametrize("steps", [1, 2, 50])
@pytest.mark.parametrize(("n", "d", "m"), [(6, 4, 3), (6, 1, 1)])
def test_as_torch(student: Runner, reference: Runner, rng: Rng, n: int, d: int, m: int, steps: int) -> None:
    """Over 1, 2 and 50 steps the parameters go where torch.optim.Adam takes them."""
    call = training("student:Adam", *problem(rng, n, d, m), steps, lr=0.1)
    assert_as_torch(student.run(call), reference, call)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("options", [{"eps": 0.5, "lr": 0.1}, {"betas": (0.6, 0.3), "lr": 0.05}, {}], ids=str)
def test_options(student: Runner, reference: Runner, rng: Rng, options: dict[str, Any]) -> None:
    """lr, betas and eps have their effect, also a large eps; without them 0.001, (0.9, 0.999) and 1e-8 hold."""
    call = training("student:Adam", *problem(rng, 6, 4, 3), 20, **options)
    assert_as_torch(student.run(call), reference, call)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("size", [1e-8, 1e-5])
def test_tiny_gradients(student: Runner, reference: Runner, rng: Rng, size: float) -> None:
    """Tiny gradients give the steps that they should: eps is added after the root, not under it."""
    x, y, start = problem(rng, 6, 4, 3)
    call = training("student:Adam", x * size, y, start, 10, lr=0.1)
    assert_as_torch(student.run(call), reference, call)


def given(gradients: list[list[float] | None], then: list[Step], **options: Any) -> Call:
    """Two parameters of two elements, whose gradients are given step by step; None leaves the second without one."""
    steps = [
        Step("copy", "object:start.clone"),
        Step("a", "torch:nn.Parameter", (Ref("copy"),)),
        Step("copy", "object:other.clone"),
        Step("b", "torch:nn.Parameter", (Ref("copy"),)),
        Step("before", "object:a.data_ptr"),
        Step("optimizer", "student:Adam", ([Ref("b"), Ref("a")],), options),
    ]
    inputs = {"start": torch.tensor([1, -1], dtype=torch.float64), "other": torch.tensor([2, 3], dtype=torch.float64)}
    for number, gradient in enumerate(gradients):
        if gradient is not None:
            inputs[f"g{number}"] = torch.tensor(gradient, dtype=torch.float64)
            steps.append(Step("set", "builtin:setattr", (Ref("a"), "grad", Ref(f"g{number}"))))
        steps.append(Step("stepped", "object:optimizer.step"))
    steps += [Step("after", "object:a.data_ptr"), Step("leaf", "builtin:getattr", (Ref("a"), "is_leaf")), *then]
    steps += [Step("end_a", "object:a.detach"), Step("end_b", "object:b.detach")]
    return Call(steps, inputs=inputs, observe=("end_a", "end_b", "before", "after", "leaf"))


@pytest.mark.points(0.5)
def test_figures_worked_by_hand(student: Runner) -> None:
    """A small example worked by hand comes out right.

    lr = 1, b1 = 0.5, b2 = 0.75, eps = 1. First step, g = (3, -4): m = (1.5, -2) and v = (2.25, 4), corrected (3, -4)
    and (9, 16): w = (1, -1) - (3/4, -4/5) = (0.25, -0.2). Second step, g = (0, 0): m = (0.75, -1) over 0.75 is
    (1, -4/3); v = (1.6875, 3) over 0.4375 is (27/7, 48/7).
    """
    found = student.run(given([[3, -4], [0, 0]], [], lr=1.0, betas=(0.5, 0.75), eps=1.0))
    first = 0.25 - 1 / (math.sqrt(27 / 7) + 1)
    second = -0.2 + 4 / 3 / (math.sqrt(48 / 7) + 1)
    assert_matches(found, figures(end_a=torch.tensor([first, second], dtype=torch.float64)), hint=HINT)


@pytest.mark.points(0.25)
@pytest.mark.parametrize("steps", [1, 3])
def test_without_gradient_and_in_place(student: Runner, steps: int) -> None:
    """A parameter whose gradient is None is skipped; the others change in place and can go on learning.

    Where the gradient is always the same, m_hat is g and v_hat is g^2, so each step has the length lr.
    """
    found = student.run(given([[3, -4]] * steps, []))
    unchanged = torch.tensor([2, 3], dtype=torch.float64)
    moved = torch.tensor([1 - 0.001 * steps, -1 + 0.001 * steps], dtype=torch.float64)
    assert_matches(found, figures(end_b=unchanged, end_a=moved), hint="a parameter whose .grad is None is skipped")
    check(found.equals("before", found.value("after")), "A parameter must keep its storage: change it in place.")
    check(found.equals("leaf", True), "A parameter must stay a leaf of the graph: change it under torch.no_grad().")


@pytest.mark.points(0.25)
@pytest.mark.parametrize("steps", [0, 2])
def test_zero_grad(student: Runner, rng: Rng, steps: int) -> None:
    """After zero_grad every gradient is None or zeros, and the parameters are as they were."""
    x, y, start = problem(rng, 6, 4, 3)
    whole = training("student:Adam", x, y, start, steps)
    last = [
        Step("y_hat", "object:model.forward", (Ref("x"),)),
        Step("sum", "object:y_hat.sum"),
        Step("back", "object:sum.backward"),
        Step("cleared", "object:optimizer.zero_grad"),
    ]
    observe = ("model.gradients",)
    found = student.run(Call([*whole.steps, *last], inputs=whole.inputs, parameters=whole.parameters, observe=observe))
    gradients = found.gradients("model.gradients").values()
    gone = all(gradient is None or not gradient.any() for gradient in gradients)
    check(gone, "zero_grad must leave None or zeros in each .grad; there are gradients left.")


@pytest.mark.points(0.5)
@pytest.mark.parametrize("steps", [1, 5])
def test_float32_stays_float32(student: Runner, reference: Runner, rng: Rng, steps: int) -> None:
    """Parameters in float32 stay in float32."""
    call = training("student:Adam", *problem(rng, 6, 4, 3, torch.float32), steps, lr=0.1)
    assert_as_torch(student.run(call), reference, call, tolerance=1e-4)

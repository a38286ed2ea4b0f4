"""Hidden tests of Adam."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor

from gradkit.suite import Call, Found, Ref, Rng, Runner, Step, assert_matches, check, expected, message

pytestmark = pytest.mark.question("Adam")

HINT = message("m and v, their bias corrections by 1 - b^t with t from 1, then w -= lr * m_hat / (sqrt(v_hat) + eps)")
TOLERANCE = 1e-6  # as the docstring says: a power of a beta may be rounded to float32
STARTS = {"a": (1.0, -1.0), "b": (2.0, 3.0)}


def training(
    x: Tensor, y: Tensor, start: Mapping[str, Tensor], steps: int, clear: str = "model", **options: Any
) -> Call:
    """Train a linear layer with the squared error for some steps; zero_grad of ``clear`` is called."""
    made = [
        Step("model", "torch:nn.Linear", (x.shape[1], y.shape[1]), {"dtype": x.dtype}),
        Step("loss_function", "torch:nn.MSELoss"),
        Step("optimizer", "student:Adam", (Ref("model.parameters()"),), options),
    ]
    for _ in range(steps):
        made += [
            Step("y_hat", "object:model.forward", (Ref("x"),)),
            Step("loss", "object:loss_function.forward", (Ref("y_hat"), Ref("y"))),
            Step("cleared", f"object:{clear}.zero_grad"),
            Step("back", "object:loss.backward"),
            Step("stepped", "object:optimizer.step"),
        ]
    return Call(made, inputs={"x": x, "y": y}, parameters={"model": start}, observe=("model.state",))


def problem(
    rng: Rng, n: int, d: int, m: int, dtype: torch.dtype = torch.float64
) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
    """Random inputs, targets and parameters to start from.

    Inputs are positive, and an output's errors have one sign, so no gradient is so near 0 that eps matters.
    """
    x, start = rng.uniform(n, d, low=0.5, high=1.5), {"weight": rng.normal(m, d), "bias": rng.normal(m)}
    errors = rng.uniform(n, m, low=2.0, high=6.0) * (1 - 2 * rng.binary(m))
    y = x @ start["weight"].T + start["bias"] + errors
    return x.to(dtype), y.to(dtype), {name: value.to(dtype) for name, value in start.items()}


def assert_as_torch(found: Found, reference: Runner, call: Call, tolerance: float = TOLERANCE) -> None:
    """The parameters equal those of torch.optim.Adam."""
    steps = [
        Step("optimizer", "torch:optim.Adam", s.args, s.kwargs) if s.name == "optimizer" else s for s in call.steps
    ]
    right = reference.run(Call(steps, inputs=call.inputs, parameters=call.parameters, observe=call.observe))
    values = {"model.state": right.value("model.state")}
    assert_matches(found, expected(**values), hint=HINT, rtol=tolerance, atol=tolerance)


@pytest.mark.points(1)
@pytest.mark.parametrize("steps", [1, 2, 40])
@pytest.mark.parametrize(("n", "d", "m"), [(6, 4, 3), (6, 1, 1)])
def test_as_torch(student: Runner, reference: Runner, rng: Rng, n: int, d: int, m: int, steps: int) -> None:
    """After 1, 2 and 40 steps the parameters equal those of torch.optim.Adam."""
    call = training(*problem(rng, n, d, m), steps, lr=0.002)
    assert_as_torch(student.run(call), reference, call)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("options", [{"eps": 0.5, "lr": 0.002}, {"betas": (0.6, 0.3), "lr": 0.002}, {}], ids=str)
def test_options(student: Runner, reference: Runner, rng: Rng, options: dict[str, Any]) -> None:
    """lr, betas and eps have their effect, also a large eps; the defaults are 0.001, (0.9, 0.999) and 1e-8."""
    call = training(*problem(rng, 6, 4, 3), 20, **options)
    assert_as_torch(student.run(call), reference, call)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("size", [1e-8, 1e-5])
def test_tiny_gradients(student: Runner, reference: Runner, rng: Rng, size: float) -> None:
    """The steps are right for tiny gradients: eps is added after the square root, not under it."""
    x, y, start = problem(rng, 6, 4, 3)
    call = training(x * size, y, start, 40, lr=0.002)
    assert_as_torch(student.run(call), reference, call)


def stepping(
    gradients: Mapping[str, Sequence[Sequence[float] | None]],
    groups: Sequence[Sequence[str]] = (),
    **options: Any,
) -> Call:
    """Parameters of two elements with the gradients of each step (None for none), and an Adam for each group.

    Without groups one Adam has all parameters. ``<name>_storage`` shares a parameter's original storage.
    """
    steps, inputs = [], {f"{name}_start": torch.tensor(STARTS[name], dtype=torch.float64) for name in gradients}
    for name in gradients:
        steps.append(Step("copy", f"object:{name}_start.clone"))
        steps.append(Step(name, "torch:nn.Parameter", (Ref("copy"),)))
        steps.append(Step(f"{name}_storage", f"object:{name}.detach"))
    groups = groups or [list(gradients)]
    for number, group in enumerate(groups):
        steps.append(Step(f"listed{number}", "builtin:list", ([Ref(name) for name in group],)))
        steps.append(Step(f"optimizer{number}", "student:Adam", (Ref(f"listed{number}"),), options))
    for number, given in enumerate(zip(*gradients.values(), strict=True)):
        for name, gradient in zip(gradients, given, strict=True):
            if gradient is None:
                steps.append(Step("set", "builtin:setattr", (Ref(name), "grad", None)))
            else:
                inputs[f"{name}{number}"] = torch.tensor(gradient, dtype=torch.float64)
                steps.append(Step("copy", f"object:{name}{number}.clone"))
                steps.append(Step("set", "builtin:setattr", (Ref(name), "grad", Ref("copy"))))
        steps += [Step("stepped", f"object:optimizer{n}.step") for n in range(len(groups))]
    steps += [Step(f"{name}_end", f"object:{name}.detach") for name in gradients]
    steps.append(Step("left", "builtin:len", (Ref("listed0"),)))
    what = ("_end", "_storage", ".grad", ".is_leaf", ".requires_grad")
    words = {name: message("parameter {name}", name=name.removesuffix("_start")) for name in [*gradients, *inputs]}
    words |= {f"{name}_end": message("parameter {name} afterwards", name=name) for name in gradients}
    words |= {name: "gradient" for name in inputs if name not in words}
    observe = ("left", *(f"{name}{end}" for name in gradients for end in what))
    return Call(steps, inputs=inputs, observe=observe, words=words)


def assert_ends(found: Found, hint: str = HINT, **ends: Any) -> None:
    """The final parameters are right."""
    right = {f"{name}_end": torch.as_tensor(end, dtype=torch.float64) for name, end in ends.items()}
    assert_matches(found, expected(**right), hint=hint, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.points(0.25)
def test_figures_worked_by_hand(student: Runner) -> None:
    """A small example worked by hand comes out right.

    lr = 1, b1 = 0.5, b2 = 0.75, eps = 1. First step, g = (3, -4): m = (1.5, -2) and v = (2.25, 4), corrected (3, -4)
    and (9, 16): w = (1, -1) - (3/4, -4/5) = (0.25, -0.2). Second step, g = (0, 0): m = (0.75, -1) over 0.75 is
    (1, -4/3); v = (1.6875, 3) over 0.4375 is (27/7, 48/7).
    """
    found = student.run(stepping({"a": [[3, -4], [0, 0]]}, lr=1.0, betas=(0.5, 0.75), eps=1.0))
    assert_ends(found, a=(0.25 - 1 / (math.sqrt(27 / 7) + 1), -0.2 + 4 / 3 / (math.sqrt(48 / 7) + 1)))


@pytest.mark.points(0.25)
@pytest.mark.parametrize("groups", [["ab"], ["ba"], ["a", "b"]], ids="+".join)
def test_state_of_its_own(student: Runner, reference: Runner, groups: Sequence[str]) -> None:
    """Parameters of equal shape have their own m and v, and two optimizers count their own steps."""
    call = stepping({"a": [[3, -4], [1, 2], [-2, 1]], "b": [[-0.5, 7], [0.25, 3], [5, 0.5]]}, groups, lr=0.002)
    right = reference.run(call)
    hint = message("one m and one v per parameter, and one t per Adam object")
    assert_ends(student.run(call), hint, a=right.tensor("a_end"), b=right.tensor("b_end"))


@pytest.mark.points(0.25)
@pytest.mark.parametrize(("given", "steps"), [(0, 1), (0, 3), (2, 5)])
@pytest.mark.parametrize("first", [True, False], ids=["first", "last"])
def test_without_gradient(student: Runner, given: int, steps: int, first: bool) -> None:
    """A parameter whose gradient is None is skipped, even if it had one before, and the others are updated.

    If the gradient is constant, m_hat is g and v_hat is g^2, so each step has size lr.
    """
    gradients = {"b": [*[[-0.5, 7]] * given, *[None] * (steps - given)], "a": [[3, -4]] * steps}
    found = student.run(stepping(gradients if first else dict(reversed(gradients.items()))))
    hint = message("a parameter whose .grad is None is skipped")
    assert_ends(found, hint, b=(2 + 0.001 * given, 3 - 0.001 * given), a=(1 - 0.001 * steps, -1 + 0.001 * steps))


@pytest.mark.points(0.25)
@pytest.mark.parametrize("steps", [1, 3])
def test_in_place(student: Runner, steps: int) -> None:
    """A parameter is updated in place and can still be trained, and its gradient is left unchanged."""
    found = student.run(stepping({"a": [[3, -4]] * steps, "b": [[5, 0.5]] * steps}))
    for name, gradient in (("a", [3, -4]), ("b", [5, 0.5])):
        shared = found.equals(f"{name}_storage", found.value(f"{name}_end"))
        check(shared, message("A parameter must keep its storage: update it in place."))
        learns = found.equals(f"{name}.is_leaf", True) and found.equals(f"{name}.requires_grad", True)
        check(learns, message("A parameter must stay a leaf that requires grad: update it under torch.no_grad()."))
        same = found.equals(f"{name}.grad", torch.tensor(gradient, dtype=torch.float64))
        check(same, message("Adam.step must leave each .grad unchanged: clearing it is the job of zero_grad."))
    check(found.equals("left", 2), message("Adam must not modify the list of parameters."))


@pytest.mark.points(0.25)
@pytest.mark.parametrize("steps", [0, 2, 40])
def test_zero_grad(student: Runner, reference: Runner, rng: Rng, steps: int) -> None:
    """After zero_grad every gradient is None or zeros; m and v are kept, and a gradient of None is accepted."""
    whole = training(*problem(rng, 6, 4, 3), steps, clear="optimizer", lr=0.002)
    last = [
        Step("cleared", "object:model.zero_grad"),
        Step("cleared", "object:optimizer.zero_grad"),
        Step("y_hat", "object:model.forward", (Ref("x"),)),
        Step("sum", "object:y_hat.sum"),
        Step("back", "object:sum.backward"),
        Step("cleared", "object:optimizer.zero_grad"),
    ]
    observe = ("model.gradients", "model.state")
    call = Call([*whole.steps, *last], inputs=whole.inputs, parameters=whole.parameters, observe=observe)
    found = student.run(call)
    gradients = found.gradients("model.gradients").values()
    gone = all(gradient is None or not gradient.any() for gradient in gradients)
    check(gone, message("After zero_grad each .grad must be None or zeros; some gradients are left."))
    assert_as_torch(found, reference, call)


@pytest.mark.points(0.25)
@pytest.mark.parametrize("steps", [1, 20])
def test_float32_stays_float32(student: Runner, reference: Runner, rng: Rng, steps: int) -> None:
    """Parameters in float32 stay in float32."""
    call = training(*problem(rng, 6, 4, 3, torch.float32), steps, lr=0.1)
    assert_as_torch(student.run(call), reference, call, tolerance=1e-4)

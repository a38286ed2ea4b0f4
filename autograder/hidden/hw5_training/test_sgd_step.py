"""Hidden tests of sgd_step."""

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from gradkit.suite import Call, Found, Ref, Rng, Runner, Step, assert_matches, check, expected, message

pytestmark = pytest.mark.question("sgd_step")

HINT = message("w becomes w - lr * w.grad, in place, under torch.no_grad()")
NAMES = ("weight", "bias")


def stepping(
    weight: Tensor, bias: Tensor, gradients: Sequence[Tensor | None], lr: float, times: int = 1, form: str = "generator"
) -> Call:
    """Steps of a linear layer, all with the same given gradients; None means no gradient."""
    steps = [
        Step("model", "torch:nn.Linear", (weight.shape[1], weight.shape[0]), {"dtype": weight.dtype}),
        Step("listed", "builtin:list", (Ref("model.parameters()"),)),
    ]
    for name in NAMES:
        steps.append(Step(name, "builtin:getattr", (Ref("model"), name)))
        steps.append(Step(f"{name}_storage", f"object:{name}.detach"))
    given = {f"{name}_gradient": one for name, one in zip(NAMES, gradients, strict=True) if one is not None}
    for number in range(times):
        for name in given:
            steps.append(Step("copy", f"object:{name}.clone"))
            steps.append(Step("set", "builtin:setattr", (Ref(name.removesuffix("_gradient")), "grad", Ref("copy"))))
        parameters = Ref("listed" if form == "list" else "model.parameters()")
        steps.append(Step(f"result{number}", "student:sgd_step", (parameters, lr)))
    steps.append(Step("left", "builtin:len", (Ref("listed"),)))
    observe = ["model.state", "model.gradients", "left"]
    observe += [f"{name}{what}" for name in NAMES for what in ("_storage", ".is_leaf", ".requires_grad")]
    words = {name: f"model.{name}" for name in NAMES} | {
        name: f"{name.removesuffix('_gradient')}.grad" for name in given
    }
    parameters = {"model": {"weight": weight, "bias": bias}}
    return Call(steps, inputs=given, parameters=parameters, observe=observe, words=words)


def drawn(rng: Rng, n: int = 4, d: int = 3, dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor, list[Tensor]]:
    """A weight, a bias, and a gradient of each."""
    weight, bias, *gradients = (rng.normal(*shape, dtype=dtype) for shape in ((n, d), (n,), (n, d), (n,)))
    return weight, bias, gradients


def assert_stepped(found: Found, reference: Runner, call: Call, **tolerances: float) -> None:
    """The parameters are right, and can still be trained."""
    right = reference.run(call).value("model.state")
    assert_matches(found, expected(**{"model.state": right}), hint=HINT, **tolerances)
    learns = all(found.equals(f"{name}.{what}", True) for name in NAMES for what in ("is_leaf", "requires_grad"))
    check(learns, message("A parameter must stay a leaf that requires grad: {hint}.", hint=HINT))


@pytest.mark.points(0.25)
@pytest.mark.parametrize(("n", "d"), [(5, 3), (1, 3), (4, 1), (1, 1)])
@pytest.mark.parametrize("form", ["generator", "list"])
def test_every_size(student: Runner, reference: Runner, rng: Rng, n: int, d: int, form: str) -> None:
    """Every parameter is updated, also in several steps, from a generator and from a list."""
    call = stepping(*drawn(rng, n, d), 0.3, times=3, form=form)
    assert_stepped(student.run(call), reference, call)


@pytest.mark.points(0.25)
@pytest.mark.parametrize("missing", [0, 1])
@pytest.mark.parametrize("times", [1, 3])
def test_without_gradient(student: Runner, reference: Runner, rng: Rng, missing: int, times: int) -> None:
    """A parameter whose gradient is None is left unchanged, and the others are updated."""
    weight, bias, drawn_gradients = drawn(rng)
    gradients = [None if number == missing else one for number, one in enumerate(drawn_gradients)]
    call = stepping(weight, bias, gradients, 0.3, times=times)
    assert_stepped(student.run(call), reference, call)


@pytest.mark.points(0.25)
@pytest.mark.parametrize("times", [1, 3])
def test_in_place(student: Runner, rng: Rng, times: int) -> None:
    """A parameter keeps its storage: tensors that share it see the update."""
    found = student.run(stepping(*drawn(rng), 0.3, times=times))
    state = found.tensors("model.state")
    shared = all(found.equals(f"{name}_storage", state.get(name)) for name in NAMES)
    check(shared, message("A parameter must keep its storage: {hint}.", hint=HINT))


@pytest.mark.points(0.25)
@pytest.mark.parametrize("form", ["generator", "list"])
def test_gradients_stay(student: Runner, rng: Rng, form: str) -> None:
    """The step modifies neither the gradients nor the list of parameters."""
    weight, bias, gradients = drawn(rng)
    found = student.run(stepping(weight, bias, gradients, 0.3, form=form))
    same = found.equals("model.gradients", dict(zip(NAMES, gradients, strict=True)))
    check(same, message("sgd_step must leave each .grad unchanged: clearing it is the job of zero_grad."))
    check(found.equals("left", 2), message("sgd_step must not modify the list of parameters."))


@pytest.mark.points(0.25)
def test_figures_worked_by_hand(student: Runner) -> None:
    """A small example worked by hand comes out right.

    w = (4, -2), b = 1, gradients (10, -20) and 5, learning rate 0.1: w = (4 - 1, -2 + 2) = (3, 0), b = 1 - 0.5 = 0.5.
    """
    numbers = [torch.tensor(n, dtype=torch.float64) for n in ([[4, -2]], [1], [[10, -20]], [5])]
    found = student.run(stepping(numbers[0], numbers[1], numbers[2:], 0.1))
    end = {"weight": torch.tensor([[3, 0]], dtype=torch.float64), "bias": torch.tensor([0.5], dtype=torch.float64)}
    assert_matches(found, expected(**{"model.state": end}), hint=HINT)


@pytest.mark.points(0.25)
@pytest.mark.parametrize("times", [1, 3])
def test_float32_stays_float32(student: Runner, reference: Runner, rng: Rng, times: int) -> None:
    """Parameters in float32 stay in float32."""
    call = stepping(*drawn(rng, dtype=torch.float32), 0.3, times=times)
    assert_stepped(student.run(call), reference, call, rtol=1e-5, atol=1e-5)

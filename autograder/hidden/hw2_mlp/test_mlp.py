"""Hidden tests of MLP."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from gradkit.suite import (
    Call,
    Ref,
    Rng,
    Runner,
    Step,
    Vjp,
    assert_drawn_as_linear,
    assert_matches,
    check,
    expected,
    message,
    module_call,
)

pytestmark = pytest.mark.question("MLP")

HINT = message("a(0) = x; z(l) = W(l) a(l-1) + b(l), a(l) = f(z(l)); the last layer has no activation: y_hat = z(L)")


def random_parameters(rng: Rng, sizes: Sequence[int], dtype: torch.dtype = torch.float64) -> dict[str, Tensor]:
    """Weights and biases of all layers, none of them zero."""
    parameters = {}
    for number, (before, after) in enumerate(pairwise(sizes)):
        parameters[f"layers.{number}.weight"] = rng.normal(after, before, dtype=dtype)
        parameters[f"layers.{number}.bias"] = rng.normal(after, dtype=dtype)
    return parameters


@pytest.mark.points(0.5)
@pytest.mark.parametrize("sizes", [[3, 2], [4, 2, 1], [2, 5, 3, 4], [3, 3, 3]], ids=str)
def test_a_new_model_has_its_layers(student: Runner, sizes: list[int]) -> None:
    """A new model has len(layer_sizes) - 1 linear layers, in an nn.ModuleList named layers."""
    steps = [
        Step("model", "student:MLP", [sizes]),
        Step("list", "builtin:getattr", [Ref("model"), "layers"]),
        Step("is_list", "builtin:isinstance", [Ref("list"), Ref("torch:nn.ModuleList")]),
    ]
    found = student.run(Call(steps, observe=("is_list", "model.state", "model.gradients")))
    check(
        found.equals("is_list", True),
        message("The attribute layers must be an nn.ModuleList, so that its parameters are found."),
    )
    right = {}
    for number, (before, after) in enumerate(pairwise(sizes)):
        right |= {f"layers.{number}.weight": (after, before), f"layers.{number}.bias": (after,)}
    shapes = {name: tuple(value.shape) for name, value in found.tensors("model.state").items()}
    check(
        {name: shapes.get(name) for name in right} == right,
        message(
            "For layer_sizes = {sizes}, layer l must be nn.Linear(layer_sizes[l], layer_sizes[l + 1]).", sizes=sizes
        ),
    )
    extra = sorted(found.gradients("model.gradients").keys() - right.keys())
    check(
        not extra,
        message(
            "The layers' weights and biases should be the only parameters; also found: {extra}.", extra=", ".join(extra)
        ),
    )


@pytest.mark.points(0.5)
@pytest.mark.parametrize("sizes", [[8, 1_500], [3, 1_000, 5, 1_000]], ids=str)
def test_layers_start_at_random(student: Runner, sizes: list[int]) -> None:
    """All layers have nn.Linear's default initialization, drawn anew for each model."""
    names = [f"layers.{number}" for number in range(len(sizes) - 1)]
    observe = tuple(
        f"{model}.{name}.{part}" for model in ("one", "other") for name in names for part in ("weight", "bias")
    )
    steps = [Step(model, "student:MLP", [sizes]) for model in ("one", "other")]
    words = {"one": message("the first MLP"), "other": message("the second MLP")}
    found = student.run(Call(steps, observe=observe, words=words))
    for name, inputs in zip(names, sizes, strict=False):
        assert_drawn_as_linear(found, f"one.{name}", f"other.{name}", in_dim=inputs, name=name)


@pytest.mark.points(1.5)
@pytest.mark.parametrize(
    ("n", "sizes"),
    [
        (5, [3, 2]),
        (5, [3, 4, 2]),
        (1, [3, 4, 2]),
        (6, [2, 5, 3, 4, 1]),
        (7, [4, 3, 2]),
        (4, [1, 1, 1]),
        (5, [2, 2, 2, 2]),
    ],
    ids=str,
)
def test_output_and_gradients_match_reference(
    student: Runner, reference: Runner, rng: Rng, n: int, sizes: list[int]
) -> None:
    """The predictions and the gradients of x and all parameters are right for several depths and widths."""
    call = module_call(
        "MLP",
        [sizes],
        {"x": rng.normal(n, sizes[0])},
        parameters=random_parameters(rng, sizes),
        cotangent=rng.normal(n, sizes[-1]),
    )
    assert_matches(student.run(call), reference.run(call), hint=HINT)


@pytest.mark.points(1)
@pytest.mark.parametrize("activation", ["tanh", "sin", "nn.Tanh", "nn.Softplus"])
@pytest.mark.parametrize("sizes", [[3, 4, 2], (2, 3, 5, 4)], ids=str)
def test_activation_is_the_one_handed_over(
    student: Runner, reference: Runner, rng: Rng, activation: str, sizes: Sequence[int]
) -> None:
    """The given activation is used, function or module, in training and in evaluation mode."""
    kind = Ref(f"torch:{activation}")
    made = [Step("f", f"torch:{activation}")] if activation.startswith("nn.") else []
    steps = [
        *made,
        Step("model", "student:MLP", [sizes, Ref("f") if made else kind]),
        Step("model", "object:model.double"),
        Step("training", "object:model.__call__", [Ref("x")]),
        Step("model", "object:model.eval"),
        Step("result", "object:model.__call__", [Ref("x")]),
    ]
    parameters = random_parameters(rng, sizes)
    vjp = Vjp("result", ("x", *(f"model.{name}" for name in parameters)), (rng.normal(6, sizes[-1]),))
    inputs = {"x": rng.normal(6, sizes[0])}
    call = Call(steps, inputs, parameters={"model": parameters}, observe=("training", "result"), vjp=vjp)
    assert_matches(
        student.run(call), reference.run(call), hint=message("{hint}; f is the argument activation", hint=HINT)
    )


@pytest.mark.points(0.5)
@pytest.mark.parametrize("n", [3, 5])
def test_inputs_are_left_unchanged(student: Runner, reference: Runner, rng: Rng, n: int) -> None:
    """The list of sizes is left unchanged, as is an x that requires no gradient."""
    steps = [
        Step("model", "student:MLP", [Ref("layer_sizes")]),
        Step("model", "object:model.double"),
        Step("result", "object:model.__call__", [Ref("x")]),
    ]
    inputs = {"layer_sizes": [4, n + 2, 2], "x": rng.normal(n, 4)}
    call = Call(steps, inputs, parameters={"model": random_parameters(rng, [4, n + 2, 2])})
    assert_matches(
        student.run(call), reference.run(call), hint=message("copy what you modify: list(layer_sizes), x.clone()")
    )


@pytest.mark.points(0.5)
def test_figures_worked_by_hand(student: Runner) -> None:
    """A small example worked by hand is right, with its gradients.

    Sizes 2, 2, 1 and the square root in place of f. Row (1, 3): z = (1 + 3 * 1 + 0, 2 * 1 + 3 * 2 + 1) = (4, 9), so a =
    (2, 3) and y_hat = 5 * 2 - 1 * 3 - 17 = -10: negative, so there is no activation after the last layer. With the
    upstream gradient 12: W(2) gets 12 * (2, 3) = (24, 36), b(2) 12; a gets (60, -12); the derivative of the root is 1 /
    (2 a) = (1/4, 1/6), so z and b(1) get (15, -2) and W(1) gets the rows 15 * (1, 3) and -2 * (1, 3).
    """
    steps = [
        Step("model", "student:MLP", [[2, 2, 1]], {"activation": Ref("torch:sqrt")}),
        Step("model", "object:model.double"),
        Step("result", "object:model.__call__", [Ref("x")]),
    ]
    parameters = {
        "layers.0.weight": torch.tensor([[1, 1], [2, 2]], dtype=torch.float64),
        "layers.0.bias": torch.tensor([0, 1], dtype=torch.float64),
        "layers.1.weight": torch.tensor([[5, -1]], dtype=torch.float64),
        "layers.1.bias": torch.tensor([-17], dtype=torch.float64),
    }
    names = tuple(f"model.{name}" for name in parameters)
    call = Call(
        steps,
        {"x": torch.tensor([[1, 3]], dtype=torch.float64)},
        parameters={"model": parameters},
        vjp=Vjp("result", names, (torch.tensor([[12]], dtype=torch.float64),)),
    )
    gradients = ([[15, 45], [-2, -6]], [15, -2], [[24, 36]], [12])
    right = expected(
        result=torch.tensor([[-10]], dtype=torch.float64),
        gradients={name: torch.tensor(g, dtype=torch.float64) for name, g in zip(names, gradients, strict=True)},
    )
    assert_matches(student.run(call), right, hint=HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("n", [1, 5])
def test_float32_stays_float32(student: Runner, reference: Runner, rng: Rng, n: int) -> None:
    """A model and features in float32 give predictions in float32."""
    call = module_call(
        "MLP",
        [(3, 4, 2)],
        {"x": rng.normal(n, 3, dtype=torch.float32)},
        parameters=random_parameters(rng, (3, 4, 2), dtype=torch.float32),
        cotangent=rng.normal(n, 2, dtype=torch.float32),
        dtype=torch.float32,
    )
    # float32 holds about seven digits
    assert_matches(student.run(call), reference.run(call), hint=HINT, rtol=1e-5, atol=1e-5)

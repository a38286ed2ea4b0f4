"""Hidden tests of MLPRegression."""

import math

import pytest
import torch
from torch import Tensor

from gradkit.suite import (
    Call,
    Ref,
    Rng,
    Runner,
    Step,
    assert_drawn_as_linear,
    assert_matches,
    check,
    expected,
    message,
    module_call,
)

pytestmark = pytest.mark.question("MLPRegression")

HINT = message("x (N, in_dim) -> first layer -> sigmoid -> second layer -> sigmoid -> y_hat (N, 1)")


def random_parameters(rng: Rng, in_dim: int, hidden_dim: int, dtype: torch.dtype = torch.float64) -> dict[str, Tensor]:
    """Weights and biases of both layers, none of them zero."""
    return {
        "first_layer.weight": rng.normal(hidden_dim, in_dim, dtype=dtype),
        "first_layer.bias": rng.normal(hidden_dim, dtype=dtype),
        "second_layer.weight": rng.normal(1, hidden_dim, dtype=dtype),
        "second_layer.bias": rng.normal(1, dtype=dtype),
    }


@pytest.mark.points(0.5)
@pytest.mark.parametrize(("in_dim", "hidden_dim"), [(1, 1), (4, 2), (3, 5)])
def test_new_model_has_two_layers(student: Runner, in_dim: int, hidden_dim: int) -> None:
    """A new model has the two layers first_layer and second_layer, of the right sizes."""
    shapes = {
        "first_layer.weight": (hidden_dim, in_dim),
        "first_layer.bias": (hidden_dim,),
        "second_layer.weight": (1, hidden_dim),
        "second_layer.bias": (1,),
    }
    observe = tuple(f"model.{name}.shape" for name in shapes)
    found = student.run(Call(steps=[Step("model", "student:MLPRegression", [in_dim, hidden_dim])], observe=observe))
    for name, shape in shapes.items():
        sizes = message("in_dim = {in_dim} and hidden_dim = {hidden_dim}", in_dim=in_dim, hidden_dim=hidden_dim)
        check(
            found.equals(f"model.{name}.shape", shape),
            message("For {sizes}, {name} must have the shape {shape}.", sizes=sizes, name=name, shape=shape),
        )


@pytest.mark.points(0.5)
@pytest.mark.parametrize(("in_dim", "hidden_dim"), [(3, 2_000), (8, 5_000)])
def test_layers_start_at_random(student: Runner, in_dim: int, hidden_dim: int) -> None:
    """Both layers have nn.Linear's default initialization, drawn anew for each model."""
    models = ("one", "other")
    layers = {"first_layer": in_dim, "second_layer": hidden_dim}
    observe = tuple(f"{model}.{layer}.{part}" for model in models for layer in layers for part in ("weight", "bias"))
    steps = [Step(name, "student:MLPRegression", [in_dim, hidden_dim]) for name in models]
    words = {"one": message("the first MLPRegression"), "other": message("the second MLPRegression")}
    found = student.run(Call(steps, observe=observe, words=words))
    for layer, inputs in layers.items():
        assert_drawn_as_linear(found, f"one.{layer}", f"other.{layer}", in_dim=inputs, name=layer)


@pytest.mark.points(1)
@pytest.mark.parametrize(
    ("n", "in_dim", "hidden_dim"), [(1, 3, 2), (5, 1, 4), (7, 4, 1), (5, 3, 2), (6, 4, 3), (64, 7, 10)]
)
def test_output_and_gradients_match_reference(
    student: Runner, reference: Runner, rng: Rng, n: int, in_dim: int, hidden_dim: int
) -> None:
    """The predictions and the gradients of x and all parameters are right for several sizes."""
    x, parameters = rng.normal(n, in_dim), random_parameters(rng, in_dim, hidden_dim)
    if n > 1:
        x[0] = 0  # so the pre-activation of a hidden neuron is exactly 0, where the derivative is 1/4
        parameters["first_layer.bias"][0] = 0
    call = module_call(
        "MLPRegression", [in_dim, hidden_dim], {"x": x}, parameters=parameters, cotangent=rng.normal(n, 1)
    )
    assert_matches(student.run(call), reference.run(call), hint=HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("n", [2, 5])
def test_evaluation_mode(student: Runner, reference: Runner, rng: Rng, n: int) -> None:
    """A model predicts the same in evaluation mode as in training mode."""
    steps = [
        Step("model", "student:MLPRegression", [3, 4]),
        Step("model", "object:model.double"),
        Step("model", "object:model.eval"),
        Step("result", "object:model.__call__", [Ref("x")]),
    ]
    call = Call(steps, {"x": rng.normal(n, 3)}, parameters={"model": random_parameters(rng, 3, 4)})
    assert_matches(student.run(call), reference.run(call), hint=HINT)


@pytest.mark.points(1)
def test_figures_worked_by_hand(student: Runner) -> None:
    """A small example worked by hand is right, with its gradients.

    f(t) = e^t / (1 + e^t), so logarithms as weights give fractions. Row (1, 1): e^(ln 3 + ln 2 - ln 2) = 3 and e^(-ln 2
    + ln 3 - ln 6) = 1/4, so z = (3/4, 1/5). Row (0, 2): e^(2 ln 2 - ln 2) = 2 and e^(2 ln 3 - ln 6) = 3/2, so z = (2/3,
    3/5). Second layer: 24 * 3/4 - 15 * 1/5 - 11 = 4 and 24 * 2/3 - 15 * 3/5 - 11 = -4, so y_hat = f(4), f(-4). f'(4) =
    f'(-4) = f(4) f(-4) = s. With the upstream gradient (1, 2), the gradient of the second bias is 1 s + 2 s = 3 s; of
    the second weights s * (3/4 + 2 * 2/3, 1/5 + 2 * 3/5) = s * (25/12, 7/5); of the first biases, where z (1 - z) is
    (3/16, 4/25) and (2/9, 6/25): 24 s * (3/16 + 2 * 2/9) = 91/6 s, -15 s * (4/25 + 2 * 6/25) = -48/5 s.
    """
    ln2, ln3 = math.log(2), math.log(3)
    call = module_call(
        "MLPRegression",
        [2, 2],
        {"x": torch.tensor([[1, 1], [0, 2]], dtype=torch.float64)},
        parameters={
            "first_layer.weight": torch.tensor([[ln3, ln2], [-ln2, ln3]], dtype=torch.float64),
            "first_layer.bias": torch.tensor([-ln2, -ln2 - ln3], dtype=torch.float64),
            "second_layer.weight": torch.tensor([[24, -15]], dtype=torch.float64),
            "second_layer.bias": torch.tensor([-11], dtype=torch.float64),
        },
        cotangent=torch.tensor([[1], [2]], dtype=torch.float64),
    )
    s = 0.01766271
    right = expected(
        result=torch.tensor([[0.98201379], [0.01798621]], dtype=torch.float64),
        gradients={
            "module.second_layer.bias": s * torch.tensor([3], dtype=torch.float64),
            "module.second_layer.weight": s * torch.tensor([[25 / 12, 7 / 5]], dtype=torch.float64),
            "module.first_layer.bias": s * torch.tensor([91 / 6, -48 / 5], dtype=torch.float64),
        },
    )
    # the figures are rounded to eight decimals
    assert_matches(student.run(call), right, hint=HINT, rtol=0, atol=1e-6)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("n", [1, 5])
def test_float32_stays_float32(student: Runner, reference: Runner, rng: Rng, n: int) -> None:
    """A model and features in float32 give predictions in float32."""
    call = module_call(
        "MLPRegression",
        [3, 2],
        {"x": rng.normal(n, 3, dtype=torch.float32)},
        parameters=random_parameters(rng, 3, 2, dtype=torch.float32),
        cotangent=rng.normal(n, 1, dtype=torch.float32),
        dtype=torch.float32,
    )
    # float32 holds about seven digits
    assert_matches(student.run(call), reference.run(call), hint=HINT, rtol=1e-5, atol=1e-5)

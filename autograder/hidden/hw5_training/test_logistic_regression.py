"""Hidden tests of LogisticRegression."""

import math
from dataclasses import replace

import pytest
import torch

from gradkit.suite import Call, Rng, Runner, Step, assert_matches, check, expected, message, module_call

pytestmark = pytest.mark.question("LogisticRegression")

HINT = message("sigmoid(x w + b), shape (N,); the layer linear = nn.Linear(in_dim, 1) holds w and b")


@pytest.mark.points(0.25)
@pytest.mark.parametrize("in_dim", [1, 4, 400])
def test_a_new_model_has_one_layer(student: Runner, in_dim: int) -> None:
    """A new model has one layer, linear, with PyTorch's default initialization, and no other parameters."""
    found = student.run(Call([Step("model", "student:LogisticRegression", (in_dim,))], observe=("model.state",)))
    state = found.tensors("model.state")
    shapes = {name: tuple(value.shape) for name, value in state.items()}
    right = shapes == {"linear.weight": (1, in_dim), "linear.bias": (1,)}
    check(right, message("The model has one layer, self.linear = nn.Linear(in_dim, 1)."))
    numbers = all(value.is_floating_point() and bool(value.any()) for value in state.values())
    drawn = numbers and all(float(value.abs().max()) <= in_dim**-0.5 for value in state.values())
    spread = drawn and (in_dim < 400 or float(state["linear.weight"].abs().max()) > 0.9 * in_dim**-0.5)
    check(spread, message("The layer must keep the default initialization of nn.Linear."))


@pytest.mark.points(0.5)
@pytest.mark.parametrize(("n", "d"), [(7, 3), (1, 3), (5, 1), (1, 1), (3, 3)])
@pytest.mark.parametrize("mode", ["train", "eval"])
def test_output_and_gradients_match_reference(
    student: Runner, reference: Runner, rng: Rng, n: int, d: int, mode: str
) -> None:
    """The probabilities and the gradients with respect to x, w and b are right for several sizes and in both modes."""
    parameters = {"linear.weight": rng.normal(1, d), "linear.bias": rng.normal(1)}
    call = module_call(
        "LogisticRegression", [d], {"x": rng.normal(n, d)}, parameters=parameters, cotangent=rng.normal(n)
    )
    call = replace(call, steps=[*call.steps[:-1], Step("mode", f"object:module.{mode}"), call.steps[-1]])
    assert_matches(student.run(call), reference.run(call), hint=HINT)


@pytest.mark.points(0.25)
@pytest.mark.parametrize("d", [2, 3])
def test_scores_of_zero(student: Runner, reference: Runner, rng: Rng, d: int) -> None:
    """For a logit of 0 the probability is 0.5, with a nonzero gradient; for large logits it approaches 0 and 1."""
    parameters = {"linear.weight": rng.normal(1, d), "linear.bias": torch.zeros(1, dtype=torch.float64)}
    row = parameters["linear.weight"] / parameters["linear.weight"].square().sum()  # its logit is 1
    x = torch.cat([rng.normal(2, d), torch.zeros(2, d, dtype=torch.float64), 17 * row, -17 * row])
    call = module_call("LogisticRegression", [d], {"x": x}, parameters=parameters, cotangent=rng.normal(6))
    assert_matches(student.run(call), reference.run(call), hint=HINT)


@pytest.mark.points(0.25)
def test_figures_worked_by_hand(student: Runner) -> None:
    """A small example worked by hand comes out right.

    w = (ln 3, ln 2), b = -ln 2: the row (1, 1) has the logit ln 3, so 3/4; (0, 1) has 0, so 1/2; (-1, 1) has -ln 3, so
    1/4.
    """
    parameters = {
        "linear.weight": torch.tensor([[math.log(3), math.log(2)]], dtype=torch.float64),
        "linear.bias": torch.tensor([-math.log(2)], dtype=torch.float64),
    }
    x = torch.tensor([[1, 1], [0, 1], [-1, 1]], dtype=torch.float64)
    found = student.run(module_call("LogisticRegression", [2], {"x": x}, parameters=parameters))
    assert_matches(found, expected(result=torch.tensor([0.75, 0.5, 0.25], dtype=torch.float64)), hint=HINT)


@pytest.mark.points(0.25)
@pytest.mark.parametrize("n", [1, 5])
def test_float32_stays_float32(student: Runner, reference: Runner, rng: Rng, n: int) -> None:
    """A model in float32 gives probabilities and gradients in float32."""
    parameters = {
        "linear.weight": rng.normal(1, 3, dtype=torch.float32),
        "linear.bias": rng.normal(1, dtype=torch.float32),
    }
    call = module_call(
        "LogisticRegression",
        [3],
        {"x": rng.normal(n, 3, dtype=torch.float32)},
        parameters=parameters,
        cotangent=rng.normal(n, dtype=torch.float32),
        dtype=torch.float32,
    )
    assert_matches(student.run(call), reference.run(call), hint=HINT, rtol=1e-5, atol=1e-5)

"""Hidden tests of accuracy."""

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from gradkit.suite import Call, Ref, Rng, Runner, Step, assert_matches, check

pytestmark = pytest.mark.question("accuracy")

HINT = "the share of rows with (y_hat > 0.5) equal to y, a Python float, in evaluation mode"


def judging(x: Tensor, y: Tensor, weight: Tensor, *extra: Step, mode: str = "train") -> Call:
    """The accuracy of a logistic regression, with layers in front that only training mode feels."""
    layers = [
        *extra,
        Step("linear", "torch:nn.Linear", (weight.shape[1], 1), {"dtype": x.dtype}),
        Step("flat", "torch:nn.Flatten", (0,)),
        Step("sigmoid", "torch:nn.Sigmoid"),
    ]
    steps = [
        *layers,
        Step("model", "torch:nn.Sequential", tuple(Ref(layer.name) for layer in layers)),
        Step("mode", f"object:model.{mode}"),
        Step("result", "student:accuracy", (Ref("model"), Ref("x"), Ref("y"))),
    ]
    parameters = {"linear": {"weight": weight, "bias": torch.full((1,), 0.3, dtype=x.dtype)}}
    return Call(
        steps, inputs={"x": x, "y": y}, parameters=parameters, observe=("result", "model.training", "model.state")
    )


@pytest.mark.points(0.5)
@pytest.mark.parametrize("n", [1, 2, 9, 40])
@pytest.mark.parametrize("dtype", [torch.float64, torch.int64, torch.bool])
def test_share_of_right_answers(student: Runner, reference: Runner, rng: Rng, n: int, dtype: torch.dtype) -> None:
    """The share is right for several numbers of rows, and for answers as floats, whole numbers and truth values."""
    call = judging(rng.normal(n, 3), (rng.uniform(n) > 0.4).to(dtype), rng.normal(1, 3))
    found = student.run(call)
    check(
        isinstance(found.value(), float),
        "accuracy must return a Python float; item() takes it out of a tensor.",
    )
    assert_matches(found, reference.run(call), hint=HINT, rtol=1e-6, atol=1e-6)


@pytest.mark.points(0.25)
@pytest.mark.parametrize("mode", ["train", "eval"])
@pytest.mark.parametrize(
    "layer", [("torch:nn.Dropout", (1.0,)), ("torch:nn.BatchNorm1d", (3,))], ids=["dropout", "norm"]
)
def test_mode(student: Runner, reference: Runner, rng: Rng, mode: str, layer: tuple[str, Sequence[float]]) -> None:
    """The model predicts in evaluation mode, and is afterwards in the mode in which it came."""
    options = {"dtype": torch.float64} if "Norm" in layer[0] else {}
    extra = Step("extra", layer[0], layer[1], options)
    call = judging(3 + rng.normal(30, 3), (rng.uniform(30) > 0.4).double(), rng.normal(1, 3), extra, mode=mode)
    hint = "model.eval() before the prediction, and back to model.training as it was before"
    assert_matches(student.run(call), reference.run(call), hint=hint, rtol=1e-6, atol=1e-6)


@pytest.mark.points(0.25)
def test_figures_worked_by_hand(student: Runner) -> None:
    """A small example worked by hand comes out right.

    w = 1, b = 0.3: x = (-2, -1, 1, 2, 3) gives no, no, yes, yes, yes; with the answers no, yes, yes, no, yes three of
    five are right.
    """
    x = torch.tensor([[-2], [-1], [1], [2], [3]], dtype=torch.float64)
    y = torch.tensor([0, 1, 1, 0, 1], dtype=torch.float64)
    found = student.run(judging(x, y, torch.ones(1, 1, dtype=torch.float64)))
    value = found.value()
    check(isinstance(value, float) and abs(value - 0.6) < 1e-6, f"Three of five are right, so 0.6: {HINT}.")

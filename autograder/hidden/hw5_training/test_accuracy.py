"""Hidden tests of accuracy."""

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from gradkit.suite import Call, Found, ObservedTensor, Ref, Rng, Runner, Step, assert_matches, check, expected, message

pytestmark = pytest.mark.question("accuracy")

HINT = message("the fraction of rows with (y_hat > 0.5) equal to y, a Python float, in evaluation mode")


def judging(x: Tensor, y: Tensor, weight: Tensor, *extra: Step, mode: str = "train") -> Call:
    """The accuracy of a logistic regression, after layers that matter in training mode only.

    A hook keeps the input of the last layer, which shows whether a graph was built.
    """
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
        Step("kept", "builtin:dict"),
        Step("hook", "object:sigmoid.register_forward_pre_hook", (Ref("kept.__setitem__"),)),
        Step("result", "student:accuracy", (Ref("model"), Ref("x"), Ref("y"))),
        Step("seen", "object:kept.get", (Ref("sigmoid"),)),
    ]
    parameters = {"linear": {"weight": weight, "bias": torch.full((1,), 0.3, dtype=x.dtype)}}
    observe = ("result", "model.training", "linear.training", "model.state", "seen")
    words = {"linear": message("the model's last layer"), "kept": message("what the model's layers were given")}
    return Call(steps, inputs={"x": x, "y": y}, parameters=parameters, observe=observe, words=words)


def assert_judged(found: Found, right: Found, hint: str = HINT, *, also: Sequence[str] = ()) -> None:
    """The accuracy is right, and so are the values ``also``."""
    listed = message("accuracy must return a Python float; item() converts a tensor to one.")
    check(isinstance(found.value(), float), listed)
    values = {name: right.value(name) for name in ("result", *also)}
    assert_matches(found, expected(**values), hint=hint, rtol=1e-6, atol=1e-6)


@pytest.mark.points(0.25)
@pytest.mark.parametrize("n", [1, 2, 9, 40])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.int64, torch.bool])
def test_share_of_right_answers(student: Runner, reference: Runner, rng: Rng, n: int, dtype: torch.dtype) -> None:
    """The accuracy is right for several numbers of rows, and for float, integer and bool labels."""
    call = judging(rng.normal(n, 3), (rng.uniform(n) > 0.4).to(dtype), rng.normal(1, 3))
    assert_judged(student.run(call), reference.run(call))


@pytest.mark.points(0.25)
@pytest.mark.parametrize("mode", ["train", "eval"])
@pytest.mark.parametrize(
    "layer", [("torch:nn.Dropout", (1.0,)), ("torch:nn.BatchNorm1d", (3,))], ids=["dropout", "norm"]
)
def test_mode(student: Runner, reference: Runner, rng: Rng, mode: str, layer: tuple[str, Sequence[float]]) -> None:
    """The model predicts in evaluation mode; afterwards its mode and that of its layers are restored."""
    options = {"dtype": torch.float64} if "Norm" in layer[0] else {}
    extra = Step("extra", layer[0], layer[1], options)
    call = judging(3 + rng.normal(30, 3), (rng.uniform(30) > 0.4).double(), rng.normal(1, 3), extra, mode=mode)
    hint = message("call model.eval() before the prediction, and restore the mode afterwards")
    also = ("model.training", "linear.training", "model.state")
    assert_judged(student.run(call), reference.run(call), hint, also=also)


@pytest.mark.points(0.25)
@pytest.mark.parametrize("n", [5, 8])
def test_without_a_graph(student: Runner, rng: Rng, n: int) -> None:
    """The model predicts without building a graph, for rows of any shape."""
    rows = Step("rows", "torch:nn.Flatten", (1,))
    call = judging(rng.normal(n, 3, 2), (rng.uniform(n) > 0.4).double(), rng.normal(1, 6), rows)
    found = student.run(call)
    seen = found.observed("seen")
    predicted = isinstance(seen, tuple) and len(seen) == 1 and isinstance(seen[0], ObservedTensor)
    check(predicted, message("accuracy must call the model: model(x)."))
    check(not seen[0].attached, message("The model must predict without building a graph: use torch.no_grad()."))


@pytest.mark.points(0.25)
def test_figures_worked_by_hand(student: Runner) -> None:
    """A small example worked by hand comes out right.

    w = 1, b = 0.3: x = (-2, -1, 1, 2, 3) is classified as 0, 0, 1, 1, 1; with the labels 0, 1, 1, 0, 1 three of five
    are right.
    """
    x = torch.tensor([[-2], [-1], [1], [2], [3]], dtype=torch.float64)
    y = torch.tensor([0, 1, 1, 0, 1], dtype=torch.float64)
    found = student.run(judging(x, y, torch.ones(1, 1, dtype=torch.float64)))
    value = found.value()
    check(
        isinstance(value, float) and abs(value - 0.6) < 1e-6,
        message("Three of five are right, so 0.6: {hint}.", hint=HINT),
    )

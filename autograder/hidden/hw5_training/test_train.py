"""Hidden tests of train."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor

from gradkit.suite import Call, Ref, Rng, Runner, Step, assert_matches, check, expected

pytestmark = pytest.mark.question("train")

SGD = ("torch:optim.SGD", {"lr": 0.1})
ADAM = ("torch:optim.Adam", {"lr": 0.1})
MOMENTUM = ("torch:optim.SGD", {"lr": 0.05, "momentum": 0.9})
DECAY = ("torch:optim.SGD", {"lr": 0.1, "weight_decay": 0.5})
FLATTEN = Step("flatten", "torch:nn.Flatten", (0,))
REPORT = re.compile(r"epoch:\s*(\d{1,9})\s*,\s*loss is:\s*(\S+)")


def linear(rng: Rng, inputs: int, outputs: int, dtype: torch.dtype = torch.float64) -> dict[str, Tensor]:
    """Parameters of an nn.Linear."""
    return {"weight": rng.normal(outputs, inputs, dtype=dtype), "bias": rng.normal(outputs, dtype=dtype)}


def training(
    x: Tensor,
    y: Tensor,
    first: Mapping[str, Tensor],
    *then: Step,
    loss: str = "torch:nn.MSELoss",
    function: str = "loss",
    optimizer: tuple[str, dict[str, Any]] = SGD,
    before: Sequence[Step] = (),
    epochs: int = 4,
    **options: Any,
) -> Call:
    """Train a linear layer and the layers ``then`` makes on x and y, after the steps ``before``.

    The loss is a module, made by ``loss``, unless ``function`` names a plain function.
    """
    outputs, inputs = first["weight"].shape
    layers = (Step("first", "torch:nn.Linear", (inputs, outputs), {"dtype": x.dtype}), *then)
    arguments = (Ref("model"), Ref("x"), Ref("y"), Ref(function), Ref("optimizer"), epochs)
    steps = [
        *layers,
        Step("model", "torch:nn.Sequential", tuple(Ref(layer.name) for layer in layers)),
        Step("loss", loss),
        Step("optimizer", optimizer[0], (Ref("model.parameters()"),), optimizer[1]),
        *before,
        Step("result", "student:train", arguments, options),
    ]
    observe = ("result", "model.state")
    return Call(steps=steps, inputs={"x": x, "y": y}, parameters={"first": first}, observe=observe)


@pytest.mark.points(0.5)
def test_losses_worked_by_hand(student: Runner) -> None:
    """An example small enough to work out on paper comes out right: the losses and the trained parameters.

    x = (-1, 1) and y = (1, 5) are fitted by w = 2, b = 3. The mean of x is 0 and that of x^2 is 1, so the loss is
    (w - 2)^2 + (b - 3)^2, and a step at the rate 0.45 takes away 2 * 0.45 = nine tenths of both errors. From w = 0,
    b = 1 both errors are -2, -0.2, -0.02 and in the end -0.002; the losses are 4 + 4, 0.04 + 0.04, 0.0004 + 0.0004.
    """
    x = torch.tensor([[-1.0], [1.0]], dtype=torch.float64)
    y = torch.tensor([[1.0], [5.0]], dtype=torch.float64)
    start = {"weight": torch.zeros(1, 1, dtype=torch.float64), "bias": torch.ones(1, dtype=torch.float64)}
    call = training(x, y, start, optimizer=("torch:optim.SGD", {"lr": 0.45}), epochs=3)
    end = {
        "0.weight": torch.tensor([[1.998]], dtype=torch.float64),
        "0.bias": torch.tensor([2.998], dtype=torch.float64),
    }
    hint = "one float per epoch, each the loss before that epoch's update"
    assert_matches(student.run(call), expected(result=[8.0, 0.08, 0.0008], **{"model.state": end}), hint=hint)


@pytest.mark.points(0.75)
@pytest.mark.parametrize(("n", "inputs", "outputs"), [(7, 4, 3), (1, 4, 3), (7, 1, 3), (7, 4, 1), (1, 1, 1)])
def test_every_size(student: Runner, reference: Runner, rng: Rng, n: int, inputs: int, outputs: int) -> None:
    """The losses and the trained parameters are right for data of several sizes."""
    call = training(rng.normal(n, inputs), rng.normal(n, outputs), linear(rng, inputs, outputs))
    hint = "each epoch predicts from all rows, clears the gradients, back-propagates and steps, each once"
    assert_matches(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(0.25)
@pytest.mark.parametrize("loss", ["flat", "zero", "rising", "soaring"])
def test_every_epoch_runs(student: Runner, reference: Runner, rng: Rng, loss: str) -> None:
    """All epochs run, also where the loss stays the same, is zero, or rises."""
    x, start = rng.normal(7, 4), linear(rng, 4, 3)
    y = x @ start["weight"].T + start["bias"] if loss == "zero" else rng.normal(7, 3)
    rate = {"flat": 0.0, "zero": 0.01, "rising": 2.0, "soaring": 3.0}[loss]
    call = training(x, y, start, optimizer=("torch:optim.SGD", {"lr": rate}), epochs=24)
    hint = "run as many epochs as were asked for; do not stop early"
    assert_matches(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("optimizer", [MOMENTUM, ADAM, DECAY], ids=["momentum", "adam", "decay"])
def test_every_optimizer(student: Runner, reference: Runner, rng: Rng, optimizer: tuple[str, dict[str, Any]]) -> None:
    """The optimizer that is handed over makes the steps, whichever it is, to the last epoch of many."""
    sigmoid = Step("sigmoid", "torch:nn.Sigmoid")
    call = training(rng.normal(7, 4), rng.uniform(7, 3), linear(rng, 4, 3), sigmoid, optimizer=optimizer, epochs=120)
    hint = "the update is optimizer.step(), once per epoch; the parameters are not changed in any other way"
    assert_matches(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("optimizer", [MOMENTUM, ADAM], ids=["momentum", "adam"])
def test_training_goes_on(student: Runner, reference: Runner, rng: Rng, optimizer: tuple[str, dict[str, Any]]) -> None:
    """A second call trains on from where the first ended, and lists its own losses."""
    arguments = [Ref(name) for name in ("model", "x", "y", "loss", "optimizer")]
    earlier = [Step("earlier", "student:train", [*arguments, 3])]
    x, y = rng.normal(7, 4), rng.normal(7, 3)
    call = training(x, y, linear(rng, 4, 3), optimizer=optimizer, before=earlier)
    hint = "what is remembered between calls is in the model and in the optimizer, and nowhere else"
    assert_matches(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(0.25)
@pytest.mark.parametrize("dtype", [torch.int64, torch.float64])
@pytest.mark.parametrize("function", ["loss", "torch:nn.functional.cross_entropy"], ids=["module", "function"])
def test_targets_and_loss_as_they_come(
    student: Runner, reference: Runner, rng: Rng, dtype: torch.dtype, function: str
) -> None:
    """Targets reach the loss in the dtype that they have, and the loss may be a module or a function.

    Class numbers must be whole numbers, probabilities of the classes floats.
    """
    y = rng.integers(7, low=0, high=3) if dtype == torch.int64 else rng.uniform(7, 3)
    call = training(rng.normal(7, 4), y, linear(rng, 4, 3), loss="torch:nn.CrossEntropyLoss", function=function)
    hint = "loss_function(y_hat, y): call it, with y as it is"
    assert_matches(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(0.25)
@pytest.mark.parametrize("loss", ["PoissonNLLLoss", "BCEWithLogitsLoss"])
def test_prediction_comes_first(student: Runner, reference: Runner, rng: Rng, loss: str) -> None:
    """A loss that treats prediction and target differently gets them in the right order."""
    x, y = rng.normal(7, 4), rng.uniform(7, low=0.1, high=0.9)
    call = training(x, y, linear(rng, 4, 1), FLATTEN, loss=f"torch:nn.{loss}")
    hint = "loss_function(y_hat, y): the prediction first, both as they are"
    assert_matches(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("optimizer", [SGD, ADAM], ids=["sgd", "adam"])
def test_old_gradients_are_forgotten(
    student: Runner, reference: Runner, rng: Rng, optimizer: tuple[str, dict[str, Any]]
) -> None:
    """Gradients that the model still carries from earlier work have no effect."""
    earlier = [
        Step("prediction", "object:model.forward", (Ref("x"),)),
        Step("earlier_loss", "object:loss.forward", (Ref("prediction"), Ref("y"))),
        Step("nothing", "object:earlier_loss.backward"),
    ]
    x, y = rng.normal(7, 4), rng.normal(7, 3)
    call = training(x, y, linear(rng, 4, 3), optimizer=optimizer, before=earlier)
    hint = "backward() adds to the gradients that are there, so they are cleared before it, in the first epoch too"
    assert_matches(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("arrives", ["eval", "train"])
@pytest.mark.parametrize(("kind", "argument"), [("BatchNorm1d", 3), ("Dropout", 1.0)])
def test_training_mode(student: Runner, reference: Runner, rng: Rng, kind: str, argument: float, arrives: str) -> None:
    """The model learns in training mode, also when it arrives in evaluation mode.

    The dropout drops every unit, so that nothing depends on chance.
    """
    dtype = {"dtype": torch.float64} if kind == "BatchNorm1d" else {}
    layer = Step("layer", f"torch:nn.{kind}", (argument,), dtype)
    mode = [Step("mode", f"object:model.{arrives}")]
    call = training(rng.normal(7, 4), rng.normal(7, 3), linear(rng, 4, 3), layer, before=mode)
    hint = "call model.train() before the first prediction: batch norm and dropout work differently in training"
    assert_matches(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(0.5)
@pytest.mark.parametrize(
    ("epochs", "size", "options"),
    [
        (8, 40, {"report_every": 3}),
        (3, 40, {"report_every": 1}),
        (4, 40, {"report_every": 9}),
        (502, 40, {}),
        (6, 3, {"report_every": 1}),
    ],
    ids=["every third", "every", "first only", "default", "small"],
)
def test_reports(
    student: Runner, reference: Runner, rng: Rng, epochs: int, size: float, options: dict[str, int]
) -> None:
    """A line with the epoch and its loss is printed every report_every epochs, and 500 is the default.

    Two significant digits come near enough: where losses are large, even a whole number does.
    """
    x, y = rng.normal(7, 2), size * rng.normal(7, 1)
    call = training(x, y, linear(rng, 2, 1), epochs=epochs, **options)
    losses = reference.run(call).numbers()
    lines = REPORT.findall(student.run(call).printed)
    due = list(range(0, epochs, options.get("report_every", 500)))
    check(
        [int(epoch) for epoch, _ in lines] == due,
        "A line `epoch: E, loss is: L` is due exactly in the epochs E = 0, report_every, 2 report_every, ...",
    )
    for epoch, text in lines:
        check(is_number(text), "In the line `epoch: E, loss is: L`, float() must be able to read L.")
        check(
            abs(float(text) - losses[int(epoch)]) <= 0.06 + 0.05 * losses[int(epoch)],
            "The loss in an epoch's line must be that epoch's loss, the one that goes into the list.",
        )


def is_number(text: str) -> bool:
    """Whether float() reads the text."""
    try:
        float(text)
    except ValueError:
        return False
    return True


@pytest.mark.points(0.25)
@pytest.mark.parametrize("optimizer", [SGD, ADAM], ids=["sgd", "adam"])
def test_no_epochs(student: Runner, reference: Runner, rng: Rng, optimizer: tuple[str, dict[str, Any]]) -> None:
    """With no epochs the list is empty, nothing is reported and nothing changes."""
    call = training(rng.normal(7, 4), rng.normal(7, 3), linear(rng, 4, 3), optimizer=optimizer, epochs=0)
    found = student.run(call)
    assert_matches(found, reference.run(call), hint="with epochs=0 the loop's body never runs")
    check(not REPORT.search(found.printed), "With epochs=0 there is no epoch to report.")


@pytest.mark.points(0.25)
@pytest.mark.parametrize("n", [1, 7])
def test_float32_stays_float32(student: Runner, reference: Runner, rng: Rng, n: int) -> None:
    """A model and data in float32 stay in float32."""
    x, y = rng.normal(n, 4, dtype=torch.float32), rng.normal(n, 3, dtype=torch.float32)
    call = training(x, y, linear(rng, 4, 3, dtype=torch.float32))
    hint = "use the model, x and y as they are, without converting them"
    assert_matches(student.run(call), reference.run(call), hint=hint, rtol=1e-4, atol=1e-4)

"""Hidden tests of train."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor

from gradkit.suite import Call, Ref, Rng, Runner, Step, assert_matches, check, expected, message

pytestmark = pytest.mark.question("train")

SGD = ("torch:optim.SGD", {"lr": 0.01})
FAST = ("torch:optim.SGD", {"lr": 0.1})
ADAM = ("torch:optim.Adam", {"lr": 0.01})
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
    """Train a linear layer, followed by the layers ``then``, on x and y, after the steps ``before``.

    The loss is a module created by ``loss``, unless ``function`` names a plain function.
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
    """A small example worked by hand comes out right: the losses and the trained parameters.

    x = (-1, 1) and y = (1, 5) are fitted by w = 2, b = 3. The mean of x is 0 and that of x^2 is 1, so the loss is (w -
    2)^2 + (b - 3)^2, and a step with learning rate 0.45 removes 2 * 0.45 = nine tenths of both errors. From w = 0, b =
    1 both errors are -2, -0.2, -0.02 and finally -0.002; the losses are 4 + 4, 0.04 + 0.04, 0.0004 + 0.0004.
    """
    x = torch.tensor([[-1.0], [1.0]], dtype=torch.float64)
    y = torch.tensor([[1.0], [5.0]], dtype=torch.float64)
    start = {"weight": torch.zeros(1, 1, dtype=torch.float64), "bias": torch.ones(1, dtype=torch.float64)}
    call = training(x, y, start, optimizer=("torch:optim.SGD", {"lr": 0.45}), epochs=3)
    end = {
        "0.weight": torch.tensor([[1.998]], dtype=torch.float64),
        "0.bias": torch.tensor([2.998], dtype=torch.float64),
    }
    hint = message("one float per epoch, each the loss before that epoch's update")
    assert_matches(student.run(call), expected(result=[8.0, 0.08, 0.0008], **{"model.state": end}), hint=hint)


@pytest.mark.points(0.75)
@pytest.mark.parametrize(("n", "inputs", "outputs"), [(7, 4, 3), (1, 4, 3), (7, 1, 3), (7, 4, 1), (1, 1, 1)])
def test_every_size(student: Runner, reference: Runner, rng: Rng, n: int, inputs: int, outputs: int) -> None:
    """The losses and the trained parameters are right for data of several sizes."""
    call = training(rng.normal(n, inputs), rng.normal(n, outputs), linear(rng, inputs, outputs))
    hint = message("each epoch predicts from all rows, clears the gradients, calls backward() and steps, each once")
    assert_matches(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(0.25)
@pytest.mark.parametrize("loss", ["flat", "zero", "rising", "soaring"])
def test_every_epoch_runs(student: Runner, reference: Runner, rng: Rng, loss: str) -> None:
    """All epochs run, even if the loss is constant, zero or rising."""
    x, start = rng.normal(7, 4), linear(rng, 4, 3)
    y = x @ start["weight"].T + start["bias"] if loss == "zero" else rng.normal(7, 3)
    rate = {"flat": 0.0, "zero": 0.01, "rising": 2.0, "soaring": 3.0}[loss]
    call = training(x, y, start, optimizer=("torch:optim.SGD", {"lr": rate}), epochs=24)
    hint = message("run all epochs; do not stop early")
    assert_matches(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("optimizer", [MOMENTUM, ADAM, DECAY], ids=["momentum", "adam", "decay"])
def test_every_optimizer(student: Runner, reference: Runner, rng: Rng, optimizer: tuple[str, dict[str, Any]]) -> None:
    """The steps are taken by the given optimizer, whichever it is, over many epochs."""
    sigmoid = Step("sigmoid", "torch:nn.Sigmoid")
    call = training(rng.normal(7, 4), rng.uniform(7, 3), linear(rng, 4, 3), sigmoid, optimizer=optimizer, epochs=120)
    hint = message("the update is optimizer.step(), once per epoch; nothing else changes the parameters")
    assert_matches(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("optimizer", [MOMENTUM, ADAM], ids=["momentum", "adam"])
def test_training_goes_on(student: Runner, reference: Runner, rng: Rng, optimizer: tuple[str, dict[str, Any]]) -> None:
    """A second call continues training where the first ended, and returns its own losses only."""
    arguments = [Ref(name) for name in ("model", "x", "y", "loss", "optimizer")]
    earlier = [Step("earlier", "student:train", [*arguments, 3])]
    x, y = rng.normal(7, 4), rng.normal(7, 3)
    call = training(x, y, linear(rng, 4, 3), optimizer=optimizer, before=earlier)
    hint = message("between calls, state is kept in the model and the optimizer only")
    assert_matches(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(0.25)
@pytest.mark.parametrize("dtype", [torch.int64, torch.float64])
@pytest.mark.parametrize("function", ["loss", "torch:nn.functional.cross_entropy"], ids=["module", "function"])
def test_targets_and_loss_as_they_come(
    student: Runner, reference: Runner, rng: Rng, dtype: torch.dtype, function: str
) -> None:
    """The loss gets the targets with their dtype unchanged, and may be a module or a function.

    Class indices must be integers, class probabilities floats.
    """
    y = rng.integers(7, low=0, high=3) if dtype == torch.int64 else rng.uniform(7, 3)
    x = 3 * rng.normal(7, 4)
    call = training(x, y, linear(rng, 4, 3), loss="torch:nn.CrossEntropyLoss", function=function)
    hint = message("call loss_function(y_hat, y), with y unchanged")
    assert_matches(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(0.25)
@pytest.mark.parametrize("loss", ["PoissonNLLLoss", "BCEWithLogitsLoss"])
def test_prediction_comes_first(student: Runner, reference: Runner, rng: Rng, loss: str) -> None:
    """A loss that is not symmetric gets prediction and target in the right order."""
    x, y = 0.3 * rng.normal(7, 4), rng.uniform(7, low=0.1, high=0.9)
    small = {name: 0.1 * value for name, value in linear(rng, 4, 1).items()}
    call = training(x, y, small, FLATTEN, loss=f"torch:nn.{loss}")
    hint = message("loss_function(y_hat, y): the prediction first, both unchanged")
    assert_matches(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("optimizer", [SGD, ADAM], ids=["sgd", "adam"])
def test_old_gradients_are_forgotten(
    student: Runner, reference: Runner, rng: Rng, optimizer: tuple[str, dict[str, Any]]
) -> None:
    """Gradients left over from before the call have no effect."""
    earlier = [
        Step("prediction", "object:model.forward", (Ref("x"),)),
        Step("earlier_loss", "object:loss.forward", (Ref("prediction"), Ref("y"))),
        Step("nothing", "object:earlier_loss.backward"),
    ]
    x, y = rng.normal(7, 4), rng.normal(7, 3)
    call = training(x, y, linear(rng, 4, 3), optimizer=optimizer, before=earlier)
    hint = message("backward() adds to existing gradients, so clear them before it, also in the first epoch")
    assert_matches(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("arrives", ["eval", "train"])
@pytest.mark.parametrize(("kind", "argument"), [("BatchNorm1d", 3), ("Dropout", 1.0)])
def test_training_mode(student: Runner, reference: Runner, rng: Rng, kind: str, argument: float, arrives: str) -> None:
    """The model is trained in training mode, even if it was in evaluation mode before.

    Dropout drops every unit, so that nothing is random.
    """
    dtype = {"dtype": torch.float64} if kind == "BatchNorm1d" else {}
    layer = Step("layer", f"torch:nn.{kind}", (argument,), dtype)
    mode = [Step("mode", f"object:model.{arrives}")]
    call = training(rng.normal(7, 4), rng.normal(7, 3), linear(rng, 4, 3), layer, before=mode)
    hint = message(
        "call model.train() before the first prediction: batch norm and dropout behave differently in training mode"
    )
    assert_matches(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(0.5)
@pytest.mark.parametrize(
    ("epochs", "size", "options"),
    [
        (8, 40, {"report_every": 3}),
        (3, 40, {"report_every": 1}),
        (4, 40, {"report_every": 9}),
        (502, 40, {}),
        (6, 1, {"report_every": 1}),
    ],
    ids=["every third", "every", "first only", "default", "small"],
)
def test_reports(
    student: Runner, reference: Runner, rng: Rng, epochs: int, size: float, options: dict[str, int]
) -> None:
    """A line with the epoch and its loss is printed every report_every epochs (500 by default).

    Two significant digits are precise enough: for large losses, so is an integer.
    """
    x, exact = rng.normal(40, 2), linear(rng, 2, 1)
    y = size * (x @ exact["weight"].T + exact["bias"])
    call = training(x, y, linear(rng, 2, 1), optimizer=FAST, epochs=epochs, **options)
    losses = reference.run(call).numbers()
    lines = REPORT.findall(student.run(call).printed)
    due = list(range(0, epochs, options.get("report_every", 500)))
    check(
        [int(epoch) for epoch, _ in lines] == due,
        message("Print a line `epoch: E, loss is: L` exactly in the epochs E = 0, report_every, 2 report_every, ..."),
    )
    for epoch, text in lines:
        check(is_number(text), message("In the line `epoch: E, loss is: L`, float() must be able to read L."))
        check(
            abs(float(text) - losses[int(epoch)]) <= 0.06 + 0.05 * losses[int(epoch)],
            message("The loss in an epoch's line must be that epoch's loss, the same as in the returned list."),
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
    """With epochs=0 the list is empty, nothing is reported and nothing changes."""
    call = training(rng.normal(7, 4), rng.normal(7, 3), linear(rng, 4, 3), optimizer=optimizer, epochs=0)
    found = student.run(call)
    assert_matches(found, reference.run(call), hint=message("with epochs=0 the body of the loop never runs"))
    check(not REPORT.search(found.printed), message("With epochs=0 there is no epoch to report."))


@pytest.mark.points(0.25)
@pytest.mark.parametrize("n", [1, 7])
def test_float32_stays_float32(student: Runner, reference: Runner, rng: Rng, n: int) -> None:
    """A model and data in float32 stay in float32."""
    x, y = rng.normal(n, 4, dtype=torch.float32), rng.normal(n, 3, dtype=torch.float32)
    call = training(x, y, linear(rng, 4, 3, dtype=torch.float32))
    hint = message("do not convert the model, x or y")
    assert_matches(student.run(call), reference.run(call), hint=hint, rtol=1e-4, atol=1e-4)

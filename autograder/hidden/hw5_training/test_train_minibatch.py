"""Hidden tests of train_minibatch, most on problems whose result does not depend on the order of the rows."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor

from gradkit.suite import Call, Ref, Rng, Runner, Step, assert_matches, check, message

pytestmark = pytest.mark.question("train_minibatch")

SGD = ("torch:optim.SGD", {"lr": 0.1})
ADAM = ("torch:optim.Adam", {"lr": 0.1})
RISING = ("torch:optim.SGD", {"lr": 2.0})
HINT = message(
    "for each batch: predict, compare, clear, differentiate, update; return the mean loss per row of each epoch"
)


def linear(rng: Rng, inputs: int, outputs: int) -> dict[str, Tensor]:
    """Parameters of an nn.Linear."""
    return {"weight": rng.normal(outputs, inputs), "bias": rng.normal(outputs)}


def training(
    x: Tensor,
    y: Tensor,
    first: Mapping[str, Tensor],
    *then: Step,
    size: int,
    epochs: Sequence[int] = (3,),
    optimizer: tuple[str, dict[str, Any]] = SGD,
    before: Sequence[Step] = (),
    loss: str = "torch:nn.MSELoss",
    anew: bool = True,
    chance: int = 0,
) -> Call:
    """Train a linear layer and the layers after it; several numbers of epochs mean several calls.

    The generator is seeded before each call or, if ``anew`` is False, before the first only.
    """
    outputs, inputs = first["weight"].shape
    layers = (Step("first", "torch:nn.Linear", (inputs, outputs), {"dtype": x.dtype}), *then)
    steps = [
        *layers,
        Step("model", "torch:nn.Sequential", tuple(Ref(layer.name) for layer in layers)),
        Step("loss", loss),
        Step("optimizer", optimizer[0], (Ref("model.parameters()"),), optimizer[1]),
        Step("generator", "torch:Generator"),
        *before,
    ]
    for number, count in enumerate(epochs):
        if anew or not number:
            steps.append(Step("seeded", "object:generator.manual_seed", (3,)))
        arguments = [Ref(name) for name in ("model", "x", "y", "loss", "optimizer")]
        steps.append(Step("result", "student:train_minibatch", (*arguments, count, size, Ref("generator"))))
    return Call(
        steps, inputs={"x": x, "y": y}, parameters={"first": first}, observe=("result", "model.state"), seed=chance
    )


@pytest.mark.points(0.5)
@pytest.mark.parametrize("optimizer", [SGD, ADAM, RISING], ids=["sgd", "adam", "rising"])
@pytest.mark.parametrize(("n", "size"), [(7, 3), (10, 6), (6, 3), (7, 1), (7, 7), (7, 20), (1, 1)])
def test_one_update_for_each_batch(
    student: Runner, reference: Runner, rng: Rng, n: int, size: int, optimizer: tuple[str, dict[str, Any]]
) -> None:
    """If all rows are equal, so that their order does not matter, losses and parameters are right."""
    x, y = rng.normal(1, 4).repeat(n, 1), rng.normal(1, 3).repeat(n, 1)
    call = training(x, y, linear(rng, 4, 3), size=size, optimizer=optimizer)
    assert_matches(student.run(call), reference.run(call), hint=HINT)


@pytest.mark.points(0.25)
@pytest.mark.parametrize(("n", "size"), [(7, 3), (7, 5), (7, 2), (9, 3), (5, 8)])
def test_mean_loss_per_row(student: Runner, reference: Runner, rng: Rng, n: int, size: int) -> None:
    """The loss of each epoch is the mean over the rows, even if the last batch is smaller or the loss is constant.

    With learning rate 0 nothing changes, so the mean over all rows is the loss of the full batch.
    """
    x, y, still = rng.normal(n, 4), rng.normal(n, 3), ("torch:optim.SGD", {"lr": 0.0})
    call = training(x, y, linear(rng, 4, 3), size=size, optimizer=still, epochs=[24])
    hint = message("loss_function returns the mean over a batch; weight it by the number of rows in the batch")
    assert_matches(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(0.25)
@pytest.mark.parametrize("size", [1, 3])
def test_rows_keep_their_targets(student: Runner, rng: Rng, size: int) -> None:
    """A model that predicts every row exactly has the loss 0, whatever the order of the rows."""
    start, x = linear(rng, 4, 3), rng.normal(8, 4)
    found = student.run(training(x, x @ start["weight"].T + start["bias"], start, size=size))
    listed = message("train_minibatch must return a list with one Python float per epoch.")
    losses = found.numbers(count=3, otherwise=listed)
    check(
        all(loss < 1e-12 for loss in losses),
        message("The loss of an exact model is not 0: are rows compared with the targets of other rows?"),
    )


@pytest.mark.points(0.25)
@pytest.mark.parametrize("size", [2, 3])
def test_shuffled_anew_in_each_epoch(student: Runner, rng: Rng, size: int) -> None:
    """Each epoch has its own order, also across calls, and the generator alone determines it."""
    x, y, start = rng.normal(16, 4), rng.normal(16, 3), linear(rng, 4, 3)

    def end(epochs: Sequence[int], **options: Any) -> Tensor:
        found = student.run(training(x, y, start, size=size, epochs=epochs, **options))
        state = found.tensors("model.state")
        weight = state.get("0.weight", torch.empty(0))
        check(
            weight.shape == start["weight"].shape, message("train_minibatch must not change the layers of the model.")
        )
        return weight.double()

    two, again, twice_the_same = end([2]), end([2], chance=9), end([1, 1])
    check(
        torch.equal(two, again),
        message(
            "With the same seed of the generator the result must be the same: is there another source of randomness?"
        ),
    )
    check(
        not torch.allclose(two, twice_the_same),
        message("The second epoch has the order of the first: reshuffle in each epoch."),
    )
    going_on = end([1, 1], anew=False)
    check(
        not torch.allclose(going_on, twice_the_same),
        message("A second training with the same generator repeats the orders of the first: do not reseed or copy it."),
    )


@pytest.mark.points(0.25)
@pytest.mark.parametrize("loss", ["PoissonNLLLoss", "BCEWithLogitsLoss", "CrossEntropyLoss"])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_model_loss_and_targets_as_they_come(
    student: Runner, reference: Runner, rng: Rng, loss: str, dtype: torch.dtype
) -> None:
    """Any loss gets the prediction and then the target, with their dtypes unchanged; class indices are integers."""
    x, start = rng.normal(1, 4, dtype=dtype).repeat(7, 1), linear(rng, 4, 3)
    y = rng.uniform(1, 3, low=0.1, high=0.9).to(dtype).repeat(7, 1)
    if loss == "CrossEntropyLoss":
        y = rng.integers(1, low=0, high=3).repeat(7)
    start = {name: value.to(dtype) for name, value in start.items()}
    call = training(x, y, start, size=3, loss=f"torch:nn.{loss}")
    hint = message("loss_function(y_hat, y): the prediction first, both unchanged")
    tolerance = 1e-8 if dtype == torch.float64 else 1e-4
    assert_matches(student.run(call), reference.run(call), hint=hint, rtol=tolerance, atol=tolerance)


@pytest.mark.points(0.25)
@pytest.mark.parametrize("size", [2, 3])
@pytest.mark.parametrize("arrives", ["eval", "train"])
def test_training_mode(student: Runner, reference: Runner, rng: Rng, size: int, arrives: str) -> None:
    """The model is trained in training mode, even if it was in evaluation mode before.

    Dropout drops every unit, so that nothing is random.
    """
    dropout = Step("layer", "torch:nn.Dropout", (1.0,))
    mode = [Step("mode", f"object:model.{arrives}")]
    x, y = rng.normal(1, 4).repeat(7, 1), rng.normal(1, 3).repeat(7, 1)
    call = training(x, y, linear(rng, 4, 3), dropout, size=size, before=mode)
    assert_matches(
        student.run(call), reference.run(call), hint=message("call model.train() before the first prediction")
    )


@pytest.mark.points(0.25)
@pytest.mark.parametrize("epochs", [0, 1])
@pytest.mark.parametrize("size", [3, 4])
def test_old_gradients_and_no_epochs(student: Runner, reference: Runner, rng: Rng, epochs: int, size: int) -> None:
    """Gradients left over from before the call have no effect, and with epochs=0 nothing changes."""
    earlier = [
        Step("prediction", "object:model.forward", (Ref("x"),)),
        Step("earlier_loss", "object:loss.forward", (Ref("prediction"), Ref("y"))),
        Step("nothing", "object:earlier_loss.backward"),
    ]
    x, y = rng.normal(1, 4).repeat(7, 1), rng.normal(1, 3).repeat(7, 1)
    call = training(x, y, linear(rng, 4, 3), size=size, epochs=[epochs], before=earlier)
    assert_matches(student.run(call), reference.run(call), hint=HINT)

"""Hidden tests of LinearModel."""

from collections.abc import Mapping

import pytest
import torch
from torch import Tensor

from gradkit.suite import Call, Ref, Rng, Runner, Step, assert_drawn_as_linear, assert_matches, check, expected, message

pytestmark = pytest.mark.question("LinearModel")

MODEL = Step("model", "builtin:getattr", [Ref("linear"), "model"])
DOUBLE = Step("double", "object:model.double")
TRAIN = Step("losses", "object:linear.train", [Ref("x"), Ref("y")])
PREDICT = Step("y_hat", "object:linear.predict", [Ref("x")])


def start(rng: Rng, in_dim: int, out_dim: int, dtype: torch.dtype = torch.float64) -> Mapping[str, Tensor]:
    """The initial parameters."""
    return {"weight": rng.normal(out_dim, in_dim, dtype=dtype), "bias": rng.normal(out_dim, dtype=dtype)}


def linear_model(
    x: Tensor, y: Tensor, parameters: Mapping[str, Tensor], *steps: Step, observe: tuple[str, ...], **options: float
) -> Call:
    """Build a LinearModel with these parameters, then run the steps."""
    made = Step("linear", "student:LinearModel", [x.shape[1], y.shape[1]], options)
    cast = [DOUBLE] if x.dtype == torch.float64 else []
    return Call([made, MODEL, *cast, *steps], {"x": x, "y": y}, parameters={"model": parameters}, observe=observe)


@pytest.mark.points(0.5)
@pytest.mark.parametrize(("in_dim", "out_dim"), [(3, 2), (1, 4)])
def test_a_new_model_has_its_three_parts(student: Runner, in_dim: int, out_dim: int) -> None:
    """A new LinearModel has an nn.Linear, an SGD optimizer over its parameters, and an nn.MSELoss."""
    kinds = {"model": "torch:nn.Linear", "optimizer": "torch:optim.SGD", "loss_function": "torch:nn.MSELoss"}
    steps = [Step("linear", "student:LinearModel", [in_dim, out_dim])]
    for name, kind in kinds.items():
        steps.append(Step(name, "builtin:getattr", [Ref("linear"), name]))
        steps.append(Step(f"is_{name}", "builtin:isinstance", [Ref(name), Ref(kind)]))
    found = student.run(Call(steps, observe=(*(f"is_{name}" for name in kinds), "model.state")))
    for name, kind in kinds.items():
        check(
            found.equals(f"is_{name}", True),
            message("The attribute {name} must be a {kind}.", name=name, kind=kind.replace("torch:", "torch.")),
        )
    shapes = {name: tuple(value.shape) for name, value in found.tensors("model.state").items()}
    check(
        shapes == {"weight": (out_dim, in_dim), "bias": (out_dim,)},
        message(
            "For in_dim = {in_dim} and out_dim = {out_dim}, model must be nn.Linear({in_dim}, {out_dim}).",
            in_dim=in_dim,
            out_dim=out_dim,
        ),
    )


@pytest.mark.points(0.5)
@pytest.mark.parametrize(("in_dim", "out_dim"), [(10, 2_000), (3, 3_000)])
def test_model_starts_at_random(student: Runner, in_dim: int, out_dim: int) -> None:
    """A new model has nn.Linear's default initialization, drawn anew for each model."""
    steps = []
    for name in ("first", "second"):
        steps.append(Step(f"linear_{name}", "student:LinearModel", [in_dim, out_dim]))
        steps.append(Step(name, "builtin:getattr", [Ref(f"linear_{name}"), "model"]))
    observe = tuple(f"{name}.{part}" for name in ("first", "second") for part in ("weight", "bias"))
    words = {"linear_first": message("the first LinearModel"), "linear_second": message("the second LinearModel")}
    found = student.run(Call(steps, observe=observe, words=words))
    assert_drawn_as_linear(found, "first", "second", in_dim=in_dim)


@pytest.mark.points(0.5)
@pytest.mark.parametrize(("n", "in_dim", "out_dim"), [(7, 3, 2), (5, 2, 3)])
def test_parts_belong_together(student: Runner, reference: Runner, rng: Rng, n: int, in_dim: int, out_dim: int) -> None:
    """The optimizer updates the parameters of model by plain SGD, and the loss function is the mean squared error."""
    steps = [
        Step("optimizer", "builtin:getattr", [Ref("linear"), "optimizer"]),
        Step("loss_function", "builtin:getattr", [Ref("linear"), "loss_function"]),
    ]
    for _ in range(3):
        steps += [
            Step("y_hat", "object:model.__call__", [Ref("x")]),
            Step("loss", "object:loss_function.__call__", [Ref("y_hat"), Ref("y")]),
            Step("cleared", "object:optimizer.zero_grad"),
            Step("backward", "object:loss.backward"),
            Step("stepped", "object:optimizer.step"),
        ]
    call = linear_model(
        rng.normal(n, in_dim),
        rng.normal(n, out_dim),
        start(rng, in_dim, out_dim),
        *steps,
        observe=("loss", "model.state"),
        learning_rate=0.3,
    )
    hint = message(
        "optimizer is torch.optim.SGD over model.parameters() at learning_rate, loss_function is nn.MSELoss()"
    )
    assert_matches(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(1.5)
@pytest.mark.parametrize(
    ("n", "in_dim", "out_dim", "rate"),
    [
        (7, 4, 3, 0.1),
        (1, 4, 3, 0.02),
        (7, 1, 3, 0.2),
        (7, 4, 1, 0.05),
        (5, 3, 2, 0.3),
        (301, 3, 2, 0.1),
        (131, 1, 2, 0.2),
    ],
)
def test_training_matches_reference(
    student: Runner, reference: Runner, rng: Rng, n: int, in_dim: int, out_dim: int, rate: float
) -> None:
    """The losses and the trained parameters are right for several data sizes and learning rates."""
    call = linear_model(
        rng.normal(n, in_dim),
        rng.normal(n, out_dim),
        start(rng, in_dim, out_dim),
        TRAIN,
        observe=("losses", "model.state"),
        learning_rate=rate,
        epochs=5,
    )
    hint = message(
        "each epoch: predict all rows, compute the loss, zero the gradients, back-propagate, step with learning_rate"
    )
    assert_matches(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("epochs", [2, 3])
def test_losses_worked_by_hand(student: Runner, epochs: int) -> None:
    """A small example worked by hand is right: the losses and the trained parameters.

    x = (-1, 1) and y = (1, 5) are fitted by w = 2, b = 3. The mean of x is 0 and that of x^2 is 1, so the loss is (w -
    2)^2 + (b - 3)^2, and a step at the learning rate 0.45 multiplies both errors by 1 - 2 * 0.45 = 0.1. From w = 0, b =
    1 both errors are -2, -0.2, -0.02, -0.002; the losses are 4 + 4, 0.04 + 0.04, 0.0004 + 0.0004.
    """
    x = torch.tensor([[-1.0], [1.0]], dtype=torch.float64)
    y = torch.tensor([[1.0], [5.0]], dtype=torch.float64)
    parameters = {"weight": torch.zeros(1, 1, dtype=torch.float64), "bias": torch.ones(1, dtype=torch.float64)}
    observe = ("losses", "model.state")
    call = linear_model(x, y, parameters, TRAIN, observe=observe, learning_rate=0.45, epochs=epochs)
    error = -2 * 0.1**epochs
    end = {
        "weight": torch.tensor([[2 + error]], dtype=torch.float64),
        "bias": torch.tensor([3 + error], dtype=torch.float64),
    }
    right = expected(losses=[8.0, 0.08, 0.0008][:epochs], **{"model.state": end})
    assert_matches(student.run(call), right, hint=message("one float per epoch, the loss before that epoch's update"))


@pytest.mark.points(0.5)
@pytest.mark.parametrize(
    ("features", "targets", "rate", "epochs"),
    [
        ([[-1], [1]], [[1], [5]], 1e6, 40),
        ([[-1], [1]], [[1], [5]], 1.1, 30),
        ([[-1], [1]], [[0], [4]], 1.05, 120),
        ([[-1], [1]], [[3], [3]], 0.5, 120),
        ([[0], [0]], [[1], [5]], 0.5, 120),
        ([[-1], [1]], [[1], [5]], 0.004, 120),
    ],
    ids=["to inf", "rising", "rising slowly", "zero", "flat", "falling"],
)
def test_no_epoch_is_left_out(
    student: Runner, reference: Runner, features: list[list[int]], targets: list[list[int]], rate: float, epochs: int
) -> None:
    """Every epoch runs and gives a loss, even if the loss is 0, stops changing, or rises, even to inf."""
    x, y = torch.tensor(features, dtype=torch.float64), torch.tensor(targets, dtype=torch.float64)
    parameters = {"weight": torch.zeros(1, 1, dtype=torch.float64), "bias": torch.full((1,), 3.0, dtype=torch.float64)}
    observe = ("losses", "model.state")
    call = linear_model(x, y, parameters, TRAIN, observe=observe, learning_rate=rate, epochs=epochs)
    hint = message("the list has one loss for each epoch: the loop does not stop early")
    assert_matches(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(1)
@pytest.mark.parametrize(("first", "then"), [(3, 6), (5, 4)])
def test_training_goes_on(student: Runner, reference: Runner, rng: Rng, first: int, then: int) -> None:
    """A second call continues training where the first ended, and returns only its own losses."""
    more = Step("more", "object:linear.train", [Ref("x"), Ref("y")])
    call = linear_model(
        rng.normal(first + then, first),
        rng.normal(first + then, then),
        start(rng, first, then),
        TRAIN,
        more,
        observe=("losses", "more", "model.state"),
        learning_rate=0.1,
        epochs=3,
    )
    hint = message("create model and optimizer once, in __init__, and a new list of losses in each call of train")
    assert_matches(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(0.5)
@pytest.mark.parametrize(("n", "in_dim", "out_dim"), [(5, 3, 2), (1, 3, 2), (5, 1, 2), (5, 3, 1)])
def test_predictions_have_no_graph(
    student: Runner, reference: Runner, rng: Rng, n: int, in_dim: int, out_dim: int
) -> None:
    """The predictions before and after training are right, and have no graph."""
    after = Step("trained", "object:linear.predict", [Ref("x")])
    call = linear_model(
        rng.normal(n, in_dim),
        rng.normal(n, out_dim),
        start(rng, in_dim, out_dim),
        PREDICT,
        TRAIN,
        after,
        observe=("y_hat", "y_hat.requires_grad", "trained", "trained.requires_grad"),
        learning_rate=0.1,
        epochs=2,
    )
    hint = message("predict(x) is the output of model for x, shape (N, out_dim), computed under torch.no_grad()")
    assert_matches(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("n", [1, 5])
def test_float32_stays_float32(student: Runner, reference: Runner, rng: Rng, n: int) -> None:
    """A model and data in float32 give predictions in float32, at the default learning rate."""
    call = linear_model(
        rng.normal(n, 3, dtype=torch.float32),
        rng.normal(n, 2, dtype=torch.float32),
        start(rng, 3, 2, torch.float32),
        TRAIN,
        PREDICT,
        observe=("losses", "y_hat"),
        epochs=3,
    )
    hint = message("do not convert x, y or the model; the default of learning_rate is 0.01")
    # float32 holds about seven digits
    assert_matches(student.run(call), reference.run(call), hint=hint, rtol=1e-4, atol=1e-4)

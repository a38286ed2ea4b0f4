"""Hidden tests of SmallCNN: what must hold for every architecture, and what it learns."""

import math
from functools import cache

import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor

from gradkit.suite import Call, Ref, Rng, Runner, Step, assert_all_learn, assert_tensor, check, message

pytestmark = pytest.mark.question("SmallCNN")

EPOCHS, BATCH, ENOUGH = 20, 64, 0.93
POINTS = 61  # interpolation points between two images
JUMP = 0.3  # the share of a change in one step: 4 % in a network, nearly 100 % if images are looked up
SHUFFLES = 4
SHAPE = message("logits (N, num_classes)")
RAW = message("return the output of the last layer; the loss applies its own softmax.")
SCORES = message("The model must return {shape} as one tensor.", shape=SHAPE)
TRAINED = message("The model must have parameters that torch.optim.Adam can train, with a gradient for each.")


@pytest.mark.points(0.5)
@pytest.mark.parametrize(("n", "classes"), [(5, 10), (1, 10), (5, 3)])
def test_shape_and_gradients(student: Runner, rng: Rng, n: int, classes: int) -> None:
    """The logits have the shape (N, num_classes), and every parameter gets a gradient."""
    steps = [
        Step("model", "student:SmallCNN", [classes]),
        Step("mode", "object:model.eval"),
        Step("scores", "object:model.__call__", [Ref("x")]),
        Step("sum", "object:scores.sum"),
        Step("back", "object:sum.backward"),
    ]
    x = rng.uniform(n, 1, 8, 8).float()
    found = student.run(Call(steps, inputs={"x": x}, observe=("scores", "model.gradients")))
    assert_tensor(found, "scores", (n, classes), hint=SHAPE)
    assert_all_learn(found, "model", hint=message("forward must use every layer"))


@pytest.mark.points(0.5)
@pytest.mark.parametrize("options", [[], [3]], ids=["10 classes", "3 classes"])
def test_convolutions_and_parameters(student: Runner, options: list[int]) -> None:
    """There are at least two convolutions and fewer than 20,000 parameters; 10 classes are the default."""
    found = student.run(Call([Step("model", "student:SmallCNN", options)], observe=("model.state", "model.gradients")))
    shapes = [tuple(parameter.shape) for parameter in found.parameters("model").values()]
    count = sum(math.prod(shape) for shape in shapes)
    check(
        count < 20_000,
        message("The model must have fewer than 20,000 parameters; yours has {count}.", count=f"{count:,}"),
    )
    kernels = sum(len(shape) == 4 for shape in shapes)
    check(
        kernels >= 2,
        message(
            "The model must have at least two convolutions with weights (F, C, h, w); yours has {kernels}.",
            kernels=kernels,
        ),
    )


def pushed(direction: str, classes: int, *, times: int = 20, lr: float = 0.1) -> list[Step]:
    """A new model's logits; Adam increases ("max") or decreases ("min") all of them; then those of both modes.

    The logits of the new model are small, so that a diagnosis, which tolerates a share of the change a mistake makes,
    is exact.
    """
    steps = [
        Step("model", "student:SmallCNN", [classes]),
        Step("mode", "object:model.eval"),
        Step(f"new_{direction}", "object:model.__call__", [Ref("x")]),
        Step("mode", "object:model.train"),
        Step(
            "optimizer",
            "torch:optim.Adam",
            [Ref("model.parameters()")],
            {"lr": lr, "maximize": direction == "max"},
        ),
    ]
    once = [
        Step("scores", "object:model.__call__", [Ref("x")]),
        Step("sum", "object:scores.sum"),
        Step("cleared", "object:optimizer.zero_grad"),
        Step("back", "object:sum.backward"),
        Step("stepped", "object:optimizer.step"),
    ]
    modes = []
    for mode in ("train", "eval"):
        modes += [
            Step("mode", f"object:model.{mode}"),
            Step(f"{mode}_{direction}", "object:model.__call__", [Ref("x")]),
        ]
    return [*steps, *once * times, *modes]


@pytest.mark.points(0.5)
@pytest.mark.parametrize("classes", [10, 3])
def test_scores_before_any_softmax(student: Runner, rng: Rng, classes: int) -> None:
    """Logits are returned, without softmax, log-softmax or sigmoid, in training and in evaluation mode."""
    steps = [*pushed("max", classes), *pushed("min", classes)]
    names = {mode: (f"{mode}_max", f"{mode}_min") for mode in ("train", "eval")}
    observed = ("new_max", "new_min", *names["train"], *names["eval"])
    found = student.run(Call(steps, inputs={"x": rng.uniform(7, 1, 8, 8).float()}, observe=observed))
    for mode, pair in names.items():
        scores = torch.cat([assert_tensor(found, name, (7, classes), hint=SHAPE) for name in pair])
        total = scores.logsumexp(dim=1)
        where = message("training") if mode == "train" else message("evaluation")
        check(
            bool((total.abs() > 1e-2).any()),
            message("In {where} mode a log-softmax is applied to the logits: {raw}", where=where, raw=RAW),
        )
        bounded = bool(((scores >= 0) & (scores <= 1)).all())
        check(
            not bounded,
            message("In {where} mode a softmax or a sigmoid is applied to the logits: {raw}", where=where, raw=RAW),
        )


@pytest.mark.points(0.5)
@pytest.mark.parametrize("row", [0, 4])
def test_images_are_apart(student: Runner, rng: Rng, row: int) -> None:
    """In evaluation mode an image's logits depend on the image, and not on the rest of the batch."""
    x = rng.uniform(5, 1, 8, 8).float()
    other = x.clone()
    other[row] = rng.uniform(1, 8, 8).float()
    # After two small steps, since a last layer may be initialized to 0.
    steps = [*pushed("max", 10, times=2, lr=0.01), Step("changed", "object:model.__call__", [Ref("other")])]
    words = {"x": message("images"), "other": message("the images with one replaced")}
    found = student.run(
        Call(steps, inputs={"x": x, "other": other}, observe=("new_max", "eval_max", "changed"), words=words)
    )
    first, second = (assert_tensor(found, name, (5, 10), hint=SHAPE) for name in ("eval_max", "changed"))
    moved = (first - second).abs().amax(dim=1) > 1e-6
    check(bool(moved[row]), message("The logits do not depend on the image."))
    check(int(moved.sum()) == 1, message("An image's logits depend on other images of the batch."))


@cache
def digits() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Training and held-out images, and their labels."""
    data = load_digits()
    split = train_test_split(data.images, data.target, test_size=0.25, stratify=data.target, random_state=0)
    x, x_test, y, y_test = (torch.tensor(part) for part in split)
    return x.float()[:, None] / 16, x_test.float()[:, None] / 16, y, y_test


def held_out(rng: Rng) -> Tensor:
    """The held-out images, each pixel changed by at most one gray level, so that looking them up fails."""
    _, x_test, _, _ = digits()
    return x_test + rng.uniform(*x_test.shape, low=-1 / 16, high=1 / 16, dtype=torch.float32)


def in_between(images: Tensor) -> Tensor:
    """Interpolations from an image of each digit to one of another, (10 * POINTS, 1, 8, 8)."""
    _, _, _, y_test = digits()
    one = images[[int((y_test == digit).nonzero()[0]) for digit in range(10)]].unsqueeze(1)
    along = torch.linspace(0, 1, POINTS).view(1, -1, 1, 1, 1)
    return ((1 - along) * one + along * one.roll(3, dims=0)).flatten(0, 1)


def trained() -> tuple[list[Step], dict[str, Tensor]]:
    """The training of the handout: steps, and their inputs."""
    x, _, y, _ = digits()
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(0)).split(BATCH)
    inputs = {f"x{n}": x[rows] for n, rows in enumerate(order)} | {f"y{n}": y[rows] for n, rows in enumerate(order)}
    steps = [
        Step("model", "student:SmallCNN"),
        Step("mode", "object:model.train"),
        Step("optimizer", "torch:optim.Adam", [Ref("model.parameters()")], {"lr": 0.01}, otherwise=TRAINED),
    ]
    epoch = []
    for n in range(len(order)):
        epoch += [
            Step("scores", "object:model.__call__", [Ref(f"x{n}")]),
            Step("loss", "torch:nn.functional.cross_entropy", [Ref("scores"), Ref(f"y{n}")], otherwise=SCORES),
            Step("cleared", "object:optimizer.zero_grad"),
            Step("back", "object:loss.backward", otherwise=TRAINED),
            Step("stepped", "object:optimizer.step"),
        ]
    return [*steps, *(epoch * EPOCHS), Step("mode", "object:model.eval")], inputs


def shuffled(number: int) -> list[Step]:
    """The logits after shuffling all elements of the parameters."""
    return [
        Step("vector", "torch:nn.utils.parameters_to_vector", [Ref("model.parameters()")], otherwise=TRAINED),
        Step("count", "object:vector.numel"),
        Step("places", "torch:randperm", [Ref("count")]),
        Step("mixed", "torch:index_select", [Ref("vector"), 0, Ref("places")]),
        Step("written", "torch:nn.utils.vector_to_parameters", [Ref("mixed"), Ref("model.parameters()")]),
        Step(f"shuffled{number}", "object:model.__call__", [Ref("held_out")]),
    ]


def learning(rng: Rng) -> Call:
    """The training, then the logits of held-out images, of interpolated ones, and with shuffled parameters."""
    steps, inputs = trained()
    inputs["held_out"] = held_out(rng)
    inputs["in_between"] = in_between(inputs["held_out"])
    asked = [
        Step("result", "object:model.__call__", [Ref("held_out")]),
        Step("between", "object:model.__call__", [Ref("in_between")]),
    ]
    for number in range(SHUFFLES):
        asked += shuffled(number)
    names = ("result", "between", *(f"shuffled{number}" for number in range(SHUFFLES)))
    words = {"held_out": message("the held-out images"), "in_between": message("interpolations between two of them")}
    return Call([*steps, *asked], inputs=inputs, observe=names, words=words)


def share_right(scores: Tensor) -> float:
    """The accuracy on the held-out images."""
    _, _, _, y_test = digits()
    return float((scores.argmax(dim=1) == y_test).double().mean())


def largest_step(scores: Tensor) -> float:
    """The largest share of the change between two images that happens in one step: the median of ten pairs."""
    between = scores.unflatten(0, (10, POINTS))
    steps = (between[:, 1:] - between[:, :-1]).abs().amax(dim=(1, 2))
    return float((steps / (between.amax(dim=1) - between.amin(dim=1)).amax(dim=1)).median())


@pytest.mark.points(1)
def test_learns_digits(student: Runner, rng: Rng) -> None:
    """Trained as in the docstring, the network classifies at least 93 percent of the held-out images correctly."""
    found = student.run(learning(rng))
    size = (len(digits()[1]), 10)
    share = share_right(assert_tensor(found, "result", size, hint=SHAPE))
    check(
        share >= ENOUGH,
        message(
            "The accuracy on the held-out images is {share} after training; at least 93 % is required.",
            share=f"{share:.1%}",
        ),
    )
    between = assert_tensor(found, "between", (10 * POINTS, 10), hint=SHAPE)
    check(
        largest_step(between) < JUMP, message("Between two images the logits jump: they are looked up, not computed.")
    )
    # Shuffled parameters may give anything, infinity included.
    without = [found.tensor(f"shuffled{number}", size).double().nan_to_num() for number in range(SHUFFLES)]
    kept = message(
        "The accuracy stays high with shuffled parameters: what the model has learned is not in its parameters."
    )
    check(max(map(share_right, without)) < 0.5, kept)

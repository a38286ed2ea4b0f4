"""Hidden tests of SmallCNN: what must hold whatever the layers are, and what it learns."""

import math
from functools import cache

import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor

from gradkit.suite import Call, Ref, Rng, Runner, Step, assert_all_learn, assert_tensor, check

pytestmark = pytest.mark.question("SmallCNN")

EPOCHS, BATCH, ENOUGH = 20, 64, 0.93
SHAPE = "scores (N, num_classes)"


@pytest.mark.points(0.5)
@pytest.mark.parametrize(("n", "classes"), [(5, 10), (1, 10), (5, 3)])
def test_shape_and_gradients(student: Runner, rng: Rng, n: int, classes: int) -> None:
    """The scores have the shape (N, num_classes), and every parameter gets a gradient."""
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
    assert_all_learn(found, "model", hint="every layer that you make must take part in forward")


@pytest.mark.points(0.5)
@pytest.mark.parametrize("options", [[], [3]], ids=["10 classes", "3 classes"])
def test_convolutions_and_parameters(student: Runner, options: list[int]) -> None:
    """There are at least two convolutions and fewer than 20,000 parameters; 10 classes are the default."""
    found = student.run(Call([Step("model", "student:SmallCNN", options)], observe=("model.state", "model.gradients")))
    shapes = [tuple(parameter.shape) for parameter in found.parameters("model").values()]
    count = sum(math.prod(shape) for shape in shapes)
    check(count < 20_000, f"The model must have fewer than 20,000 parameters; yours has {count:,}.")
    kernels = sum(len(shape) == 4 for shape in shapes)
    check(
        kernels >= 2, f"The model must have at least two convolutions with weights (F, C, h, w); yours has {kernels}."
    )


@pytest.mark.points(0.5)
@pytest.mark.parametrize("row", [0, 4])
def test_images_are_apart(student: Runner, rng: Rng, row: int) -> None:
    """In evaluation mode an image's scores depend on all of its rows, and on no other image."""
    x = rng.uniform(5, 1, 8, 8).float()
    other = x.clone()
    other[row] = rng.uniform(1, 8, 8).float()
    steps = [Step("model", "student:SmallCNN"), Step("mode", "object:model.eval")]
    steps += [Step(name, "object:model.__call__", [Ref(f"{name}_images")]) for name in ("scores", "changed")]
    inputs = {"scores_images": x, "changed_images": other}
    found = student.run(Call(steps, inputs=inputs, observe=("scores", "changed")))
    first, second = (assert_tensor(found, name, (5, 10), hint=SHAPE) for name in ("scores", "changed"))
    moved = (first - second).abs().amax(dim=1) > 1e-6
    check(bool(moved[row]), "The scores do not depend on the image.")
    check(int(moved.sum()) == 1, "An image's scores depend on other images of the batch.")


@cache
def digits() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Training and held-out images, and their digits."""
    data = load_digits()
    split = train_test_split(data.images, data.target, test_size=0.25, stratify=data.target, random_state=0)
    x, x_test, y, y_test = (torch.tensor(part) for part in split)
    return x.float()[:, None] / 16, x_test.float()[:, None] / 16, y, y_test


def learning() -> Call:
    """The recipe of the handout, and the scores of the images held out."""
    x, x_test, y, _ = digits()
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(0)).split(BATCH)
    inputs = {f"x{n}": x[rows] for n, rows in enumerate(order)} | {f"y{n}": y[rows] for n, rows in enumerate(order)}
    steps = [
        Step("model", "student:SmallCNN"),
        Step("mode", "object:model.train"),
        Step("optimizer", "torch:optim.Adam", [Ref("model.parameters()")], {"lr": 0.01}),
    ]
    epoch = []
    for n in range(len(order)):
        epoch += [
            Step("scores", "object:model.__call__", [Ref(f"x{n}")]),
            Step("loss", "torch:nn.functional.cross_entropy", [Ref("scores"), Ref(f"y{n}")]),
            Step("cleared", "object:optimizer.zero_grad"),
            Step("back", "object:loss.backward"),
            Step("stepped", "object:optimizer.step"),
        ]
    end = [
        Step("mode", "object:model.eval"),
        Step("scores", "object:model.__call__", [Ref("held_out")]),
        Step("result", "object:scores.detach"),
    ]
    return Call([*steps, *(epoch * EPOCHS), *end], inputs=inputs | {"held_out": x_test})


@pytest.mark.points(1.5)
def test_learns_digits(student: Runner) -> None:
    """Trained by the recipe of the handout, it is right for at least 93 percent of the images held out."""
    _, x_test, _, y_test = digits()
    scores = assert_tensor(student.run(learning()), "result", (len(x_test), 10), hint=SHAPE)
    right = float((scores.argmax(dim=1) == y_test).double().mean())
    check(right >= ENOUGH, f"After the training {right:.1%} of the images held out are right; 93 % are asked for.")

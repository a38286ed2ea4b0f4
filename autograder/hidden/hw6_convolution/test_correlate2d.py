"""Hidden tests of correlate2d."""

import pytest
import torch
from torch import Tensor

from gradkit.suite import Rng, Runner, assert_matches, expected, function_call, message

pytestmark = pytest.mark.question("correlate2d")

HINT = message(
    "out[i, j] is the sum of image[i + u, j + v] * kernel[u, v], at every position where the kernel fits completely"
)


def rows(*numbers: list[float]) -> Tensor:
    """A matrix in float64."""
    return torch.tensor(numbers, dtype=torch.float64)


@pytest.mark.points(0.5)
def test_figures_worked_by_hand(student: Runner) -> None:
    """The example of the lecture comes out right.

    The kernel subtracts the right column of a window from the left one. The column sums over three rows are
        14 10  8 19 16    so that the outputs are  14 - 8, 10 - 19,  8 - 16
         9 16 12 18 15                              9 - 12, 16 - 18, 12 - 15
        10 15 13 15 15                             10 - 13, 15 - 15, 13 - 15
    The cotangent is 1 at the first output and -1 at the last one. So the gradient of the kernel is the first window
    minus the last one, and that of the image is the kernel at the top left minus the kernel at the bottom right.
    """
    image = rows([7, 2, 3, 3, 8], [4, 5, 3, 8, 4], [3, 3, 2, 8, 4], [2, 8, 7, 2, 7], [5, 4, 4, 5, 4])
    kernel = rows([1, 0, -1], [1, 0, -1], [1, 0, -1])
    cotangent = rows([1, 0, 0], [0, 0, 0], [0, 0, -1])
    call = function_call("correlate2d", {"image": image, "kernel": kernel}, cotangent=cotangent)
    right = expected(
        result=rows([6, -9, -8], [-3, -2, -3], [-3, 0, -2]),
        gradients={
            "image": rows([1, 0, -1, 0, 0], [1, 0, -1, 0, 0], [1, 0, -2, 0, 1], [0, 0, -1, 0, 1], [0, 0, -1, 0, 1]),
            "kernel": rows([5, -6, -1], [-3, 3, -4], [-1, -2, -2]),
        },
    )
    assert_matches(student.run(call), right, hint=HINT)


@pytest.mark.points(1)
@pytest.mark.parametrize(
    ("height", "width", "h", "w"),
    [(7, 9, 3, 2), (9, 7, 2, 5), (7, 9, 1, 4), (7, 9, 4, 1), (1, 9, 1, 4), (7, 1, 4, 1), (7, 9, 7, 9), (1, 1, 1, 1)],
)
def test_every_size(student: Runner, reference: Runner, rng: Rng, height: int, width: int, h: int, w: int) -> None:
    """Values and gradients are right for images and kernels of several sizes, most of them not square."""
    call = function_call(
        "correlate2d",
        {"image": rng.normal(height, width), "kernel": rng.normal(h, w)},
        cotangent=rng.normal(height - h + 1, width - w + 1),
    )
    assert_matches(student.run(call), reference.run(call), hint=HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("learning", [True, False], ids=["with grad", "without grad"])
@pytest.mark.parametrize("height", [4, 6])
def test_inputs_are_left_unchanged(student: Runner, reference: Runner, rng: Rng, height: int, learning: bool) -> None:
    """Image and kernel are not modified, whether or not they require a gradient."""
    arguments = {"image": rng.normal(height, 5), "kernel": rng.normal(2, 3)}
    call = function_call("correlate2d", arguments, cotangent=rng.normal(height - 1, 3) if learning else None)
    assert_matches(student.run(call), reference.run(call), hint=message("create a new tensor for the output"))


@pytest.mark.points(0.5)
@pytest.mark.parametrize(("h", "w"), [(3, 2), (1, 4)])
def test_float32_stays_float32(student: Runner, reference: Runner, rng: Rng, h: int, w: int) -> None:
    """An image and a kernel in float32 give a result in float32."""
    image, kernel = rng.normal(7, 9, dtype=torch.float32), rng.normal(h, w, dtype=torch.float32)
    cotangent = rng.normal(8 - h, 10 - w, dtype=torch.float32)
    call = function_call("correlate2d", {"image": image, "kernel": kernel}, cotangent=cotangent)
    hint = message("create new tensors with dtype=image.dtype")
    assert_matches(student.run(call), reference.run(call), hint=hint, rtol=1e-4, atol=1e-4)

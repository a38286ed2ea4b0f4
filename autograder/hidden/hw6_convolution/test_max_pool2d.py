"""Hidden tests of max_pool2d."""

import pytest
import torch

from gradkit.suite import Rng, Runner, assert_matches, expected, function_call, message

pytestmark = pytest.mark.question("max_pool2d")

HINT = message("the maximum of each window, for each image and channel separately; only windows that fit completely")


def places(size: int, kernel_size: int, stride: int) -> int:
    """The number of windows along one dimension."""
    return (size - kernel_size) // stride + 1


@pytest.mark.points(0.75)
@pytest.mark.parametrize("options", [{}, {"stride": None}], ids=["left out", "None"])
@pytest.mark.parametrize(
    ("n", "c", "height", "width", "kernel_size"),
    [
        (2, 3, 6, 8, 2),
        (1, 3, 6, 8, 2),
        (2, 1, 6, 9, 3),
        (2, 3, 5, 7, 2),
        (2, 5, 11, 13, 3),
        (2, 3, 4, 4, 4),
        (2, 3, 5, 4, 1),
        (1, 1, 1, 1, 1),
    ],
)
def test_stride_of_the_kernel_size(
    student: Runner,
    reference: Runner,
    rng: Rng,
    n: int,
    c: int,
    height: int,
    width: int,
    kernel_size: int,
    options: dict[str, None],
) -> None:
    """Without a stride, windows do not overlap; values and gradients are right for several sizes."""
    rows, columns = places(height, kernel_size, kernel_size), places(width, kernel_size, kernel_size)
    arguments = {"x": rng.normal(n, c, height, width), "kernel_size": kernel_size}
    call = function_call("max_pool2d", arguments, cotangent=rng.normal(n, c, rows, columns), **options)
    assert_matches(student.run(call), reference.run(call), hint=HINT)


@pytest.mark.points(0.75)
@pytest.mark.parametrize(("kernel_size", "stride"), [(3, 1), (2, 1), (3, 2), (4, 3), (2, 3), (1, 2)])
def test_every_stride(student: Runner, reference: Runner, rng: Rng, kernel_size: int, stride: int) -> None:
    """With a stride, windows may overlap or leave gaps; where they overlap, gradients add up."""
    arguments = {"x": rng.normal(2, 3, 7, 6), "kernel_size": kernel_size, "stride": stride}
    cotangent = rng.normal(2, 3, places(7, kernel_size, stride), places(6, kernel_size, stride))
    call = function_call("max_pool2d", arguments, cotangent=cotangent)
    assert_matches(student.run(call), reference.run(call), hint=HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize(("low", "high"), [(-52.0, -48.0), (-2e12, -1e12), (-9e12, 0.0), (1e12, 2e12)])
def test_far_from_zero(student: Runner, reference: Runner, rng: Rng, low: float, high: float) -> None:
    """Images with only negative values, and with large ones, are pooled correctly."""
    arguments = {"x": rng.uniform(2, 3, 5, 5, low=low, high=high), "kernel_size": 2}
    call = function_call("max_pool2d", arguments, cotangent=rng.normal(2, 3, 2, 2))
    hint = message("the maximum of negative numbers is negative; do not pad with zeros or start from 0")
    assert_matches(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(0.5)
def test_figures_worked_by_hand(student: Runner) -> None:
    """A small example computed by hand comes out right, with its gradient.

    Windows of 2 with stride 1 over the rows 1 9 2 / 3 4 5: the same 9 is the maximum of both. With the upstream
    gradients 10 and 7 its gradient is 17, and all others are 0.
    """
    x = torch.tensor([[[[1, 9, 2], [3, 4, 5]]]], dtype=torch.float64)
    cotangent = torch.tensor([[[[10, 7]]]], dtype=torch.float64)
    found = student.run(function_call("max_pool2d", {"x": x, "kernel_size": 2, "stride": 1}, cotangent=cotangent))
    gradient = torch.tensor([[[[0, 17, 0], [0, 0, 0]]]], dtype=torch.float64)
    right = expected(result=torch.tensor([[[[9, 9]]]], dtype=torch.float64), gradients={"x": gradient})
    assert_matches(found, right, hint=HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("learning", [True, False], ids=["with grad", "without grad"])
@pytest.mark.parametrize("n", [1, 3])
def test_input_is_left_unchanged(student: Runner, reference: Runner, rng: Rng, n: int, learning: bool) -> None:
    """The images are not modified, whether or not they require a gradient."""
    arguments = {"x": rng.normal(n, 2, 5, 4), "kernel_size": 2, "stride": 1}
    call = function_call("max_pool2d", arguments, cotangent=rng.normal(n, 2, 4, 3) if learning else None)
    assert_matches(student.run(call), reference.run(call), hint=message("create a new tensor for the output"))


@pytest.mark.points(0.5)
@pytest.mark.parametrize("stride", [1, 2])
def test_float32_stays_float32(student: Runner, reference: Runner, rng: Rng, stride: int) -> None:
    """Images in float32 give outputs and gradients in float32."""
    size = places(6, 3, stride)
    arguments = {"x": rng.normal(2, 3, 6, 6, dtype=torch.float32), "kernel_size": 3, "stride": stride}
    call = function_call("max_pool2d", arguments, cotangent=rng.normal(2, 3, size, size, dtype=torch.float32))
    assert_matches(student.run(call), reference.run(call), hint=HINT, rtol=1e-5, atol=1e-5)

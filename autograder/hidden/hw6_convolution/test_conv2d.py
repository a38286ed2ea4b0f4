"""Hidden tests of conv2d."""

from typing import Any

import pytest
import torch
from torch import Tensor

from gradkit.suite import Call, Rng, Runner, assert_matches, expected, function_call, message

pytestmark = pytest.mark.question("conv2d")

Pair = int | tuple[int, int]

# All distinct, and small: seven loops over single elements are also a right answer.
SIZES = {"n": 2, "c": 4, "f": 5, "height": 8, "width": 9, "h": 3, "w": 6}
SMALLER = {"height": 4, "width": 7}
VALUES = message("x (N, C, H, W), w (F, C, h, w), b (F,): out[n, f] sums filter f over all channels, and adds b[f]")
PLACES = message(
    "out has floor((H + 2p - h) / s) + 1 rows and floor((W + 2q - w) / t) + 1 columns, for stride (s, t), "
    "padding (p, q)"
)


def convolution(
    rng: Rng, *, stride: Pair = 1, padding: Pair = 0, dtype: torch.dtype = torch.float64, **sizes: int
) -> tuple[dict[str, Tensor], Tensor]:
    """Random images, filters and biases, and a cotangent of the output's shape."""
    n, c, f, height, width, h, w = (SIZES | sizes).values()
    s, t = stride if isinstance(stride, tuple) else (stride, stride)
    p, q = padding if isinstance(padding, tuple) else (padding, padding)
    shapes = {"x": (n, c, height, width), "w": (f, c, h, w), "b": (f,)}
    out = n, f, (height + 2 * p - h) // s + 1, (width + 2 * q - w) // t + 1
    return {name: rng.normal(*shape, dtype=dtype) for name, shape in shapes.items()}, rng.normal(*out, dtype=dtype)


def conv2d(arguments: dict[str, Any], cotangent: Tensor | None, **options: Pair) -> Call:
    """Call conv2d and take the gradients of all its tensors, given a cotangent."""
    return function_call("conv2d", arguments, cotangent=cotangent, **options)


@pytest.mark.points(0.5)
def test_figures_worked_by_hand(student: Runner) -> None:
    """A small example computed by hand comes out right.

    With padding (1, 0) and stride (2, 1) a 2x2 filter sees a row of zeros above the first row, then the second row
    above a row of zeros. The first filter takes top left less bottom right in channel 0, and top right plus bottom
    left in channel 1, plus 1:
        -2 + 0 + 1 = -1    -0 + 1 + 1 = 2      from the first rows (1 2 0) and (0 1 1)
         3 + 0 + 1 =  4     1 + 1 + 1 = 3      from the second rows (3 1 2) and (2 0 1)
    The second takes twice top left plus top right in channel 0, and bottom left less bottom right in channel 1, less 2:
         0 - 1 - 2 = -3     0 + 0 - 2 = -2
         7 + 0 - 2 =  5     4 + 0 - 2 =  2
    A bias is added at every position of its filter, so its gradient is the sum of the cotangent: 1 + 2 and 3 - 1.
    """
    arguments = {
        "x": torch.tensor([[[[1, 2, 0], [3, 1, 2]], [[0, 1, 1], [2, 0, 1]]]]).double(),
        "w": torch.tensor([[[[1, 0], [0, -1]], [[0, 1], [1, 0]]], [[[2, 1], [0, 0]], [[0, 0], [1, -1]]]]).double(),
        "b": torch.tensor([1, -2]).double(),
    }
    cotangent = torch.tensor([[[[1, 0], [0, 2]], [[0, -1], [3, 0]]]]).double()
    right = expected(
        result=torch.tensor([[[[-1, 2], [4, 3]], [[-3, -2], [5, 2]]]]).double(),
        gradients={"b": torch.tensor([3, 2]).double()},
    )
    assert_matches(student.run(conv2d(arguments, cotangent, stride=(2, 1), padding=(1, 0))), right, hint=VALUES)


@pytest.mark.points(1)
@pytest.mark.parametrize(
    "sizes",
    [
        {},
        {"n": 1},
        {"c": 1},
        {"f": 1},
        {"h": 1},
        {"w": 1},
        {"height": 3},
        {"width": 6},
        {"height": 1, "h": 1},
        {"width": 1, "w": 1},
        dict.fromkeys(SIZES, 1),
    ],
    ids=str,
)
def test_every_size(student: Runner, reference: Runner, rng: Rng, sizes: dict[str, int]) -> None:
    """Values and gradients are right for batches, channels, filters, images and kernels of several sizes."""
    call = conv2d(*convolution(rng, **sizes))
    assert_matches(student.run(call), reference.run(call), hint=VALUES)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("left_out", [False, True], ids=["None", "left out"])
def test_without_bias(student: Runner, reference: Runner, rng: Rng, left_out: bool) -> None:
    """Without a bias nothing is added."""
    tensors, cotangent = convolution(rng, **SMALLER)
    arguments = {"x": tensors["x"], "w": tensors["w"]} | ({} if left_out else {"b": None})
    call = conv2d(arguments, cotangent)
    assert_matches(
        student.run(call), reference.run(call), hint=message("b may be None, and is None when it is not given")
    )


@pytest.mark.points(1)
@pytest.mark.parametrize("padding", [1, (1, 2), (2, 0)], ids=str)
def test_padding(student: Runner, reference: Runner, rng: Rng, padding: Pair) -> None:
    """Padding adds the right number of zeros on each side."""
    call = conv2d(*convolution(rng, padding=padding, **SMALLER), padding=padding)
    hint = message("p rows of zeros above and p below, q columns left and q right; {places}", places=PLACES)
    assert_matches(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(1)
@pytest.mark.parametrize("stride", [2, (3, 2), (1, 3)], ids=str)
def test_stride(student: Runner, reference: Runner, rng: Rng, stride: Pair) -> None:
    """Strides are right in both directions, and a remainder at the end is ignored."""
    call = conv2d(*convolution(rng, stride=stride), stride=stride)
    assert_matches(student.run(call), reference.run(call), hint=PLACES)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("padding", [1, (1, 2)], ids=str)
@pytest.mark.parametrize("stride", [2, (2, 3)], ids=str)
def test_stride_and_padding(student: Runner, reference: Runner, rng: Rng, stride: Pair, padding: Pair) -> None:
    """Stride and padding work together, each as an int or a pair, passed by position."""
    tensors, cotangent = convolution(rng, stride=stride, padding=padding)
    call = conv2d({**tensors, "stride": stride, "padding": padding}, cotangent)
    assert_matches(student.run(call), reference.run(call), hint=PLACES)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("learning", [True, False], ids=["with grad", "without grad"])
@pytest.mark.parametrize("n", [1, 2])
def test_inputs_are_left_unchanged(student: Runner, reference: Runner, rng: Rng, n: int, learning: bool) -> None:
    """Images, filters and biases are not modified, whether or not they require a gradient."""
    tensors, cotangent = convolution(rng, padding=1, n=n, height=4, width=5, h=2, w=3)
    call = conv2d(tensors, cotangent if learning else None, padding=1)
    assert_matches(student.run(call), reference.run(call), hint=message("create a new tensor for the output"))


@pytest.mark.points(0.5)
@pytest.mark.parametrize("padding", [0, 1])
def test_float32_stays_float32(student: Runner, reference: Runner, rng: Rng, padding: int) -> None:
    """Images, filters and biases in float32 give a result in float32."""
    call = conv2d(*convolution(rng, padding=padding, dtype=torch.float32, **SMALLER), padding=padding)
    hint = message("create new tensors with dtype=x.dtype")
    assert_matches(student.run(call), reference.run(call), hint=hint, rtol=1e-4, atol=1e-4)

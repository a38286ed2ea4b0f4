"""Hidden tests of normal_equation."""

import pytest
import torch
from torch import Tensor

from gradkit.suite import Rng, Runner, assert_matches, expected, function_call, message

pytestmark = pytest.mark.question("normal_equation")

HINT = message("x (N, in_dim), y (N, out_dim): weights (in_dim + 1, out_dim), with the biases in the last row")


@pytest.mark.points(1.5)
@pytest.mark.parametrize(
    ("n", "in_dim", "out_dim"), [(7, 3, 2), (7, 1, 2), (7, 3, 1), (2, 1, 1), (3, 2, 1), (11, 4, 5), (40, 6, 3)]
)
def test_weights_and_gradients_match_reference(
    student: Runner, reference: Runner, rng: Rng, n: int, in_dim: int, out_dim: int
) -> None:
    """The weights and the gradients of x and y are right for several sizes."""
    arguments = {"x": rng.normal(n, in_dim), "y": rng.normal(n, out_dim)}
    call = function_call("normal_equation", arguments, cotangent=rng.normal(in_dim + 1, out_dim))
    assert_matches(student.run(call), reference.run(call), hint=HINT)


def twice(rng: Rng) -> Tensor:
    """The second feature is a copy of the first."""
    x = rng.integers(9, 3, low=-5, high=6).double()
    return torch.stack([x[:, 0], x[:, 0], x[:, 1]], dim=1)


def constant(rng: Rng) -> Tensor:
    """The last feature is always 3, so the column of ones depends on it."""
    x = rng.integers(9, 2, low=-5, high=6).double()
    return torch.cat([x, torch.full((9, 1), 3.0, dtype=torch.float64)], dim=1)


def few_rows(rng: Rng) -> Tensor:
    """Three rows, four features."""
    return rng.normal(3, 4)


def one_row(rng: Rng) -> Tensor:
    """A single row."""
    return rng.normal(1, 2)


@pytest.mark.points(1.5)
@pytest.mark.parametrize("features", [twice, constant, few_rows, one_row])
def test_dependent_columns_give_the_smallest_weights(student: Runner, reference: Runner, rng: Rng, features) -> None:
    """Where there are many solutions, the one with the smallest sum of squares is returned."""
    x = features(rng)
    call = function_call("normal_equation", {"x": x, "y": rng.normal(len(x), 2)})
    hint = message("X^T X has no inverse here; the pseudo-inverse gives the solution with the smallest sum of squares")
    # X is rank-deficient: rounding decides which singular values count as zero, and changes the last digits
    assert_matches(student.run(call), reference.run(call), hint=hint, rtol=1e-5, atol=1e-5)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("sizes", [(1, 1e6, 1e3), (1e-6, 1, 1e-3)], ids=["large", "small"])
def test_columns_of_different_sizes(
    student: Runner, reference: Runner, rng: Rng, sizes: tuple[float, float, float]
) -> None:
    """The weights are right where features have different units, so that columns differ in scale."""
    x = rng.normal(11, 3) * torch.tensor(sizes, dtype=torch.float64)
    call = function_call("normal_equation", {"x": x, "y": rng.normal(11, 2)})
    hint = message(
        "the columns of X are linearly independent, so no singular value counts as zero; see the tolerance of pinv"
    )
    # 10^6 between the columns makes 10^12 in X^T X, which costs some of the sixteen digits
    assert_matches(student.run(call), reference.run(call), hint=hint, rtol=1e-5, atol=1e-11)


@pytest.mark.points(1)
def test_figures_worked_by_hand(student: Runner) -> None:
    """A small example worked by hand is right, with the gradient of y.

    x = (0, 1, 2), y = (1, 2, 6): the means are 1 and 3. The slope is ((-1)(-2) + 0 (-1) + 1 * 3) / (1 + 0 + 1) = 2.5
    and the bias is 3 - 2.5 * 1 = 0.5. The derivative of the slope with respect to y is (x - 1) / 2 = (-1/2, 0, 1/2),
    that of the bias 1/3 minus it: (5/6, 1/3, -1/6). With the upstream gradient (12, 6), the gradient is (-6 + 5, 2, 6 -
    1) = (-1, 2, 5).
    """
    call = function_call(
        "normal_equation",
        {
            "x": torch.tensor([[0], [1], [2]], dtype=torch.float64),
            "y": torch.tensor([[1], [2], [6]], dtype=torch.float64),
        },
        cotangent=torch.tensor([[12], [6]], dtype=torch.float64),
        grad=["y"],
    )
    right = expected(
        result=torch.tensor([[2.5], [0.5]], dtype=torch.float64),
        gradients={"y": torch.tensor([[-1], [2], [5]], dtype=torch.float64)},
    )
    assert_matches(student.run(call), right, hint=HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("n", [6, 20])
def test_float32_stays_float32(student: Runner, reference: Runner, rng: Rng, n: int) -> None:
    """Features and targets in float32 give weights in float32."""
    arguments = {"x": rng.normal(n, 3, dtype=torch.float32), "y": rng.normal(n, 2, dtype=torch.float32)}
    call = function_call("normal_equation", arguments)
    hint = message("{hint}; the column of ones has the dtype of x", hint=HINT)
    # float32 holds about seven digits, and solving costs some of them
    assert_matches(student.run(call), reference.run(call), hint=hint, rtol=1e-3, atol=1e-3)

"""Hidden tests of backward_pass."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
import torch

from gradkit.suite import Call, Rng, Runner, assert_matches, expected, function_call, message

pytestmark = pytest.mark.question("backward_pass")

HINT = message(
    "two lists, each from layer 1 to layer L: dW(l) = delta(l)^T a(l-1), db(l) = the sum of the rows of delta(l)"
)
DIGITS = torch.float64


def backward_call(rng: Rng, n: int, sizes: Sequence[int], dtype: torch.dtype = DIGITS) -> Call:
    """The gradients of a network of these sizes, for n rows."""
    weights = [rng.normal(after, before, dtype=dtype) for before, after in pairwise(sizes)]
    biases = [rng.normal(after, dtype=dtype) for after in sizes[1:]]
    x, y = rng.normal(n, sizes[0], dtype=dtype), rng.normal(n, sizes[-1], dtype=dtype)
    return function_call("backward_pass", {"weights": weights, "biases": biases, "x": x, "y": y})


def tensors(*numbers: Sequence[Any]) -> list[torch.Tensor]:
    """A float64 tensor of each nested list."""
    return [torch.tensor(one, dtype=DIGITS) for one in numbers]


@pytest.mark.points(1)
@pytest.mark.parametrize(("n", "sizes"), [(5, [3, 2]), (1, [3, 2]), (4, [1, 1])], ids=str)
def test_one_layer(student: Runner, reference: Runner, rng: Rng, n: int, sizes: list[int]) -> None:
    """The gradients of a network of one layer are right."""
    call = backward_call(rng, n, sizes)
    hint = message("the loss is the mean over all N M elements, so dL/dy_hat = 2 (y_hat - y) / (N M)")
    assert_matches(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(1)
@pytest.mark.parametrize(
    ("n", "sizes"), [(5, [3, 4, 2]), (1, [3, 4, 2]), (5, [2, 7, 4, 5, 3]), (4, [1, 1, 1]), (3, [3, 3, 3])], ids=str
)
def test_several_layers(student: Runner, reference: Runner, rng: Rng, n: int, sizes: list[int]) -> None:
    """The gradients are right for several depths and widths."""
    call = backward_call(rng, n, sizes)
    hint = message("{hint}; delta(l-1) = (delta(l) W(l)) * f'(z(l-1))", hint=HINT)
    assert_matches(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(0.5)
def test_figures_worked_by_hand(student: Runner) -> None:
    """A small example worked by hand comes out right.

    x = (1, 2); z(1) = (ln 3, ln 2) as ln 3 * 1 and ln 2 * 2 - ln 2, so a(1) = (3/4, 2/3); y_hat = 8 * 3/4 - 9 * 2/3 - 5
    = -5 against y = -11: delta(2) = 2 * 6 = 12. dW(2) = 12 * (3/4, 2/3) = (9, 8), db(2) = 12. Below the weights:
    12 * (8, -9) = (96, -108); times s (1 - s) = (3/16, 2/9): delta(1) = (18, -24) = db(1), and dW(1) has the rows
    18 * (1, 2) and -24 * (1, 2).
    """
    ln2, ln3 = torch.tensor(2.0, dtype=DIGITS).log().item(), torch.tensor(3.0, dtype=DIGITS).log().item()
    weights = tensors([[ln3, 0], [0, ln2]], [[8, -9]])
    biases = tensors([0, -ln2], [-5])
    x, y = tensors([[1, 2]], [[-11]])
    call = function_call("backward_pass", {"weights": weights, "biases": biases, "x": x, "y": y})
    dws, dbs = tensors([[18, 36], [-24, -48]], [[9, 8]]), tensors([18, -24], [12])
    assert_matches(student.run(call), expected(result=(dws, dbs)), hint=HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("n", [1, 5])
def test_float32_stays_float32(student: Runner, reference: Runner, rng: Rng, n: int) -> None:
    """A network and data in float32 give gradients in float32."""
    call = backward_call(rng, n, [3, 4, 2], torch.float32)
    # float32 holds about seven digits
    assert_matches(student.run(call), reference.run(call), hint=HINT, rtol=1e-4, atol=1e-5)

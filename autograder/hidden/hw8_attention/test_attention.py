"""Hidden tests of attention."""

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from gradkit.suite import Call, Found, Rng, Runner, assert_finite, assert_matches, expected, function_call, message

pytestmark = pytest.mark.question("attention")

HINT = message("softmax(q k^T / sqrt(d)) v, with the softmax over each row of the scores")
MASKED = message("{hint}, over the allowed positions only", hint=HINT)
NOTHING = message("a row with nothing allowed gives zeros, with gradient zero")
SHAPES = [(5, 3), (7, 2), (2, 5, 3), (2, 4, 5, 3), (2, 3, 4, 6, 5), (2, 1, 3), (2, 5, 1), (1, 5, 3), (4, 4, 4)]


def attending(rng: Rng, shape: tuple[int, ...], mask: Tensor | None = None, **options: Any) -> Call:
    """Attention of random tensors, with gradients of q, k and v."""
    arguments: dict[str, Any] = {name: rng.normal(*shape, **options) for name in ("q", "k", "v")}
    if mask is not None:
        arguments["mask"] = mask
    return function_call("attention", arguments, cotangent=rng.normal(*shape, **options))


def some_allowed(rng: Rng, *shape: int) -> Tensor:
    """A random mask in which every row allows its first position and, if it has more, masks its last."""
    mask = rng.uniform(*shape) > 0.5
    mask[..., -1] = False
    mask[..., 0] = True
    return mask


def assert_near(found: Found, right: Found, *, hint: str) -> None:
    """Compare with the docstring's tolerances for float64, which allow a sqrt(d) in float32."""
    assert_matches(found, right, hint=hint, rtol=1e-6, atol=1e-6)


@pytest.mark.points(1.5)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_output_and_gradients_without_mask(
    student: Runner, reference: Runner, rng: Rng, shape: tuple[int, ...]
) -> None:
    """Without a mask, the result and the gradients of q, k and v are right for every shape."""
    call = attending(rng, shape)
    assert_near(student.run(call), reference.run(call), hint=HINT)


@pytest.mark.points(1.5)
@pytest.mark.parametrize("mask", [(5, 5), (2, 1, 5, 5), (4, 5, 5), (2, 4, 5, 5), (4, 1, 5), (1, 5), (5,)], ids=str)
def test_masks_that_broadcast(student: Runner, reference: Runner, rng: Rng, mask: tuple[int, ...]) -> None:
    """With a mask, which may broadcast, only the allowed positions count."""
    call = attending(rng, (2, 4, 5, 3), some_allowed(rng, *mask))
    assert_near(student.run(call), reference.run(call), hint=MASKED)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("learning", [True, False], ids=["with grad", "without grad"])
@pytest.mark.parametrize("mask", ["some", "all"])
def test_inputs_are_left_unchanged(student: Runner, reference: Runner, rng: Rng, mask: str, learning: bool) -> None:
    """Queries, keys, values and the mask are not modified, whether or not they require a gradient."""
    arguments: dict[str, Any] = {name: rng.normal(3, 4, 2) for name in ("q", "k", "v")}
    arguments["mask"] = some_allowed(rng, 4, 4) | (mask == "all")
    call = function_call("attention", arguments, cotangent=rng.normal(3, 4, 2) if learning else None)
    assert_near(student.run(call), reference.run(call), hint=MASKED)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("allowed", [1, 2, 4])
def test_masked_positions_have_no_effect(student: Runner, reference: Runner, rng: Rng, allowed: int) -> None:
    """Masked positions have no effect, however large their scores are."""
    shape = (2, 5, 3)
    mask = (torch.arange(5) < allowed).expand(5, 5).clone()
    q, k, v = (rng.normal(*shape) for _ in range(3))
    k[:, allowed:] *= 1_000
    v[:, allowed:] *= 1_000
    arguments = {"q": q, "k": k, "v": v, "mask": mask}
    call = function_call("attention", arguments, cotangent=rng.normal(*shape))
    assert_near(student.run(call), reference.run(call), hint=MASKED)


@pytest.mark.points(1)
@pytest.mark.parametrize("mask", [(5, 5), (2, 5, 5), (5, 1)], ids=str)
@pytest.mark.parametrize("rows", [[2], [0, 4], [0, 1, 2, 3, 4]], ids=str)
def test_rows_with_nothing_allowed(
    student: Runner, reference: Runner, rng: Rng, rows: list[int], mask: tuple[int, ...]
) -> None:
    """A row with nothing allowed gives zeros and gradients without NaN."""
    allowed = some_allowed(rng, *mask)
    allowed[..., rows, :] = False
    call = attending(rng, (2, 5, 3), allowed)
    found = student.run(call)
    assert_finite(found, hint=NOTHING)
    assert_near(found, reference.run(call), hint=NOTHING)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("size", [1e2, 2e4, 4e4])
def test_large_scores(student: Runner, reference: Runner, rng: Rng, size: float, masked: bool) -> None:
    """Large scores of either sign give right and finite results; in masked rows all allowed scores may be negative."""
    # d = 4, so that a float32 sqrt(d) is exact: for scores of 1e5 its rounding error would exceed the tolerance.
    shape = (2, 5, 4)
    arguments: dict[str, Any] = {"q": rng.uniform(*shape, low=0.5) * size, "k": -rng.uniform(*shape, low=0.5)}
    arguments["k"][0] *= -1
    arguments["v"] = rng.normal(*shape)
    if masked:
        arguments["mask"] = some_allowed(rng, 5, 5)
        arguments["k"][:, -1] *= -1  # the scores of the last position, which is masked, have the opposite sign
    call = function_call("attention", arguments, cotangent=rng.normal(*shape))
    found = student.run(call)
    assert_finite(found, hint=message("exponentials of large numbers overflow; torch.softmax avoids this"))
    assert_near(found, reference.run(call), hint=MASKED if masked else HINT)


@pytest.mark.points(1)
def test_figures_worked_by_hand(student: Runner) -> None:
    """A small example computed by hand comes out right.

    d = 4, so scores are divided by 2. q has the rows (2 ln 3, 0, 0, 0) and zeros, k the rows (1, 0, 0, 0) and zeros.
    The scores of the first row are (ln 3, 0), its weights 3/4 and 1/4; those of the second row are (0, 0), its weights
    1/2 and 1/2. With v = (8, 0, 4, 1) and (0, 8, 0, 1), the first row gives (6, 2, 3, 1), the second (4, 4, 2, 1).
    """
    q = torch.tensor([[2 * math.log(3), 0, 0, 0], [0, 0, 0, 0]], dtype=torch.float64)
    k = torch.tensor([[1, 0, 0, 0], [0, 0, 0, 0]], dtype=torch.float64)
    v = torch.tensor([[8, 0, 4, 1], [0, 8, 0, 1]], dtype=torch.float64)
    found = student.run(function_call("attention", {"q": q, "k": k, "v": v}))
    right = expected(result=torch.tensor([[6, 2, 3, 1], [4, 4, 2, 1]], dtype=torch.float64))
    assert_near(found, right, hint=HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("masked", [False, True])
def test_float32_stays_float32(student: Runner, reference: Runner, rng: Rng, masked: bool) -> None:
    """Tensors in float32 give results and gradients in float32."""
    mask = some_allowed(rng, 5, 5) if masked else None
    call = attending(rng, (40, 5, 3), mask, dtype=torch.float32)
    assert_matches(student.run(call), reference.run(call), hint=HINT, rtol=1e-4, atol=1e-4)

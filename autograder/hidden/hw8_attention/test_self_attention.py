"""Hidden tests of SelfAttention."""

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from gradkit.messages import listed
from gradkit.suite import (
    Call,
    Found,
    Ref,
    Rng,
    Runner,
    Step,
    assert_matches,
    assert_raises,
    check,
    expected,
    message,
    module_call,
)

pytestmark = pytest.mark.question("SelfAttention")

HINT = message(
    "qkv computes all queries, then all keys, then all values; head j has the features j d to (j + 1) d - 1; then out"
)


def random_parameters(rng: Rng, e: int, dtype: torch.dtype = torch.float64) -> dict[str, Tensor]:
    """Weights and biases of both layers, none of them zero."""
    shapes = {"qkv.weight": (3 * e, e), "qkv.bias": (3 * e,), "out.weight": (e, e), "out.bias": (e,)}
    return {name: rng.normal(*shape, dtype=dtype) / math.sqrt(e) for name, shape in shapes.items()}


def attending(rng: Rng, n: int, t: int, e: int, heads: int, mask: Tensor | None = None) -> Call:
    """A module with random parameters, applied to random sequences."""
    arguments = {"x": rng.normal(n, t, e)} | ({} if mask is None else {"mask": mask})
    parameters = random_parameters(rng, e)
    return module_call("SelfAttention", [e, heads], arguments, parameters=parameters, cotangent=rng.normal(n, t, e))


def assert_near(found: Found, right: Found, *, hint: str) -> None:
    """Compare with the docstring's tolerances for float64, which allow a sqrt(d) in float32."""
    assert_matches(found, right, hint=hint, rtol=1e-6, atol=1e-6)


@pytest.mark.points(1)
@pytest.mark.parametrize(("e", "heads"), [(6, 2), (6, 1), (6, 6), (15, 5), (2, 1)])
def test_a_new_module_has_two_layers(student: Runner, e: int, heads: int) -> None:
    """A new module has the layers qkv and out, with random weights, and no other parameters."""
    steps = [Step("module", "student:SelfAttention", [e, heads])]
    found = student.run(Call(steps, observe=("module.state", "module.gradients")))
    state = found.tensors("module.state")
    shapes = {name: tuple(value.shape) for name, value in state.items()}
    right = {"qkv.weight": (3 * e, e), "qkv.bias": (3 * e,), "out.weight": (e, e), "out.bias": (e,)}
    check(
        {name: shapes.get(name) for name in right} == right,
        message(
            "qkv must be nn.Linear(E, 3 * E) and out nn.Linear(E, E), both with bias, whatever the number of heads."
        ),
    )
    extra = sorted(found.gradients("module.gradients").keys() - right.keys())
    check(not extra, message("Only qkv and out may have parameters; remove {extra}.", extra=", ".join(extra)))
    alike = [name for name in ("qkv.weight", "out.weight") if 2 * state[name].unique().numel() <= state[name].numel()]
    check(not alike, message("Most elements of {alike} are equal; initialize them randomly.", alike=listed(alike)))


@pytest.mark.points(1.5)
@pytest.mark.parametrize(
    ("n", "t", "e", "heads"),
    [(3, 5, 8, 2), (3, 5, 6, 3), (2, 7, 15, 5), (1, 5, 6, 2), (3, 1, 6, 2), (3, 5, 4, 1), (4, 4, 4, 4)],
)
@pytest.mark.parametrize("mode", ["train", "eval"])
def test_output_and_gradients_match_reference(
    student: Runner, reference: Runner, rng: Rng, n: int, t: int, e: int, heads: int, mode: str
) -> None:
    """The result and the gradients of x and all parameters are right for several sizes, in both modes.

    In evaluation mode there is an earlier call with a mask, which must not affect the result.
    """
    call = attending(rng, n, t, e, heads)
    steps = [Step("mode", f"object:module.{mode}")]
    if mode == "eval":
        steps.append(Step("earlier", "object:module.__call__", (Ref("x"), Ref("earlier_mask"))))
        words = {"earlier_mask": message("the mask of the earlier call")}
        call = replace(call, inputs={**call.inputs, "earlier_mask": lopsided(t)}, words=words)
    call = replace(call, steps=[*call.steps[:-1], *steps, call.steps[-1]])
    assert_near(student.run(call), reference.run(call), hint=HINT)


def lopsided(size: int, empty: Sequence[int] = ()) -> Tensor:
    """A mask that is not its own transpose, in which some rows allow nothing."""
    mask = torch.ones(size, size, dtype=torch.bool).tril().roll(1, dims=0)
    mask[0, 1:] = False
    mask[list(empty)] = False
    return mask


@pytest.mark.points(0.75)
@pytest.mark.parametrize(("n", "t", "heads"), [(3, 5, 1), (2, 5, 3), (3, 3, 3), (2, 2, 1)])
def test_mask_counts_in_every_head(student: Runner, reference: Runner, rng: Rng, n: int, t: int, heads: int) -> None:
    """A mask (T, T) applies to every sequence and head."""
    call = attending(rng, n, t, 6, heads, lopsided(t))
    assert_near(
        student.run(call), reference.run(call), hint=message("the mask is the same for all sequences and heads")
    )


@pytest.mark.points(0.5)
@pytest.mark.parametrize("empty", [[2], [0, 4], range(5)], ids=str)
def test_rows_with_nothing_allowed(student: Runner, reference: Runner, rng: Rng, empty: Sequence[int]) -> None:
    """For a row of the mask with nothing allowed, the heads give zeros and gradients without NaN."""
    call = attending(rng, 3, 5, 6, 2, lopsided(5, empty))
    hint = message("a row of the mask with nothing allowed passes a row of zeros to out, with gradient zero")
    assert_near(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(0.75)
@pytest.mark.parametrize(("e", "heads"), [(6, 4), (5, 2), (2, 4), (21, 9)])
def test_heads_must_divide(student: Runner, e: int, heads: int) -> None:
    """A number of heads that does not divide the number of features raises a ValueError that names both."""
    found = student.run(Call([Step("module", "student:SelfAttention", [e, heads])], observe=()))
    hint = message("if num_heads does not divide embedding_dim, raise a ValueError that names both")
    assert_raises(found, ValueError, mentions=[str(e), str(heads)], hint=hint)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("learning", [True, False], ids=["with grad", "without grad"])
@pytest.mark.parametrize("t", [3, 4])
def test_inputs_are_left_unchanged(student: Runner, reference: Runner, rng: Rng, t: int, learning: bool) -> None:
    """Sequences and mask are not modified, whether or not x requires a gradient."""
    arguments = {"x": rng.normal(2, t, 6), "mask": lopsided(t)}
    parameters, cotangent = random_parameters(rng, 6), rng.normal(2, t, 6) if learning else None
    call = module_call("SelfAttention", [6, 2], arguments, parameters=parameters, cotangent=cotangent)
    assert_near(student.run(call), reference.run(call), hint=message("create new tensors"))


@pytest.mark.points(0.5)
def test_figures_worked_by_hand(student: Runner) -> None:
    """A small example computed by hand comes out right.

    E = 2 and two heads, so d = 1. Two positions, x = (ln 3, 0) and (0, ln 2). The queries of qkv are x. Its keys have
    weight 0 and bias 1, so they are (1, 1) at both positions. All weights are therefore 1/2, and the values 8 x are
    averaged: (4 ln 3, 4 ln 2) at both positions. out swaps both features and adds (1, 2).
    """
    eye = torch.eye(2, dtype=torch.float64)
    parameters = {
        "qkv.weight": torch.cat([eye, 0 * eye, 8 * eye]),
        "qkv.bias": torch.tensor([0, 0, 1, 1, 0, 0], dtype=torch.float64),
        "out.weight": eye.flip(0),
        "out.bias": torch.tensor([1, 2], dtype=torch.float64),
    }
    x = torch.tensor([[[math.log(3), 0], [0, math.log(2)]]], dtype=torch.float64)
    found = student.run(module_call("SelfAttention", [2, 2], {"x": x}, parameters=parameters))
    row = [4 * math.log(2) + 1, 4 * math.log(3) + 2]
    assert_near(found, expected(result=torch.tensor([[row, row]], dtype=torch.float64)), hint=HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("t", [2, 5])
def test_float32_stays_float32(student: Runner, reference: Runner, rng: Rng, t: int) -> None:
    """A module in float32 gives results and gradients in float32."""
    call = module_call(
        "SelfAttention",
        [6, 2],
        {"x": rng.normal(3, t, 6, dtype=torch.float32)},
        parameters=random_parameters(rng, 6, torch.float32),
        cotangent=rng.normal(3, t, 6, dtype=torch.float32),
        dtype=torch.float32,
    )
    assert_matches(student.run(call), reference.run(call), hint=HINT, rtol=1e-4, atol=1e-4)

"""Hidden tests of cross_entropy."""

import math

import pytest
import torch
from torch import Tensor

from gradkit.suite import Rng, Runner, assert_matches, expected, function_call, message

pytestmark = pytest.mark.question("cross_entropy")

HINT = message("p and q are (..., K); the sum is over the last dimension, so the result is (...)")


def distributions(rng: Rng, *shape: int, low: float = 0.05) -> Tensor:
    """Distributions along the last dimension, without zeros."""
    numbers = rng.uniform(*shape, low=low)
    return numbers / numbers.sum(-1, keepdim=True)


@pytest.mark.points(1)
@pytest.mark.parametrize("shape", [(4,), (1,), (5, 3), (1, 4), (6, 1), (3, 4, 2), (2, 3, 4, 5)])
def test_value_and_gradients_match_reference(
    student: Runner, reference: Runner, rng: Rng, shape: tuple[int, ...]
) -> None:
    """Values and gradients are right for one pair of distributions, and for many at once."""
    arguments = {"p": distributions(rng, *shape), "q": distributions(rng, *shape)}
    call = function_call("cross_entropy", arguments, cotangent=rng.normal(*shape[:-1]))
    assert_matches(student.run(call), reference.run(call), hint=HINT)


@pytest.mark.points(0.5)
def test_rain_of_the_lecture(student: Runner) -> None:
    """The three rain distributions of the lecture give its table of cross-entropies.

    Row p, column q: -p_1 ln q_1 - p_2 ln q_2, with the logarithms (-2.302585, -0.105361) of (0.1, 0.9), (-1.203973,
    -0.356675) of (0.3, 0.7) and (-0.916291, -0.510826) of (0.4, 0.6). The first row, for instance, is
        0.1 * 2.302585 + 0.9 * 0.105361 = 0.32508
        0.1 * 1.203973 + 0.9 * 0.356675 = 0.44140
        0.1 * 0.916291 + 0.9 * 0.510826 = 0.55137
    and a distribution's cross-entropy with itself is the least of its row.
    """
    rain = torch.tensor([[0.1, 0.9], [0.3, 0.7], [0.4, 0.6]], dtype=torch.float64)
    arguments = {"p": rain[:, None].repeat(1, 3, 1), "q": rain[None].repeat(3, 1, 1)}
    table = [[0.32508, 0.44140, 0.55137], [0.76453, 0.61086, 0.63247], [0.98425, 0.69559, 0.67301]]
    right = expected(result=torch.tensor(table, dtype=torch.float64))
    # The figures of the lecture have five decimals.
    found = student.run(function_call("cross_entropy", arguments))
    assert_matches(found, right, hint=HINT, rtol=0, atol=6e-6)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("grad", [["p", "q"], []], ids=["grad", "no_grad"])
def test_figures_worked_by_hand(student: Runner, grad: list[str]) -> None:
    """A small example worked by hand is right, with and without gradients.

    For p = (1/2, 1/4, 1/4) and q = (1/4, 1/2, 1/4) it is 1/2 ln 4 + 1/4 ln 2 + 1/4 ln 4 = 7/4 ln 2. The derivatives are
    -p_k / q_k = -2, -1/2, -1 with respect to q, and -ln q_k = ln 4, ln 2, ln 4 with respect to p; the upstream gradient
    3 multiplies them.
    """
    call = function_call(
        "cross_entropy",
        {
            "p": torch.tensor([1 / 2, 1 / 4, 1 / 4], dtype=torch.float64),
            "q": torch.tensor([1 / 4, 1 / 2, 1 / 4], dtype=torch.float64),
        },
        grad=grad,
        cotangent=torch.tensor(3, dtype=torch.float64) if grad else None,
    )
    slopes = {
        "p": 3 * math.log(2) * torch.tensor([2, 1, 2], dtype=torch.float64),
        "q": torch.tensor([-6, -3 / 2, -3], dtype=torch.float64),
    }
    right = expected(result=torch.tensor(7 / 4 * math.log(2), dtype=torch.float64), gradients=slopes if grad else {})
    assert_matches(student.run(call), right, hint=HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize(
    ("p", "q", "loss", "slopes"),
    [
        ([1.0, 0.0], [0.25, 0.75], math.log(4), [-4, 0]),
        ([0.0, 1.0], [0.0, 1.0], 0.0, [0, -1]),
        ([0.0, 0.5, 0.5], [0.0, 0.25, 0.75], (math.log(4) + math.log(4 / 3)) / 2, [0, -2, -2 / 3]),
        ([0.0, 0.0, 1.0, 0.0], [0.5, 0.0, 0.5, 0.0], math.log(2), [0, 0, -2, 0]),
        ([0.5, 0.5], [1e-60, 1.0], 30 * math.log(10), [-5e59, -0.5]),
        ([1e-20, 1.0, 0.0], [1e-22, 1.0, 0.0], 0.0, [-100, -1, 0]),
        ([1.0, 1e-12], [1.0, 1e-30], 0.0, [-1, -1e18]),
    ],
)
def test_impossible_classes(student: Runner, p: list[float], q: list[float], loss: float, slopes: list[float]) -> None:
    """A term with p_k = 0 is 0, in the value and in the gradient of q, even where q_k = 0; all others are exact.

    The remaining terms: ln 4; ln 1 = 0; (ln 4 + ln 4/3) / 2; ln 2; 1/2 ln 10^60; 10^-20 ln 10^22, which is 0 to eight
    digits. Their derivatives are -p_k / q_k.
    """
    arguments = {"p": torch.tensor(p, dtype=torch.float64), "q": torch.tensor(q, dtype=torch.float64)}
    cotangent = torch.tensor(-1.5, dtype=torch.float64)
    found = student.run(function_call("cross_entropy", arguments, grad=["q"], cotangent=cotangent))
    right = expected(
        result=torch.tensor(loss, dtype=torch.float64),
        gradients={"q": -1.5 * torch.tensor(slopes, dtype=torch.float64)},
    )
    hint = message(
        "0 * log(0) and 0 / 0 are nan in floating point: do not take the logarithm where p is 0, and leave "
        "all other terms unchanged, however small their p or q: no epsilon, no clamp"
    )
    assert_matches(found, right, hint=hint)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("shape", [(3,), (5, 4)])
def test_float32_stays_float32(student: Runner, reference: Runner, rng: Rng, shape: tuple[int, ...]) -> None:
    """Distributions in float32 give a cross-entropy in float32."""
    arguments = {name: distributions(rng, *shape, low=0.5).float() for name in ("p", "q")}
    cotangent = rng.uniform(*shape[:-1], low=1, high=2, dtype=torch.float32)
    call = function_call("cross_entropy", arguments, cotangent=cotangent)
    assert_matches(student.run(call), reference.run(call), hint=HINT, rtol=1e-5, atol=1e-5)

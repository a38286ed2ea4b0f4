"""Hidden tests of softmax_cross_entropy."""

import math

import pytest
import torch

from gradkit.suite import Rng, Runner, assert_matches, expected, function_call, message

pytestmark = pytest.mark.question("softmax_cross_entropy")

HINT = message("logits are (N, K) and labels (N,); each row has one loss, and the result is their mean, shape ()")


@pytest.mark.points(1)
@pytest.mark.parametrize(("n", "k"), [(5, 3), (2, 7), (4, 4), (1, 6), (8, 1), (1, 1), (33, 10)])
def test_loss_and_gradient_match_reference(student: Runner, reference: Runner, rng: Rng, n: int, k: int) -> None:
    """The loss and its gradient are right for several numbers of rows and classes."""
    arguments = {"logits": 2 * rng.normal(n, k), "labels": rng.integers(n, high=k)}
    call = function_call("softmax_cross_entropy", arguments, cotangent=rng.normal())
    assert_matches(student.run(call), reference.run(call), hint=HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize(
    ("numbers", "labels", "loss", "slopes"),
    [
        ([[1, 2, 5], [6, 3, 1]], [2, 1], math.log(16 / 3) / 2, [[5, 10, -15], [24, -28, 4]]),
        ([[1, 1, 1, 1], [1, 1, 1, 1]], [3, 0], math.log(4), [[10, 10, 10, -30], [-30, 10, 10, 10]]),
    ],
    ids=["logarithms", "zeros"],
)
@pytest.mark.parametrize("grad", [["logits"], []], ids=["grad", "no_grad"])
def test_figures_worked_by_hand(
    student: Runner,
    numbers: list[list[float]],
    labels: list[int],
    loss: float,
    slopes: list[list[float]],
    grad: list[str],
) -> None:
    """Small examples worked by hand are right, with and without gradients.

    The rows are logarithms of 1, 2, 5 and of 6, 3, 1, so the probabilities are these divided by 8 and by 10. The
    predicted probabilities of the labels 2 and 1 are 5/8 and 3/10, whose product is 3/16: the loss is ln(16/3) / 2. The
    gradient is the probabilities, minus 1 at the label, divided by N = 2; with the upstream gradient 80, it is 40 times
    that. Four logits of 0 have the probabilities 1/4, and cost ln 4.
    """
    logits = torch.log(torch.tensor(numbers, dtype=torch.float64))
    call = function_call(
        "softmax_cross_entropy",
        {"logits": logits, "labels": torch.tensor(labels)},
        grad=grad,
        cotangent=torch.tensor(80, dtype=torch.float64) if grad else None,
    )
    right = expected(
        result=torch.tensor(loss, dtype=torch.float64),
        gradients={name: torch.tensor(slopes, dtype=torch.float64) for name in grad},
    )
    assert_matches(student.run(call), right, hint=HINT)


@pytest.mark.points(0.5)
def test_scores_of_the_lecture(student: Runner) -> None:
    """The lecture's ten logits, with a logit of 0 for the other class, give the lecture's loss.

    exp(z) / (exp(z) + exp(0)) is the sigmoid of z, so the loss of the rows (0, z_i) is the binary cross-entropy of the
    sigmoids. The first row has the label 0 and the probabilities 0.8177 and 0.1823, and costs -ln 0.8177 = 0.2012; the
    ten rows cost
        0.2012 1.0170 0.1330 1.6297 0.9419 0.7913 1.2194 0.9832 0.5139 0.7898
    which add up to 8.2205; the mean is 0.82205.
    """
    scores = [-1.5010, -0.5681, 1.9500, 1.4116, 0.4478, 0.1876, 0.8693, -0.5146, -0.3979, 0.1848]
    logits = torch.tensor([[0, score] for score in scores], dtype=torch.float64)
    labels = torch.tensor([0, 1, 1, 0, 0, 0, 0, 1, 0, 0])
    found = student.run(function_call("softmax_cross_entropy", {"logits": logits, "labels": labels}))
    right = expected(result=torch.tensor(0.82205, dtype=torch.float64))
    # The figure of the lecture has five decimals.
    assert_matches(found, right, hint=HINT, rtol=0, atol=6e-6)


@pytest.mark.points(0.5)
@pytest.mark.parametrize(
    ("rows", "labels"),
    [
        ([[10_000] * 4], [1]),
        ([[-10_000] * 4], [2]),
        ([[10_000] * 4, [-10_000] * 4, [0] * 4, [700] * 4, [-700] * 4], [3, 0, 1, 2, 2]),
        ([[0, 1_000, -1_000, 40]], [0]),
        ([[10_000, -10_000, 0, 700], [-300, 0, 30, -30], [5, 9_000, -9_000, 5]], [1, 0, 1]),
    ],
    ids=["high", "low", "each_row_elsewhere", "far_apart", "wrong_and_right"],
)
def test_scores_far_from_zero(
    student: Runner, reference: Runner, rng: Rng, rows: list[list[float]], labels: list[int]
) -> None:
    """Logits from -10,000 to 10,000, even far apart in one row, give a finite and exact loss and gradient."""
    logits = torch.tensor(rows, dtype=torch.float64) - rng.uniform(len(rows), 4)
    logits = logits.clamp(-10_000, 10_000)
    call = function_call(
        "softmax_cross_entropy", {"logits": logits, "labels": torch.tensor(labels)}, cotangent=rng.normal()
    )
    hint = message(
        "exp of a large number is inf, and of a very negative one 0, whose logarithm is -inf: subtract the largest"
        " logit of each row first, and simplify the logarithm of the quotient on paper"
    )
    assert_matches(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(0.5)
@pytest.mark.parametrize(("n", "k"), [(1, 4), (5, 3)])
def test_float32_stays_float32(student: Runner, reference: Runner, rng: Rng, n: int, k: int) -> None:
    """Logits in float32 give a loss in float32."""
    arguments = {"logits": rng.normal(n, k, dtype=torch.float32), "labels": torch.arange(n) % k}
    call = function_call("softmax_cross_entropy", arguments, cotangent=rng.normal(dtype=torch.float32))
    assert_matches(student.run(call), reference.run(call), hint=HINT, rtol=1e-4, atol=1e-4)

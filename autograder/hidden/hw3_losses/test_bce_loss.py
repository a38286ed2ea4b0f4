"""Hidden tests of bce_loss.

Values and gradients are compared with a relative tolerance of 1e-3, so that an epsilon or a clamp of at most 1e-7
passes.
"""

import math

import pytest
import torch

from gradkit.suite import Rng, Runner, assert_matches, expected, function_call, message

pytestmark = pytest.mark.question("bce_loss")

HINT = message("y_hat and y are (N,); the loss is the mean over the N examples, shape ()")


@pytest.mark.points(1)
@pytest.mark.parametrize("n", [1, 2, 5, 64])
def test_loss_and_gradient_match_reference(student: Runner, reference: Runner, rng: Rng, n: int) -> None:
    """The loss and its gradient are right for batches of several sizes."""
    call = function_call(
        "bce_loss",
        {"y_hat": rng.uniform(n, low=0.02, high=0.98), "y": rng.binary(n)},
        grad=["y_hat"],
        cotangent=rng.normal(),
    )
    assert_matches(student.run(call), reference.run(call), hint=HINT, rtol=1e-3)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("n", [2, 9])
def test_soft_labels(student: Runner, reference: Runner, rng: Rng, n: int) -> None:
    """Soft labels between 0 and 1 are used unchanged.

    The labels differ clearly from the predictions: where the two are equal, the gradient is 0, and a permitted epsilon
    would make a large relative difference.
    """
    low, high = rng.uniform(n, low=0.2, high=0.4), rng.uniform(n, low=0.6, high=0.8)
    arguments = {"y_hat": torch.cat([low, high]), "y": torch.cat([high, low])}
    call = function_call("bce_loss", arguments, grad=["y_hat"], cotangent=rng.normal())
    hint = message("{hint}; for a soft label between 0 and 1, both terms of the formula count", hint=HINT)
    assert_matches(student.run(call), reference.run(call), hint=hint, rtol=1e-3)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("labels", [[0, 1, 1, 0, 0, 1], [1, 0, 0, 1, 1, 0]], ids=["mixed", "exchanged"])
def test_probabilities_near_the_ends(student: Runner, reference: Runner, rng: Rng, labels: list[int]) -> None:
    """Predictions of 0.001 to 0.999, correct and wrong, have the right loss and gradient."""
    arguments = {
        "y_hat": torch.tensor([0.001, 0.001, 0.003, 0.997, 0.999, 0.999], dtype=torch.float64),
        "y": torch.tensor(labels, dtype=torch.float64),
    }
    call = function_call("bce_loss", arguments, grad=["y_hat"], cotangent=rng.normal())
    hint = message("{hint}; an epsilon or a clamp must be small, at most 1e-7", hint=HINT)
    assert_matches(student.run(call), reference.run(call), hint=hint, rtol=1e-3)


@pytest.mark.points(0.5)
@pytest.mark.parametrize(
    ("y_hat", "y", "loss"),
    [
        ([0.0], [0.0], 0.0),
        ([1.0], [1.0], 0.0),
        ([1.0, 0.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 1.0, 0.0], 0.0),
        ([0.0, 0.25, 1.0, 0.25], [0.0, 1.0, 1.0, 1.0], math.log(4) / 2),
    ],
)
def test_certain_and_right(student: Runner, y_hat: list[float], y: list[float], loss: float) -> None:
    """A correct prediction of exactly 0 or 1 costs nothing, and the loss of the others is unchanged.

    The last case: two terms are 0 and two are -ln(1/4) = ln 4, so the mean over all four is ln(4) / 2.
    """
    arguments = {"y_hat": torch.tensor(y_hat, dtype=torch.float64), "y": torch.tensor(y, dtype=torch.float64)}
    found = student.run(function_call("bce_loss", arguments))
    hint = message("0 * log(0) is nan in floating-point arithmetic, but the term should be 0 (within 1e-6)")
    assert_matches(found, expected(result=torch.tensor(loss, dtype=torch.float64)), hint=hint, rtol=0, atol=1e-6)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("grad", [["y_hat"], []], ids=["grad", "no_grad"])
def test_figures_worked_by_hand(student: Runner, grad: list[str]) -> None:
    """A small example worked by hand is right, with and without a gradient.

    The labels 1, 0, 1 have the predicted probabilities 1/2, 1 - 1/4 = 3/4 and 4/5, whose product is 3/10: the loss is
    -ln(0.3) / 3 = 0.401324. The derivatives of the terms are -1 / y_hat = -2, 1 / (1 - y_hat) = 4/3 and -5/4; the
    upstream gradient -6, divided by N = 3, multiplies them by -2: the gradient is 4, -8/3, 5/2.
    """
    call = function_call(
        "bce_loss",
        {
            "y_hat": torch.tensor([1 / 2, 1 / 4, 4 / 5], dtype=torch.float64),
            "y": torch.tensor([1, 0, 1], dtype=torch.float64),
        },
        grad=grad,
        cotangent=torch.tensor(-6, dtype=torch.float64) if grad else None,
    )
    right = expected(
        result=torch.tensor(0.401324, dtype=torch.float64),
        gradients={name: torch.tensor([4, -8 / 3, 5 / 2], dtype=torch.float64) for name in grad},
    )
    assert_matches(student.run(call), right, hint=HINT, rtol=1e-3)


@pytest.mark.points(0.5)
def test_scores_of_the_lecture(student: Runner) -> None:
    """The sigmoids of the lecture's ten logits give the lecture's loss.

    The sigmoid of the first logit is 1 / (1 + exp(1.5010)) = 1 / 5.4862 = 0.1823. The predicted probabilities of the
        ten labels are 0.8177 0.3617 0.8754 0.1960 0.3899 0.4532 0.2954 0.3741 0.5982 0.4539 with the negative
        logarithms (of the unrounded numbers) 0.2012 1.0170 0.1330 1.6297 0.9419 0.7913 1.2194 0.9832 0.5139 0.7898
        which add up to 8.2205; the mean is 0.82205.
    """
    scores = [-1.5010, -0.5681, 1.9500, 1.4116, 0.4478, 0.1876, 0.8693, -0.5146, -0.3979, 0.1848]
    y_hat = torch.sigmoid(torch.tensor(scores, dtype=torch.float64))
    y = torch.tensor([0, 1, 1, 0, 0, 0, 0, 1, 0, 0], dtype=torch.float64)
    found = student.run(function_call("bce_loss", {"y_hat": y_hat, "y": y}))
    right = expected(result=torch.tensor(0.82205, dtype=torch.float64))
    assert_matches(found, right, hint=HINT, rtol=1e-3)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("n", [1, 5])
def test_float32_stays_float32(student: Runner, reference: Runner, rng: Rng, n: int) -> None:
    """Predictions and labels in float32 give a loss in float32."""
    call = function_call(
        "bce_loss",
        {"y_hat": rng.uniform(n, low=0.25, high=0.75, dtype=torch.float32), "y": (torch.arange(n) % 2).float()},
        grad=["y_hat"],
        cotangent=rng.normal(dtype=torch.float32),
    )
    assert_matches(student.run(call), reference.run(call), hint=HINT, rtol=1e-3)

"""Hidden tests of bce_with_logits."""

import math

import pytest
import torch

from gradkit.suite import Rng, Runner, assert_matches, expected, function_call, message

pytestmark = pytest.mark.question("bce_with_logits")

HINT = message("z and y are (N,); the loss is the mean over the N examples, shape ()")


@pytest.mark.points(0.5)
@pytest.mark.parametrize("n", [1, 2, 7, 33])
def test_loss_and_gradient_match_reference(student: Runner, reference: Runner, rng: Rng, n: int) -> None:
    """The loss and its gradient are right for batches of several sizes."""
    arguments = {"z": 3 * rng.normal(n), "y": rng.binary(n)}
    call = function_call("bce_with_logits", arguments, grad=["z"], cotangent=rng.normal())
    assert_matches(student.run(call), reference.run(call), hint=HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("n", [1, 2, 9])
def test_soft_labels(student: Runner, reference: Runner, rng: Rng, n: int) -> None:
    """Soft labels between 0 and 1 are used unchanged."""
    arguments = {"z": 2 * rng.normal(n), "y": rng.uniform(n, low=0.05, high=0.95)}
    call = function_call("bce_with_logits", arguments, grad=["z"], cotangent=rng.normal())
    hint = message("{hint}; for a soft label between 0 and 1, both terms of the formula count", hint=HINT)
    assert_matches(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(0.5)
@pytest.mark.parametrize(
    ("z", "y", "loss", "slopes"),
    [
        ([10_000.0], [1.0], 0.0, [0.0]),
        ([-10_000.0], [0.0], 0.0, [0.0]),
        ([10_000.0], [0.0], 10_000.0, [1.0]),
        ([-10_000.0], [1.0], 10_000.0, [-1.0]),
        ([50.0, -40.0], [0.0, 1.0], 45.0, [0.5, -0.5]),
        ([1_000.0, -800.0, 200.0, -100.0], [0.0, 0.0, 1.0, 1.0], 275.0, [0.25, 0.0, 0.0, -0.25]),
    ],
)
def test_large_scores(student: Runner, z: list[float], y: list[float], loss: float, slopes: list[float]) -> None:
    """Logits from -10,000 to 10,000, of the right and the wrong sign, give an exact loss and gradient.

    A logit of the right sign costs 0, with the derivative 0. One of the wrong sign costs |z|, with the derivative 1 or
    -1, the sign of z, up to exp(-40) or less. So 50 and -40, both wrong, cost 50 and 40, with the mean 45. In the last
    case the first and the last are wrong: (1,000 + 100) / 4, and their derivatives are 1 and -1, divided by 4.
    """
    call = function_call(
        "bce_with_logits",
        {"z": torch.tensor(z, dtype=torch.float64), "y": torch.tensor(y, dtype=torch.float64)},
        grad=["z"],
        cotangent=torch.tensor(-2.5, dtype=torch.float64),
    )
    right = expected(
        result=torch.tensor(loss, dtype=torch.float64),
        gradients={"z": -2.5 * torch.tensor(slopes, dtype=torch.float64)},
    )
    hint = message(
        "the sigmoid of a large logit is rounded to 0 or 1: simplify the logarithm of the sigmoid on paper first"
    )
    assert_matches(student.run(call), right, hint=hint)


@pytest.mark.points(0.5)
def test_scores_of_the_lecture(student: Runner) -> None:
    """The lecture's ten logits give the lecture's loss, with its gradient.

    The gradient is (sigmoid - label) / 10: the first sigmoid is 1 / (1 + exp(1.5010)) = 0.1823, so with the upstream
        gradient 10 the first derivative is 0.1823. The others are 0.3617 - 1, 0.8754 - 1, 0.8040, 0.6101, 0.5468,
        0.7046, 0.3741 - 1, 0.4018, 0.5461 The loss is the mean of the negative logarithms of the predicted
        probabilities of the labels, 0.2012 1.0170 0.1330 1.6297 0.9419 0.7913 1.2194 0.9832 0.5139 0.7898 which add up
        to 8.2205; the mean is 0.82205.
    """
    scores = [-1.5010, -0.5681, 1.9500, 1.4116, 0.4478, 0.1876, 0.8693, -0.5146, -0.3979, 0.1848]
    labels = [0, 1, 1, 0, 0, 0, 0, 1, 0, 0]
    slopes = [0.1823, -0.6383, -0.1246, 0.8040, 0.6101, 0.5468, 0.7046, -0.6259, 0.4018, 0.5461]
    arguments = {"z": torch.tensor(scores, dtype=torch.float64), "y": torch.tensor(labels, dtype=torch.float64)}
    cotangent = torch.tensor(10, dtype=torch.float64)
    found = student.run(function_call("bce_with_logits", arguments, grad=["z"], cotangent=cotangent))
    right = expected(
        result=torch.tensor(0.82205, dtype=torch.float64),
        gradients={"z": torch.tensor(slopes, dtype=torch.float64)},
    )
    # The figures of the lecture have four and five decimals.
    assert_matches(found, right, hint=HINT, rtol=0, atol=6e-5)


@pytest.mark.points(0.5)
@pytest.mark.parametrize(
    ("z", "y", "loss", "slopes"),
    [
        ([math.log(3), -math.log(3), math.log(4)], [1, 1, 0], math.log(80 / 3) / 3, [1, 3, -16 / 5]),
        ([0, 0, 0], [0, 1, 1 / 4], math.log(2), [-2, 2, -1]),
        ([0], [1], math.log(2), [6]),
    ],
    ids=["logarithms", "zeros", "zero"],
)
@pytest.mark.parametrize("grad", [["z"], []], ids=["grad", "no_grad"])
def test_figures_worked_by_hand(
    student: Runner, z: list[float], y: list[float], loss: float, slopes: list[float], grad: list[str]
) -> None:
    """Small examples worked by hand are right, with and without gradients.

    The logits ln 3, -ln 3 and ln 4 have the sigmoids 3/4, 1/4 and 4/5. The predicted probabilities of the labels 1, 1,
    0 are 3/4, 1/4 and 1/5, whose product is 3/80: the loss is ln(80/3) / 3. The derivatives are (sigmoid - label) / 3 =
    -1/12, -1/4 and 4/15; the upstream gradient -12 makes them 1, 3 and -16/5. A logit of 0 has the sigmoid 1/2 and
    costs ln 2 for any label; the derivatives (1/2 - label) / 3 become -2, 2 and -1.
    """
    call = function_call(
        "bce_with_logits",
        {"z": torch.tensor(z, dtype=torch.float64), "y": torch.tensor(y, dtype=torch.float64)},
        grad=grad,
        cotangent=torch.tensor(-12, dtype=torch.float64) if grad else None,
    )
    right = expected(
        result=torch.tensor(loss, dtype=torch.float64),
        gradients={name: torch.tensor(slopes, dtype=torch.float64) for name in grad},
    )
    assert_matches(student.run(call), right, hint=HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("n", [1, 64])
def test_float32_stays_float32(student: Runner, reference: Runner, rng: Rng, n: int) -> None:
    """Logits and labels in float32 give a loss in float32."""
    z, y = rng.normal(n, dtype=torch.float32), rng.binary(n, dtype=torch.float32)
    cotangent = rng.normal(dtype=torch.float32)
    call = function_call("bce_with_logits", {"z": z, "y": y}, grad=["z"], cotangent=cotangent)
    assert_matches(student.run(call), reference.run(call), hint=HINT, rtol=1e-5, atol=1e-5)

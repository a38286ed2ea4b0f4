"""Public checks of homework 3. They are a first look: grading tries other values and sizes."""

import math

import losses
import torch

LOSSES = {
    "mse_loss": lambda y_hat, y: ((y_hat - y) ** 2).mean(),
    "mae_loss": lambda y_hat, y: (y_hat - y).abs().mean(),
}


def unchanged(function, *arguments):
    """The result of a function, which must not modify its arguments."""
    before = [argument.detach().clone() for argument in arguments]
    result = function(*arguments)
    for number, (argument, old) in enumerate(zip(arguments, before, strict=True), start=1):
        assert torch.equal(argument, old), (
            f"argument {number} was modified in place: it was {old} and is now {argument}"
        )
    return result


def one_number(loss, dtype):
    """The value of a loss, which must be a tensor of shape () with the dtype of the input."""
    assert isinstance(loss, torch.Tensor), f"the loss should be a tensor, not a {type(loss).__name__}"
    assert tuple(loss.shape) == (), f"the loss is one number, of shape (); yours has the shape {tuple(loss.shape)}"
    assert loss.dtype == dtype, f"for {dtype} inputs the loss should be {dtype}; yours is {loss.dtype}"
    return loss.item()


def slopes_of(function, x, *others):
    """The gradient of a loss with respect to x, as a list."""
    x = x.clone().requires_grad_()
    loss = function(x, *others)
    assert isinstance(loss, torch.Tensor), f"the result should be a tensor, not a {type(loss).__name__}"
    assert loss.requires_grad, (
        "the result is detached from the graph; detach(), .data, .item(), numpy and no_grad do that"
    )
    loss.sum().backward()
    assert x.grad is not None, "no gradient reached the input; detach(), .data, .item() and numpy all cut the graph"
    return x.grad


def close(found, expected, tolerance=1e-5):
    """Whether two tensors are close."""
    return torch.allclose(found.double(), expected.double(), rtol=tolerance, atol=tolerance)


def test_regression_losses_of_a_small_example():
    """The errors -1, 0 and -3 have the mean square 10/3 and the mean absolute value 4/3, in the dtype of y_hat."""
    for dtype in (torch.float32, torch.float64):
        y_hat, y = torch.tensor([2, 5, 1], dtype=dtype), torch.tensor([3, 5, 4], dtype=dtype)
        for name, expected in (("mse_loss", 10 / 3), ("mae_loss", 4 / 3)):
            loss = one_number(unchanged(getattr(losses, name), y_hat, y), dtype)
            assert abs(loss - expected) < 1e-5, (
                f"{name} should be {expected:.4f} here; yours is {loss:.4f}. Is it the mean over all elements?"
            )


def test_regression_losses_of_any_shape():
    """Each loss is one number for any number of dimensions, including none, and its gradient is right."""
    for shape in ((), (3,), (4, 3), (2, 2, 5)):
        y_hat, y = torch.randn(shape, dtype=torch.float64), torch.randn(shape, dtype=torch.float64)
        if len(shape) > 1:
            y_hat[0] = y[0] + 1e-5  # a near miss
        for name, right in LOSSES.items():
            function = getattr(losses, name)
            loss, expected = one_number(function(y_hat, y), torch.float64), right(y_hat, y).item()
            assert abs(loss - expected) < 1e-8, f"{name} of shape {shape} should be {expected}; yours is {loss}"
            found, slopes = slopes_of(function, y_hat, y), slopes_of(right, y_hat, y)
            assert close(found, slopes), f"the gradient of {name} should be {slopes}; yours is {found}"


def test_regression_losses_refuse_unequal_shapes():
    """A column and a vector give a ValueError, not a matrix of all differences."""
    for name in LOSSES:
        for first, second in (
            ((3, 1), (3,)),
            ((3,), (3, 1)),
            ((2, 5), (1, 5)),
            ((2, 5), (5,)),
            ((2, 3), (3, 2)),
            ((4,), ()),
        ):
            try:
                getattr(losses, name)(torch.zeros(first), torch.zeros(second))
            except ValueError as error:
                said = str(error)
            else:
                raise AssertionError(f"{name} of shapes {first} and {second} should raise a ValueError")
            missing = [size for size in (*first, *second) if str(size) not in said]
            assert not missing, (
                f"the ValueError of {name} should name both shapes, {first} and {second}; it says: {said}"
            )


def test_regression_losses_of_a_hit():
    """Where a prediction equals its target, the gradient of mae_loss is finite."""
    found = slopes_of(losses.mae_loss, torch.tensor([5.0, 2.0]), torch.tensor([5.0, 1.0]))
    assert found.isfinite().all(), f"the gradient should be finite; yours is {found.tolist()}"


def test_is_distribution_tells_right_from_wrong():
    """Entries may be 0 but not negative, however slightly; the sum may differ from 1 by tol."""
    for numbers, tol, expected in (
        ([0.2, 0.3, 0.5], 1e-6, True),
        ([0.2, 0.3, 0.4], 1e-6, False),
        ([0.2, 0.3, 0.6], 1e-6, False),
        ([1.2, -0.2], 1e-6, False),
        ([1.0, 0.0, 0.0], 1e-6, True),
        ([1 + 1e-9, -1e-9], 1e-6, False),
        ([1 + 1e-9, -1e-9], 0.25, False),
        ([0.5, 0.5 + 1e-5], 1e-6, False),
        ([0.5, 0.5 - 1e-5], 1e-4, True),
        ([0.75, 0.5], 0.5, True),
        ([0.25, 0.25], 0.75, True),
        ([0.25, 0.25], 0.25, False),
        ([0.75, 0.75], 0.25, False),
        ([0.5, 0.75], 0.25, True),
        ([0.5, 0.5], 0.0, True),
        ([1.0], 1e-6, True),
        ([0.5, 0.5, -1e-50], 1e-6, False),
        ([1.05, 0.0], 0.1, True),
    ):
        p = torch.tensor(numbers, dtype=torch.float64)
        answer = unchanged(lambda p, tol=tol: losses.is_distribution(p, tol), p)
        assert answer == expected, f"is_distribution({numbers}, tol={tol}) should be {expected}; yours is {answer}"
    for off, expected in ((5e-7, True), (3e-6, False)):
        p = torch.tensor([0.5, 0.5 + off], dtype=torch.float64)
        assert losses.is_distribution(p) == expected, "tol should be 1e-6 by default"


def test_is_distribution_gives_a_bool():
    """The result is a Python bool."""
    answer = losses.is_distribution(torch.tensor([0.5, 0.5]))
    assert isinstance(answer, bool), f"the result should be True or False, not a {type(answer).__name__}"


def test_is_distribution_has_a_tolerance_for_the_sum():
    """A sum of 1.1 is outside the default tolerance, and within a tolerance of 0.2."""
    p = torch.tensor([0.5, 0.6], dtype=torch.float64)
    assert not losses.is_distribution(p), "the sum 1.1 differs from 1 by more than 1e-6: the result should be False"
    assert losses.is_distribution(p, tol=0.2), "the sum 1.1 is within 0.2 of 1: with tol=0.2 the result should be True"


def test_cross_entropy_of_a_rain_forecast():
    """The truth (0.1, 0.9) and the forecast (0.3, 0.7) have the cross-entropy 0.44140, as in the lecture."""
    h = losses.cross_entropy(torch.tensor([0.1, 0.9]), torch.tensor([0.3, 0.7]))
    assert tuple(h.shape) == (), f"one pair of distributions gives one number, shape (); yours is {tuple(h.shape)}"
    assert abs(h.item() - 0.44140) < 2e-5, (
        f"H should be 0.44140; yours is {h.item():.5f}. Is it minus the sum of p times the natural logarithm of q?"
    )


def test_cross_entropy_keeps_the_pairs_apart():
    """Two pairs of distributions, (2, K), give two numbers."""
    p = torch.tensor([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]])
    q = torch.tensor([[0.5, 0.25, 0.25], [0.25, 0.25, 0.5]])
    h = losses.cross_entropy(p, q)
    assert tuple(h.shape) == (2,), f"two pairs give the shape (2,); yours is {tuple(h.shape)}"
    expected = torch.tensor([1.5, 1.0]) * math.log(2)
    assert torch.allclose(h, expected), f"they should be 3/2 ln 2 and ln 2, {expected.tolist()}; yours are {h.tolist()}"


def test_cross_entropy_of_other_shapes():
    """The sum is over the last dimension, however many there are before it; gradients reach q and p."""
    for dtype in (torch.float32, torch.float64):
        for shape in ((4,), (1,), (3, 3), (1, 3), (2, 5, 3)):
            p, q = torch.rand(shape, dtype=dtype) + 0.1, torch.rand(shape, dtype=dtype) + 0.1
            p, q = p / p.sum(-1, keepdim=True), q / q.sum(-1, keepdim=True)
            h, expected = unchanged(losses.cross_entropy, p, q), -(p * q.log()).sum(-1)
            assert h.shape == expected.shape, f"the shape should be {tuple(expected.shape)}; yours is {tuple(h.shape)}"
            assert h.dtype == dtype, f"{dtype} distributions should give {dtype}; yours is {h.dtype}"
            assert close(h, expected, 1e-5 if dtype == torch.float32 else 1e-9), f"H should be {expected}; yours is {h}"
            for name, found, slopes in (
                ("q", slopes_of(lambda q, p=p: losses.cross_entropy(p, q), q), -p / q),
                ("p", slopes_of(losses.cross_entropy, p, q), -q.log()),
            ):
                assert close(found, slopes), f"the gradient of {name} should be {slopes}; yours is {found}"


def test_cross_entropy_of_an_impossible_class():
    """A term with p = 0 is 0, with the derivative 0, not nan, for any q; all others are exact."""
    for p, q, expected, slopes in (
        ([0.0, 1.0], [0.0, 1.0], 0.0, [0.0, -1.0]),
        ([0.0, 0.75, 0.25], [0.5, 0.25, 0.25], math.log(4), [0.0, -3.0, -1.0]),
        ([0.25, 0.75], [1e-80, 1.0], 20 * math.log(10), [-2.5e79, -0.75]),
        ([1e-17, 1.0], [1e-18, 1.0], 0.0, [-10.0, -1.0]),
    ):
        p, q = torch.tensor(p, dtype=torch.float64), torch.tensor(q, dtype=torch.float64)
        h = losses.cross_entropy(p, q).item()
        assert abs(h - expected) < 1e-8, (
            f"H should be {expected} for p = {p.tolist()} and q = {q.tolist()}, but yours is {h}; what is 0 * log(0)? "
            "Are all other terms exact?"
        )
        found = slopes_of(lambda q, p=p: losses.cross_entropy(p, q), q).tolist()
        assert close(torch.tensor(found), torch.tensor(slopes), 1e-8), (
            f"the gradient should be {slopes}; yours is {found}"
        )


def test_bce_loss_is_one_number():
    """The loss of a batch is a tensor of shape ()."""
    loss = losses.bce_loss(torch.tensor([0.3, 0.6, 0.9]), torch.tensor([0.0, 1.0, 1.0]))
    assert isinstance(loss, torch.Tensor), f"the loss should be a tensor, not a {type(loss).__name__}"
    assert tuple(loss.shape) == (), f"the loss is the mean over the batch, so shape (); yours is {tuple(loss.shape)}"


def test_bce_loss_of_undecided_predictions():
    """Predicting 0.5 costs ln 2, for any label and batch size."""
    for labels in ([1.0], [0.0], [0.0, 1.0, 1.0, 0.0]):
        loss = losses.bce_loss(torch.full((len(labels),), 0.5), torch.tensor(labels)).item()
        assert abs(loss - math.log(2)) < 1e-4, (
            f"y_hat = 0.5 for all labels {labels} should cost ln 2 = {math.log(2):.4f}; yours is {loss:.4f}. "
            "Is it minus, the natural logarithm, and the mean over the batch?"
        )


def test_bce_loss_tells_the_labels_apart():
    """Predicting 0.9 costs little if the label is 1, and much if it is 0."""
    for label, probability in ((1.0, 0.9), (0.0, 0.1)):
        loss = losses.bce_loss(torch.tensor([0.9]), torch.tensor([label])).item()
        expected = -math.log(probability)
        assert abs(loss - expected) < 1e-3, (
            f"y_hat = 0.9 and label {label:.0f} should cost -ln {probability} = {expected:.4f}; yours is {loss:.4f}"
        )


def test_bce_loss_of_a_certain_and_right_prediction():
    """A correct prediction of exactly 0 or 1 costs nothing."""
    y_hat, y = torch.tensor([0.0, 1.0], dtype=torch.float64), torch.tensor([0.0, 1.0], dtype=torch.float64)
    loss = unchanged(losses.bce_loss, y_hat, y)
    assert abs(loss.item()) < 1e-6, f"the loss should be 0 here, but yours is {loss.item()}; what is 0 * log(0)?"


def test_bce_loss_and_slopes_of_a_batch():
    """The loss is the mean over the batch, also for soft labels, and gradients reach y_hat."""
    for dtype in (torch.float32, torch.float64):
        y_hat = torch.tensor([0.3, 0.001, 0.9, 0.999, 0.6, 0.002, 0.45], dtype=dtype)
        for labels in ([0, 1, 1, 0, 1, 0, 0], [1, 0, 0, 1, 0, 1, 1], [0.25, 1, 0.3, 0, 0.75, 0, 0.9]):
            y = torch.tensor(labels, dtype=dtype)
            loss = one_number(unchanged(losses.bce_loss, y_hat, y), dtype)
            expected = -(y * y_hat.log() + (1 - y) * (1 - y_hat).log()).mean().item()
            assert abs(loss - expected) < 1e-3 * expected, (
                f"y_hat = {y_hat.tolist()} and the labels {labels} should cost {expected:.5f}; yours is {loss:.5f}. "
                "An epsilon or a clamp may be at most 1e-7, and soft labels between 0 and 1 are allowed"
            )
            found, slopes = slopes_of(losses.bce_loss, y_hat, y), ((1 - y) / (1 - y_hat) - y / y_hat) / len(y)
            assert close(found, slopes, 1e-3), f"the gradient should be {slopes.tolist()}; yours is {found.tolist()}"


def test_bce_loss_of_certain_predictions_among_others():
    """Correct predictions of exactly 0 or 1 cost nothing, and the loss of the others is unchanged."""
    y_hat, y = torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64), torch.tensor([0.0, 1.0, 1.0], dtype=torch.float64)
    loss = losses.bce_loss(y_hat, y).item()
    assert abs(loss - math.log(2) / 3) < 1e-6, (
        f"the loss should be ln(2) / 3 = {math.log(2) / 3:.6f}; yours is {loss:.6f}"
    )


def test_bce_with_logits_of_a_small_example():
    """The logits ln 3 and -ln 4 with the labels 1 and 0 cost (ln 4/3 + ln 5/4) / 2."""
    z = torch.tensor([math.log(3), -math.log(4)])
    loss = losses.bce_with_logits(z, torch.tensor([1.0, 0.0]))
    assert tuple(loss.shape) == (), f"the loss is the mean over the batch, so shape (); yours is {tuple(loss.shape)}"
    expected = math.log(5 / 3) / 2
    assert abs(loss.item() - expected) < 1e-5, f"the loss should be {expected:.5f}; yours is {loss.item():.5f}"


def test_bce_with_logits_of_the_lecture():
    """The ten logits of the lecture cost 0.82205."""
    z = torch.tensor([-1.5010, -0.5681, 1.9500, 1.4116, 0.4478, 0.1876, 0.8693, -0.5146, -0.3979, 0.1848])
    loss = losses.bce_with_logits(z, torch.tensor([0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0])).item()
    assert abs(loss - 0.82205) < 2e-5, f"the lecture's loss is 0.82205; yours is {loss:.5f}"


def test_bce_with_logits_of_a_large_score():
    """A logit of 300, 1,000 or -1,000 of the wrong sign costs its absolute value, with the derivative 1 or -1."""
    for score, label in ((300.0, 0.0), (1000.0, 0.0), (-1000.0, 1.0)):
        z = torch.tensor([score], requires_grad=True)
        loss = losses.bce_with_logits(z, torch.tensor([label]))
        assert abs(loss.item() - abs(score)) < 1e-2, (
            f"the logit {score:.0f} with the label {label:.0f} should cost {abs(score):.0f}; yours is {loss.item()}. "
            "Which exponential or logarithm overflows?"
        )
        loss.backward()
        assert z.grad is not None, "no gradient reached z; detach(), .data, .item() and numpy all cut the graph"
        expected = math.copysign(1.0, score)
        assert abs(z.grad.item() - expected) < 1e-4, f"the derivative should be {expected}; yours is {z.grad.item()}"


def test_bce_with_logits_and_slopes_of_a_batch():
    """The loss is the mean over the batch, also for soft labels, and the gradient is (s(z) - y) / N."""
    for dtype in (torch.float32, torch.float64):
        z, y = (
            torch.tensor([0.0, -2.0, 0.5, 3.0, 0.0], dtype=dtype),
            torch.tensor([1.0, 0.0, 0.75, 0.0, 0.1], dtype=dtype),
        )
        s = 1 / (1 + torch.exp(-z))
        expected = -(y * s.log() + (1 - y) * (1 - s).log()).mean().item()
        loss = one_number(unchanged(losses.bce_with_logits, z, y), dtype)
        tolerance = 1e-5 if dtype == torch.float32 else 1e-9
        assert abs(loss - expected) < tolerance, f"the loss should be {expected:.8f}; yours is {loss:.8f}"
        found, slopes = slopes_of(losses.bce_with_logits, z, y), (s - y) / len(z)
        assert close(found, slopes, tolerance), (
            f"at the logits {z.tolist()} the gradient should be {slopes.tolist()}; yours is {found.tolist()}"
        )


def test_bce_with_logits_of_large_scores_in_a_batch():
    """Large logits of the right sign cost nothing, and those of the wrong sign cost their absolute value."""
    z, y = torch.tensor([600.0, -900.0, -30.0, 80.0, 5_000.0]), torch.tensor([1.0, 0.0, 1.0, 0.0, 0.0])
    z, y = z.double(), y.double()
    loss = losses.bce_with_logits(z, y).item()
    assert abs(loss - 1022) < 1e-6, f"the loss should be (30 + 80 + 5000) / 5 = 1022; yours is {loss}"
    found, slopes = slopes_of(losses.bce_with_logits, z, y), torch.tensor([0.0, 0.0, -0.2, 0.2, 0.2])
    assert close(found, slopes, 1e-8), f"the gradient should be {slopes.tolist()}; yours is {found.tolist()}"


def test_softmax_cross_entropy_of_a_small_example():
    """The logits ln 1, ln 2 and ln 5 have the probabilities 1/8, 2/8 and 5/8."""
    logits = torch.log(torch.tensor([[1.0, 2.0, 5.0]]))
    for label, probability in ((0, 1 / 8), (2, 5 / 8)):
        loss = losses.softmax_cross_entropy(logits, torch.tensor([label])).item()
        expected = -math.log(probability)
        assert abs(loss - expected) < 1e-5, f"the label {label} should cost {expected:.5f}; yours is {loss:.5f}"


def test_softmax_cross_entropy_is_the_mean_over_the_rows():
    """Equal logits for 4 classes cost ln 4, for any labels and number of rows."""
    for labels in ([1], [0, 3, 2]):
        loss = losses.softmax_cross_entropy(torch.zeros(len(labels), 4), torch.tensor(labels))
        assert tuple(loss.shape) == (), f"the loss is one number, of shape (); yours is {tuple(loss.shape)}"
        assert abs(loss.item() - math.log(4)) < 1e-5, f"the loss should be ln 4 = {math.log(4):.5f}; yours is {loss}"


def test_softmax_cross_entropy_of_large_scores():
    """Adding 1,000 to all logits of a row changes nothing."""
    loss = losses.softmax_cross_entropy(torch.full((2, 4), 1000.0), torch.tensor([0, 1])).item()
    assert abs(loss - math.log(4)) < 1e-3, (
        f"the loss should be ln 4 = {math.log(4):.5f}; yours is {loss}. exp(1000) is inf"
    )


def test_softmax_cross_entropy_and_slopes_of_several_rows():
    """The gradient of a row is its probabilities, minus 1 at the label, divided by the number of rows."""
    for dtype in (torch.float32, torch.float64):
        numbers = torch.tensor([[1, 2, 5], [6, 1, 1], [2, 2, 4], [1, 3, 4]], dtype=dtype)
        labels = torch.tensor([2, 1, 0, 2])
        p = numbers / 8
        expected = -math.log(5 / 8 * 1 / 8 * 2 / 8 * 4 / 8) / 4
        logits = numbers.log() + torch.tensor([[0.0], [3.0], [-2.0], [0.0]], dtype=dtype)
        loss = one_number(unchanged(losses.softmax_cross_entropy, logits, labels), dtype)
        tolerance = 1e-5 if dtype == torch.float32 else 1e-9
        assert abs(loss - expected) < tolerance, f"the loss should be {expected:.8f}; yours is {loss:.8f}"
        found, slopes = slopes_of(losses.softmax_cross_entropy, logits, labels), (p - torch.eye(3)[labels]) / 4
        assert close(found, slopes, tolerance), f"the gradient should be {slopes.tolist()}; yours is {found.tolist()}"


def test_softmax_cross_entropy_of_scores_far_from_zero():
    """Logits of -9,000, of 9,000 and far apart in one row give a finite loss and gradient."""
    for rows, labels, expected, slopes in (
        ([[-9_000.0, -9_000.0], [9_000.0, 9_000.0]], [0, 1], math.log(2), [[-0.25, 0.25], [0.25, -0.25]]),
        ([[0.0, 2_000.0, -2_000.0]], [0], 2_000.0, [[-1.0, 1.0, 0.0]]),
        ([[0.0, 2_000.0, -2_000.0]], [1], 0.0, [[0.0, 0.0, 0.0]]),
        ([[-9_000.0, 9_000.0], [0.0, 60.0]], [0, 0], 9_030.0, [[-0.5, 0.5], [-0.5, 0.5]]),
    ):
        logits, labels = torch.tensor(rows, dtype=torch.float64), torch.tensor(labels)
        loss = losses.softmax_cross_entropy(logits, labels).item()
        assert abs(loss - expected) < 1e-6, (
            f"the logits {rows} and the labels {labels.tolist()} should cost {expected:.6f}; yours is {loss}. "
            "Subtract the largest logit from each row, and write the logarithm of the quotient as a difference"
        )
        found = slopes_of(losses.softmax_cross_entropy, logits, labels)
        assert close(found, torch.tensor(slopes), 1e-8), f"the slopes should be {slopes}; yours are {found.tolist()}"

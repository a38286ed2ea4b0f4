"""Public checks of homework 3. They are a first look: the grading tries more, and compares gradients."""

import math

import losses
import torch


def test_regression_losses_of_a_small_example():
    """The errors -1, 0 and -3 have the mean square 10/3 and the mean size 4/3."""
    y_hat, y = torch.tensor([2.0, 5.0, 1.0]), torch.tensor([3.0, 5.0, 4.0])
    for function, expected in ((losses.mse_loss, 10 / 3), (losses.mae_loss, 4 / 3)):
        loss = function(y_hat, y).item()
        assert abs(loss - expected) < 1e-5, (
            f"{function.__name__} should be {expected:.4f} here; yours is {loss:.4f}. Is it the mean over all elements?"
        )


def test_regression_losses_are_one_number():
    """Each loss is a tensor of shape (), for any number of dimensions."""
    for function in (losses.mse_loss, losses.mae_loss):
        loss = function(torch.zeros(4, 3), torch.ones(4, 3))
        assert isinstance(loss, torch.Tensor), f"{function.__name__} should give a tensor, not {type(loss).__name__}"
        assert tuple(loss.shape) == (), f"{function.__name__} should have the shape (); yours has {tuple(loss.shape)}"


def test_regression_losses_refuse_unequal_shapes():
    """A column against a row of numbers is a ValueError, not a matrix of all differences."""
    for function in (losses.mse_loss, losses.mae_loss):
        try:
            function(torch.zeros(3, 1), torch.zeros(3))
        except ValueError as error:
            said = str(error)
        else:
            raise AssertionError(f"{function.__name__} of shapes (3, 1) and (3,) should raise a ValueError")
        assert "1" in said, f"the ValueError of {function.__name__} should name both shapes; it says: {said}"


def test_regression_losses_let_gradients_through():
    """Calling backward() reaches y_hat; where the error is 2 the slopes are 4 and 1."""
    for function, expected in ((losses.mse_loss, 4.0), (losses.mae_loss, 1.0)):
        y_hat = torch.tensor([5.0], requires_grad=True)
        function(y_hat, torch.tensor([3.0])).backward()
        assert y_hat.grad is not None, f"no gradient reached y_hat through {function.__name__}"
        slope = y_hat.grad.item()
        assert abs(slope - expected) < 1e-4, f"the slope of {function.__name__} should be {expected} here, not {slope}"


def test_is_distribution_tells_right_from_wrong():
    """(0.2, 0.3, 0.5) is a distribution; (0.2, 0.3, 0.4) and (1.2, -0.2) are not."""
    for numbers, expected in (([0.2, 0.3, 0.5], True), ([0.2, 0.3, 0.4], False), ([1.2, -0.2], False)):
        answer = losses.is_distribution(torch.tensor(numbers, dtype=torch.float64))
        assert answer == expected, f"is_distribution({numbers}) should be {expected}; yours is {answer}"


def test_is_distribution_gives_a_bool():
    """The answer is Python's True or False."""
    answer = losses.is_distribution(torch.tensor([0.5, 0.5]))
    assert isinstance(answer, bool), f"the answer should be True or False, not a {type(answer).__name__}"


def test_is_distribution_has_a_tolerance_for_the_sum():
    """A sum of 1.1 is too much by default, and within a tolerance of 0.2."""
    p = torch.tensor([0.5, 0.6], dtype=torch.float64)
    assert not losses.is_distribution(p), "the sum 1.1 is further than 1e-6 from 1: the answer should be False"
    assert losses.is_distribution(p, tol=0.2), "the sum 1.1 is within 0.2 of 1: with tol=0.2 the answer should be True"


def test_cross_entropy_of_a_rain_forecast():
    """The truth (0.1, 0.9) and the forecast (0.3, 0.7) have the cross-entropy 0.44140, as in the lecture."""
    h = losses.cross_entropy(torch.tensor([0.1, 0.9]), torch.tensor([0.3, 0.7]))
    assert tuple(h.shape) == (), f"one pair of distributions gives one number, shape (); yours is {tuple(h.shape)}"
    assert abs(h.item() - 0.44140) < 2e-5, (
        f"H should be 0.44140; yours is {h.item():.5f}. Is it minus, p before the natural logarithm, and q in it?"
    )


def test_cross_entropy_keeps_the_pairs_apart():
    """Two pairs of distributions, (2, K), give two numbers."""
    p = torch.tensor([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]])
    q = torch.tensor([[0.5, 0.25, 0.25], [0.25, 0.25, 0.5]])
    h = losses.cross_entropy(p, q)
    assert tuple(h.shape) == (2,), f"two pairs give the shape (2,); yours is {tuple(h.shape)}"
    expected = torch.tensor([1.5, 1.0]) * math.log(2)
    assert torch.allclose(h, expected), f"they should be 3/2 ln 2 and ln 2, {expected.tolist()}; yours are {h.tolist()}"


def test_cross_entropy_of_an_impossible_class():
    """A class with p = 0 and q = 0 costs nothing, and its slope is 0, not nan."""
    q = torch.tensor([0.0, 1.0], requires_grad=True)
    h = losses.cross_entropy(torch.tensor([0.0, 1.0]), q)
    assert abs(h.item()) < 1e-6, f"H should be 0 here, but yours is {h.item()}; what is 0 * log(0)?"
    h.backward()
    assert q.grad is not None, "no gradient reached q; detach(), .data, .item() and numpy all cut the graph"
    slopes = q.grad.tolist()
    assert abs(slopes[0]) < 1e-6, f"the slope of the impossible class should be 0, but yours is {slopes[0]}"


def test_bce_loss_is_one_number():
    """The loss of a batch is a tensor of shape ()."""
    loss = losses.bce_loss(torch.tensor([0.3, 0.6, 0.9]), torch.tensor([0.0, 1.0, 1.0]))
    assert isinstance(loss, torch.Tensor), f"the loss should be a tensor, not a {type(loss).__name__}"
    assert tuple(loss.shape) == (), f"the loss is the mean over the batch, so shape (); yours is {tuple(loss.shape)}"


def test_bce_loss_of_undecided_predictions():
    """Predicting 0.5 costs ln 2, whatever the label and however large the batch."""
    for labels in ([1.0], [0.0], [0.0, 1.0, 1.0, 0.0]):
        loss = losses.bce_loss(torch.full((len(labels),), 0.5), torch.tensor(labels)).item()
        assert abs(loss - math.log(2)) < 1e-4, (
            f"y_hat = 0.5 for all labels {labels} should cost ln 2 = {math.log(2):.4f}; yours is {loss:.4f}. "
            "Is it minus, the natural logarithm, and the mean over the batch?"
        )


def test_bce_loss_tells_the_labels_apart():
    """Predicting 0.9 costs little when the label is 1, and much when it is 0."""
    for label, probability in ((1.0, 0.9), (0.0, 0.1)):
        loss = losses.bce_loss(torch.tensor([0.9]), torch.tensor([label])).item()
        expected = -math.log(probability)
        assert abs(loss - expected) < 1e-3, (
            f"y_hat = 0.9 and label {label:.0f} should cost -ln {probability} = {expected:.4f}; yours is {loss:.4f}"
        )


def test_bce_loss_of_a_certain_and_right_prediction():
    """Predicting exactly 0 or 1, and being right, costs nothing."""
    loss = losses.bce_loss(torch.tensor([0.0, 1.0], dtype=torch.float64), torch.tensor([0.0, 1.0], dtype=torch.float64))
    assert abs(loss.item()) < 1e-6, f"the loss should be 0 here, but yours is {loss.item()}; what is 0 * log(0)?"


def test_bce_loss_lets_gradients_through():
    """Calling backward() on the loss reaches y_hat; at y_hat = 0.5 and label 1 the slope is -1 / 0.5 = -2."""
    y_hat = torch.tensor([0.5], requires_grad=True)
    losses.bce_loss(y_hat, torch.tensor([1.0])).backward()
    assert y_hat.grad is not None, "no gradient reached y_hat; detach(), .data, .item() and numpy all cut the graph"
    slope = y_hat.grad.item()
    assert abs(slope + 2) < 1e-2, f"at y_hat = 0.5 and label 1 the gradient should be -2; yours is {slope:.4f}"


def test_bce_with_logits_of_a_small_example():
    """The scores ln 3 and -ln 4 with the labels 1 and 0 cost (ln 4/3 + ln 5/4) / 2."""
    z = torch.tensor([math.log(3), -math.log(4)])
    loss = losses.bce_with_logits(z, torch.tensor([1.0, 0.0]))
    assert tuple(loss.shape) == (), f"the loss is the mean over the batch, so shape (); yours is {tuple(loss.shape)}"
    expected = math.log(5 / 3) / 2
    assert abs(loss.item() - expected) < 1e-5, f"the loss should be {expected:.5f}; yours is {loss.item():.5f}"


def test_bce_with_logits_of_the_lecture():
    """The ten scores of the lecture cost 0.82205."""
    z = torch.tensor([-1.5010, -0.5681, 1.9500, 1.4116, 0.4478, 0.1876, 0.8693, -0.5146, -0.3979, 0.1848])
    loss = losses.bce_with_logits(z, torch.tensor([0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0])).item()
    assert abs(loss - 0.82205) < 2e-5, f"the lecture's loss is 0.82205; yours is {loss:.5f}"


def test_bce_with_logits_of_a_large_score():
    """A score of 300, 1,000 or -1,000 on the wrong side costs just as much, and its slope is 1 or -1."""
    for score, label in ((300.0, 0.0), (1000.0, 0.0), (-1000.0, 1.0)):
        z = torch.tensor([score], requires_grad=True)
        loss = losses.bce_with_logits(z, torch.tensor([label]))
        assert abs(loss.item() - abs(score)) < 1e-2, (
            f"the score {score:.0f} with the label {label:.0f} should cost {abs(score):.0f}; yours is {loss.item()}. "
            "Which exponential or logarithm gets too large?"
        )
        loss.backward()
        assert z.grad is not None, "no gradient reached z; detach(), .data, .item() and numpy all cut the graph"
        expected = math.copysign(1.0, score)
        assert abs(z.grad.item() - expected) < 1e-4, f"the slope should be {expected}; yours is {z.grad.item()}"


def test_softmax_cross_entropy_of_a_small_example():
    """The scores ln 1, ln 2 and ln 5 have the probabilities 1/8, 2/8 and 5/8."""
    logits = torch.log(torch.tensor([[1.0, 2.0, 5.0]]))
    for label, probability in ((0, 1 / 8), (2, 5 / 8)):
        loss = losses.softmax_cross_entropy(logits, torch.tensor([label])).item()
        expected = -math.log(probability)
        assert abs(loss - expected) < 1e-5, f"the label {label} should cost {expected:.5f}; yours is {loss:.5f}"


def test_softmax_cross_entropy_is_the_mean_over_the_rows():
    """Equal scores for 4 classes cost ln 4, whatever the labels and however many the rows."""
    for labels in ([1], [0, 3, 2]):
        loss = losses.softmax_cross_entropy(torch.zeros(len(labels), 4), torch.tensor(labels))
        assert tuple(loss.shape) == (), f"the loss is one number, of shape (); yours is {tuple(loss.shape)}"
        assert abs(loss.item() - math.log(4)) < 1e-5, f"the loss should be ln 4 = {math.log(4):.5f}; yours is {loss}"


def test_softmax_cross_entropy_of_large_scores():
    """Adding 1,000 to all scores of a row changes nothing."""
    loss = losses.softmax_cross_entropy(torch.full((2, 4), 1000.0), torch.tensor([0, 1])).item()
    assert abs(loss - math.log(4)) < 1e-3, (
        f"the loss should be ln 4 = {math.log(4):.5f}; yours is {loss}. exp(1000) is inf"
    )


def test_softmax_cross_entropy_lets_gradients_through():
    """The slopes of a row are its probabilities, less 1 at the label: 1/2 and -1/2 for two equal scores."""
    logits = torch.zeros(1, 2, requires_grad=True)
    losses.softmax_cross_entropy(logits, torch.tensor([1])).backward()
    assert logits.grad is not None, "no gradient reached logits; detach(), .data, .item() and numpy all cut the graph"
    slopes = logits.grad[0].tolist()
    assert abs(slopes[0] - 0.5) < 1e-5, f"the slopes should be 0.5 and -0.5; yours are {slopes}"

"""Public checks of homework 3. They are a first look: the grading tries more batches and compares gradients."""

import math

import losses
import torch


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

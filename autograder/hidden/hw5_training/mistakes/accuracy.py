"""Mistakes that students make in `accuracy`, each with what they should read."""

import reference
import torch

from gradkit.bank import mistake


def share(model, x, y, threshold=0.5):
    """The share of right answers."""
    with torch.no_grad():
        return ((model(x) > threshold) == (y > 0)).double().mean().item()


@mistake("accuracy")
def mode_not_changed(model, x, y):
    """The model predicts in its original mode. Some layers behave differently in training mode: use model.eval()."""
    return share(model, x, y)


@mistake("accuracy")
def left_in_evaluation(model, x, y):
    """The model is left in evaluation mode. Restore its original mode afterwards."""
    model.eval()
    return share(model, x, y)


@mistake("accuracy")
def always_back_to_training(model, x, y):
    """The model is always put into training mode afterwards. Restore its original mode."""
    model.eval()
    result = share(model, x, y)
    model.train()
    return result


@mistake("accuracy")
def layers_left_in_evaluation(model, x, y):
    """Only the mode of the model itself is restored; its layers stay in evaluation mode. model.train(mode) sets all of
    them."""
    training = model.training
    result = reference.accuracy(model.eval(), x, y)
    model.training = training
    return result


@mistake("accuracy")
def with_a_graph_built(model, x, y):
    """The model predicts with autograd enabled, and builds an unused graph. Predict under torch.no_grad()."""
    training = model.training
    model.eval()
    right = (model(x) > 0.5) == (y > 0)
    model.train(training)
    return right.double().mean().item()


@mistake("accuracy")
def labels_of_floats_alone(model, x, y):
    """Something is subtracted from y, which bool tensors do not support. y may have any dtype: convert it first."""
    training = model.training
    model.eval()
    with torch.no_grad():
        wrong = ((model(x) > 0.5).to(y.dtype) - y).abs()
    model.train(training)
    return 1 - wrong.double().mean().item()


@mistake("accuracy")
def rounded_to_percent(model, x, y):
    """The accuracy is rounded to two digits. It must be correct to within 1e-6."""
    return round(reference.accuracy(model, x, y), 2)


@mistake("accuracy")
def inputs_centred_in_place(model, x, y):
    """The inputs are modified in place after the prediction. Leave x unchanged."""
    share_found = reference.accuracy(model, x, y)
    x -= 1
    return share_found


@mistake("accuracy")
def answers_inverted_in_place(model, x, y):
    """The labels are modified in place. Leave y unchanged: compare with a new tensor."""
    share_found = reference.accuracy(model, x, y)
    y.copy_(y == 0)
    return share_found


@mistake("accuracy")
def number_of_right_ones(model, x, y):
    """The number of correct predictions is returned. Divide it by the number of rows."""
    return reference.accuracy(model, x, y) * len(x)


@mistake("accuracy")
def in_percent(model, x, y):
    """The accuracy is returned in percent. Return a number from 0 to 1."""
    return reference.accuracy(model, x, y) * 100


@mistake("accuracy")
def share_of_wrong_ones(model, x, y):
    """The fraction of wrong predictions is returned. Return that of the correct ones."""
    return 1 - reference.accuracy(model, x, y)


@mistake("accuracy")
def threshold_of_scores(model, x, y):
    """The threshold is 0, as for logits. The model returns probabilities, so the threshold is 0.5."""
    training = model.training
    model.eval()
    result = share(model, x, y, threshold=0.0)
    model.train(training)
    return result


@mistake("accuracy")
def accuracy_as_tensor(model, x, y):
    """A tensor is returned. Return a Python float: use item()."""
    return torch.tensor(reference.accuracy(model, x, y))


@mistake("accuracy")
def yes_share(model, x, y):
    """The fraction of rows predicted as class 1 is returned, correct or not. Compare the predictions with y."""
    return reference.accuracy(model, x, torch.ones_like(y))


@mistake("accuracy")
def found_among_the_yes(model, x, y):
    """Only rows of class 1 are counted (recall). Accuracy counts all rows."""
    yes = y > 0
    return reference.accuracy(model, x[yes], y[yes]) if yes.any() else 0.0


@mistake("accuracy")
def not_rounded(model, x, y):
    """The probabilities themselves are compared with y. Convert them to classes first: class 1 if above 0.5."""
    training = model.training
    model.eval()
    with torch.no_grad():
        result = (model(x) == y).double().mean().item()
    model.train(training)
    return result

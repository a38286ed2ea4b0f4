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
    """The model predicts in the mode in which it came. Some layers work differently in training: use model.eval()."""
    return share(model, x, y)


@mistake("accuracy")
def left_in_evaluation(model, x, y):
    """The model is left in evaluation mode. Afterwards it is in the mode in which it came."""
    model.eval()
    return share(model, x, y)


@mistake("accuracy")
def always_back_to_training(model, x, y):
    """The model is always put into training mode afterwards. It goes back to the mode in which it came."""
    model.eval()
    result = share(model, x, y)
    model.train()
    return result


@mistake("accuracy")
def layers_left_in_evaluation(model, x, y):
    """Only the model itself goes back to the mode in which it came, and its layers stay in evaluation mode.
    model.train(mode) reaches them all."""
    training = model.training
    result = reference.accuracy(model.eval(), x, y)
    model.training = training
    return result


@mistake("accuracy")
def with_a_graph_built(model, x, y):
    """The model predicts while autograd is watching, and builds a graph that nobody needs. Predict under
    torch.no_grad()."""
    training = model.training
    model.eval()
    right = (model(x) > 0.5) == (y > 0)
    model.train(training)
    return right.double().mean().item()


@mistake("accuracy")
def labels_of_floats_alone(model, x, y):
    """y is subtracted from, which truth values do not allow. It may be of any dtype: convert it first."""
    training = model.training
    model.eval()
    with torch.no_grad():
        wrong = ((model(x) > 0.5).to(y.dtype) - y).abs()
    model.train(training)
    return 1 - wrong.double().mean().item()


@mistake("accuracy")
def rounded_to_percent(model, x, y):
    """The share is rounded to two digits. It is right to within 1e-6."""
    return round(reference.accuracy(model, x, y), 2)


@mistake("accuracy")
def inputs_centred_in_place(model, x, y):
    """The inputs are changed in place after the prediction. x is left unchanged: the caller still needs it."""
    share_found = reference.accuracy(model, x, y)
    x -= 1
    return share_found


@mistake("accuracy")
def answers_inverted_in_place(model, x, y):
    """The answers are changed in place. y is left unchanged: compare with a new tensor."""
    share_found = reference.accuracy(model, x, y)
    y.copy_(y == 0)
    return share_found


@mistake("accuracy")
def number_of_right_ones(model, x, y):
    """The number of right answers is returned. The share is asked for: divide by the number of rows."""
    return reference.accuracy(model, x, y) * len(x)


@mistake("accuracy")
def in_percent(model, x, y):
    """The share is given in percent. It is a number from 0 to 1."""
    return reference.accuracy(model, x, y) * 100


@mistake("accuracy")
def share_of_wrong_ones(model, x, y):
    """The share of wrong answers is returned. That of the right ones is asked for."""
    return 1 - reference.accuracy(model, x, y)


@mistake("accuracy")
def threshold_of_scores(model, x, y):
    """The threshold is 0, as for scores. The model gives probabilities, so it is 0.5."""
    training = model.training
    model.eval()
    result = share(model, x, y, threshold=0.0)
    model.train(training)
    return result


@mistake("accuracy")
def accuracy_as_tensor(model, x, y):
    """A tensor is returned. A Python float is asked for: item() takes the number out of it."""
    return torch.tensor(reference.accuracy(model, x, y))


@mistake("accuracy")
def yes_share(model, x, y):
    """The share of yes answers is returned, right or wrong. Compare them with y."""
    return reference.accuracy(model, x, torch.ones_like(y))


@mistake("accuracy")
def found_among_the_yes(model, x, y):
    """Only rows whose right answer is yes are looked at. All rows count."""
    yes = y > 0
    return reference.accuracy(model, x[yes], y[yes]) if yes.any() else 0.0


@mistake("accuracy")
def not_rounded(model, x, y):
    """The probabilities are compared with y as they are. Make answers of them first: above 0.5 is a yes."""
    training = model.training
    model.eval()
    with torch.no_grad():
        result = (model(x) == y).double().mean().item()
    model.train(training)
    return result

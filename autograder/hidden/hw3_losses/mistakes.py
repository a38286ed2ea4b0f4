"""Mistakes that students make in hw3, each with what they should read."""

import reference
import torch

from gradkit.bank import mistake


def probabilities(y_hat):
    """The predictions, kept away from 0 and 1 as the solution keeps them."""
    return torch.clamp(y_hat, 1e-7, 1 - 1e-7)


def terms(y_hat, y):
    """What each example costs."""
    p = probabilities(y_hat)
    return -(y * torch.log(p) + (1 - y) * torch.log(1 - p))


# ---- the value


@mistake("bce_loss")
def summed(y_hat, y):
    """The terms are added up, but not divided by the number of examples. The loss is their mean, so that it does not
    grow with the batch."""
    return terms(y_hat, y).sum()


@mistake("bce_loss")
def minus_missing(y_hat, y):
    """The minus sign is missing. Logarithms of probabilities are negative, and a loss gets smaller as the predictions
    get better."""
    return -reference.bce_loss(y_hat, y)


@mistake("bce_loss")
def minus_on_the_first_term_only(y_hat, y):
    """The minus sign stands before the first term only. In the formula it stands before the whole bracket, so it
    belongs to both terms."""
    p = probabilities(y_hat)
    return (-y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()


@mistake("bce_loss")
def first_term_only(y_hat, y):
    """Only the examples of class 1 cost anything. The term with 1 - y is what a confident mistake on class 0 costs."""
    return -(y * torch.log(probabilities(y_hat))).mean()


@mistake("bce_loss")
def second_term_only(y_hat, y):
    """Only the examples of class 0 cost anything. The term with y is what a confident mistake on class 1 costs."""
    return -((1 - y) * torch.log(1 - probabilities(y_hat))).mean()


@mistake("bce_loss")
def arguments_exchanged(y_hat, y):
    """Prediction and label are exchanged: the logarithm is taken of the labels. It belongs to the predictions, and the
    labels are the weights."""
    return reference.bce_loss(y, y_hat)


@mistake("bce_loss")
def classes_exchanged(y_hat, y):
    """The classes are exchanged: a label of 1 is treated as 0. y_hat is the probability of class 1, so its logarithm
    goes with y."""
    return reference.bce_loss(y_hat, 1 - y)


@mistake("bce_loss")
def binary_logarithm(y_hat, y):
    """The logarithm has the base 2. The loss is defined with the natural logarithm, which torch.log is."""
    return reference.bce_loss(y_hat, y) / torch.log(torch.tensor(2.0, dtype=y_hat.dtype))


@mistake("bce_loss")
def decimal_logarithm(y_hat, y):
    """The logarithm has the base 10. The loss is defined with the natural logarithm, which torch.log is."""
    return reference.bce_loss(y_hat, y) / torch.log(torch.tensor(10.0, dtype=y_hat.dtype))


@mistake("bce_loss")
def halved(y_hat, y):
    """The mean is divided by 2 once more. That factor belongs to some forms of the squared error; this loss has 1/N
    alone."""
    return reference.bce_loss(y_hat, y) / 2


@mistake("bce_loss")
def one_example_too_few(y_hat, y):
    """The sum is divided by N - 1. That is for a sample variance; a mean over N examples is divided by N."""
    return terms(y_hat, y).sum() / (len(y) - 1)


@mistake("bce_loss")
def mean_of_each_class(y_hat, y):
    """The two terms are averaged over their own class, and the averages are added. There is one mean here, over all N
    examples, however many of them are of which class."""
    p = probabilities(y_hat)
    ones, zeros = y.sum().clamp(min=1), (1 - y).sum().clamp(min=1)
    return -(y * torch.log(p)).sum() / ones - ((1 - y) * torch.log(1 - p)).sum() / zeros


@mistake("bce_loss")
def logarithm_of_the_mean(y_hat, y):
    """The mean is taken before the logarithm. Each example has its own logarithm, and the mean is over those."""
    p = probabilities(y_hat)
    return -torch.log((y * p + (1 - y) * (1 - p)).mean())


@mistake("bce_loss")
def one_minus_the_logarithm(y_hat, y):
    """In the second term the 1 stands outside the logarithm. It is the logarithm of 1 - y_hat, the probability of class
    0."""
    p = probabilities(y_hat)
    return -(y * torch.log(p) + (1 - y) * (1 - torch.log(p))).mean()


@mistake("bce_loss")
def squared_error(y_hat, y):
    """This is the mean squared error. Cross-entropy takes the logarithm of the probability that the right class was
    given."""
    return ((y_hat - y) ** 2).mean()


@mistake("bce_loss")
def absolute_error(y_hat, y):
    """This is the mean absolute error. Cross-entropy takes the logarithm of the probability that the right class was
    given."""
    return (y_hat - y).abs().mean()


@mistake("bce_loss")
def sigmoid_first(y_hat, y):
    """A sigmoid is applied first, as if y_hat were a score. It is a probability already, the output of a sigmoid."""
    return reference.bce_loss(torch.sigmoid(y_hat), y)


@mistake("bce_loss")
def softmax_over_the_batch(y_hat, y):
    """A softmax makes the predictions of the batch add up to 1. They belong to different examples, and each is a
    probability by itself."""
    return reference.bce_loss(torch.softmax(y_hat, 0), y)


# ---- soft labels


@mistake("bce_loss")
def labels_rounded(y_hat, y):
    """Labels are rounded to 0 or 1. A label may lie between them, and then both terms count, each by its share."""
    return reference.bce_loss(y_hat, y.round())


@mistake("bce_loss")
def labels_cut_to_integers(y_hat, y):
    """Labels are turned into integers, so that 0.9 becomes 0. A label may lie between 0 and 1, and then both terms
    count."""
    return reference.bce_loss(y_hat, y.long().to(y_hat.dtype))


@mistake("bce_loss")
def entropy_of_the_labels_taken_off(y_hat, y):
    """The entropy of the labels is taken off, which makes it the Kullback-Leibler divergence. It differs from
    cross-entropy where a label lies between 0 and 1."""
    return reference.bce_loss(y_hat, y) - reference.bce_loss(y, y)


@mistake("bce_loss")
def labels_smoothed(y_hat, y):
    """The labels are moved towards the middle (label smoothing). The formula takes them as they are."""
    return reference.bce_loss(y_hat, 0.9 * y + 0.05)


# ---- the ends


@mistake("bce_loss")
def nothing_against_nan(y_hat, y):
    """0 * log(0) is nan on a computer, and one nan makes the whole mean nan. A prediction of exactly 0 or 1 that is
    right should cost nothing."""
    return -(y * torch.log(y_hat) + (1 - y) * torch.log(1 - y_hat)).mean()


@mistake("bce_loss")
def epsilon_too_large(y_hat, y):
    """The epsilon inside the logarithm is so large that it changes the loss of predictions near 0 and 1. It may be 1e-7
    at most."""
    return -(y * torch.log(y_hat + 1e-4) + (1 - y) * torch.log(1 - y_hat + 1e-4)).mean()


@mistake("bce_loss")
def clamp_too_narrow(y_hat, y):
    """The predictions are clamped so far inside (0, 1) that those near the ends lose their own loss and their gradient.
    The bound may be 1e-7 at most."""
    return reference.bce_loss(torch.clamp(y_hat, 0.01, 0.99), y)


@mistake("bce_loss")
def certain_ones_left_out(y_hat, y):
    """Predictions of exactly 0 or 1 are left out of the mean. They count among the N examples; a right one has the term
    0."""
    kept = (y_hat > 0) & (y_hat < 1)
    return reference.bce_loss(y_hat[kept], y[kept])


# ---- gradient, shape, type, input


@mistake("bce_loss")
def loss_as_a_number(y_hat, y):
    """The loss is made anew from a plain number, by .item() or NumPy, and has lost its graph: loss.backward() cannot
    reach the predictions."""
    return torch.tensor(reference.bce_loss(y_hat, y).item(), dtype=y_hat.dtype)


@mistake("bce_loss")
def predictions_detached_in_one_term(y_hat, y):
    """The value is right, but the term of class 0 is cut off from the graph, so that only examples of class 1 are
    learned from."""
    p, fixed = probabilities(y_hat), probabilities(y_hat).detach()
    return -(y * torch.log(p) + (1 - y) * torch.log(1 - fixed)).mean()


@mistake("bce_loss")
def decided_first(y_hat, y):
    """The predictions are turned into 0 or 1 before the loss. That throws away how sure they were, and no gradient
    flows through a decision."""
    return reference.bce_loss((y_hat > 0.5).to(y_hat.dtype), y)


@mistake("bce_loss")
def one_loss_for_each_example(y_hat, y):
    """The result has one loss for each example. Their mean is asked for, a single number of shape ()."""
    return terms(y_hat, y)


@mistake("bce_loss")
def kept_dimension(y_hat, y):
    """The result has the shape (1,): the dimension was kept. The loss is a single number, of shape ()."""
    return terms(y_hat, y).mean(dim=0, keepdim=True)


@mistake("bce_loss")
def always_double(y_hat, y):
    """The loss is always float64. It should have the dtype of the predictions, or it will not fit the rest of the
    model."""
    return reference.bce_loss(y_hat.double(), y.double())


@mistake("bce_loss")
def predictions_clamped_in_place(y_hat, y):
    """The predictions themselves are clamped, in place, and the caller finds them changed. Make a new tensor
    instead."""
    y_hat.data.clamp_(1e-7, 1 - 1e-7)
    return reference.bce_loss(y_hat, y)

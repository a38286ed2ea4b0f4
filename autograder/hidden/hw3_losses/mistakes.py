"""Mistakes that students make in hw3, each with what they should read."""

import numpy as np
import reference
import torch

from gradkit.bank import mistake


def same_shape(y_hat, y):
    """The check of shapes, as the solution has it."""
    if y_hat.shape != y.shape:
        raise ValueError(f"y_hat {tuple(y_hat.shape)} and y {tuple(y.shape)} differ in shape")


def probabilities(y_hat):
    """The predictions, kept away from 0 and 1 as the solution keeps them."""
    return torch.clamp(y_hat, 1e-7, 1 - 1e-7)


def terms(y_hat, y):
    """What each example costs."""
    p = probabilities(y_hat)
    return -(y * torch.log(p) + (1 - y) * torch.log(1 - p))


# ---- mse_loss


@mistake("mse_loss")
def squares_summed(y_hat, y):
    """mse_loss: the squares are added up, but not divided by their number. The loss is their mean, so that it does not
    grow with the batch."""
    return reference.mse_loss(y_hat, y) * y.numel()


@mistake("mse_loss")
def squares_halved(y_hat, y):
    """mse_loss: the mean is divided by 2 once more. Some books do that to get rid of the 2 in the slope; here it is the
    plain mean."""
    return reference.mse_loss(y_hat, y) / 2


@mistake("mse_loss")
def squares_rooted(y_hat, y):
    """mse_loss: the root of the mean is taken. That is the root mean squared error; the mean squared error has no
    root."""
    return reference.mse_loss(y_hat, y).sqrt()


@mistake("mse_loss")
def squared_after_the_mean(y_hat, y):
    """mse_loss: the mean is taken before the square, so that errors up and down cancel. Each element has its own
    square, and the mean is over those."""
    same_shape(y_hat, y)
    return (y_hat - y).mean() ** 2


@mistake("mse_loss")
def squared_apart(y_hat, y):
    """mse_loss: prediction and target are squared before they are subtracted. It is the difference that is squared."""
    same_shape(y_hat, y)
    return (y_hat**2 - y**2).mean()


@mistake("mse_loss")
def added_not_subtracted(y_hat, y):
    """mse_loss: prediction and target are added. The error is their difference."""
    return reference.mse_loss(y_hat, -y)


@mistake("mse_loss")
def absolute_in_place_of_square(y_hat, y):
    """mse_loss: this is the mean absolute error. The differences are to be squared."""
    return reference.mae_loss(y_hat, y)


@mistake("mse_loss")
def squares_of_a_row_summed(y_hat, y):
    """mse_loss: the squares of a row are added up, and only the rows are averaged. The mean is over all elements, N
    times the number of features."""
    same_shape(y_hat, y)
    rows = (y_hat - y).reshape(len(y) if y.dim() else 1, -1)
    return (rows**2).sum(dim=1).mean()


@mistake("mse_loss")
def one_square_too_few(y_hat, y):
    """mse_loss: the sum is divided by the number of elements less 1. That is for a sample variance; a mean over n
    numbers is divided by n."""
    return reference.mse_loss(y_hat, y) * y.numel() / (y.numel() - 1)


@mistake("mse_loss")
def squares_not_averaged(y_hat, y):
    """mse_loss: the result has one square for each element. Their mean is asked for, a single number of shape ()."""
    same_shape(y_hat, y)
    return (y_hat - y) ** 2


@mistake("mse_loss")
def squares_averaged_by_column(y_hat, y):
    """mse_loss: the mean is taken over the rows alone, and one number for each column is left. The loss is a single
    number, of shape ()."""
    same_shape(y_hat, y)
    return ((y_hat - y) ** 2).mean(dim=0)


@mistake("mse_loss")
def mse_broadcasts(y_hat, y):
    """mse_loss: unequal shapes are not noticed. (N, 1) less (N,) is an N x N matrix of all differences, and its mean is
    a wrong number without any error; a ValueError should say so."""
    return ((y_hat - y) ** 2).mean()


@mistake("mse_loss")
def mse_flattens(y_hat, y):
    """mse_loss: both tensors are flattened, so that (N, 1) and (N,) pass for equal. Unequal shapes should be a
    ValueError: they are mostly a mistake of the caller, who should hear of it."""
    y_hat, y = y_hat.reshape(-1), y.reshape(-1)
    same_shape(y_hat, y)
    return ((y_hat - y) ** 2).mean()


@mistake("mse_loss")
def mse_compares_numbers_of_elements(y_hat, y):
    """mse_loss: only the numbers of elements are compared. (2, 3) and (3, 2) have 6 elements each, and are not the same
    shape."""
    if y_hat.numel() != y.numel():
        raise ValueError(f"{tuple(y_hat.shape)} and {tuple(y.shape)}")
    return ((y_hat.reshape(-1) - y.reshape(-1)) ** 2).mean()


@mistake("mse_loss")
def mse_compares_numbers_of_dimensions(y_hat, y):
    """mse_loss: only the numbers of dimensions are compared. (N, 3) and (N, 1) have two each, and are not the same
    shape."""
    if y_hat.dim() != y.dim():
        raise ValueError(f"{tuple(y_hat.shape)} and {tuple(y.shape)}")
    return ((y_hat - y) ** 2).mean()


@mistake("mse_loss")
def mse_compares_rows(y_hat, y):
    """mse_loss: only the numbers of rows are compared. The whole shapes should be equal: (N, 1) and (N,) have N rows
    each."""
    if y_hat.shape[:1] != y.shape[:1]:
        raise ValueError(f"{tuple(y_hat.shape)} and {tuple(y.shape)}")
    return ((y_hat - y) ** 2).mean()


@mistake("mse_loss")
def mse_asserts(y_hat, y):
    """mse_loss: unequal shapes are found by an assert, which raises an AssertionError. A ValueError is asked for, which
    a caller can expect."""
    assert y_hat.shape == y.shape, f"{y_hat.shape} and {y.shape}"
    return ((y_hat - y) ** 2).mean()


@mistake("mse_loss")
def mse_names_no_shapes(y_hat, y):
    """mse_loss: the ValueError does not say what the shapes are. The caller needs both of them to find out what went
    wrong."""
    if y_hat.shape != y.shape:
        raise ValueError("the shapes of y_hat and y differ")
    return ((y_hat - y) ** 2).mean()


@mistake("mse_loss")
def mse_names_one_shape(y_hat, y):
    """mse_loss: the ValueError names the shape of y_hat alone. The caller needs both to find out what went wrong."""
    if y_hat.shape != y.shape:
        raise ValueError(f"y_hat has the shape {tuple(y_hat.shape)}, and y another")
    return ((y_hat - y) ** 2).mean()


@mistake("mse_loss")
def mse_returns_the_error(y_hat, y):
    """mse_loss: where the shapes differ, the exception is returned or printed, not raised. It takes the word raise to
    stop the caller."""
    if y_hat.shape != y.shape:
        print("ValueError:", tuple(y_hat.shape), tuple(y.shape))
        return None
    return ((y_hat - y) ** 2).mean()


@mistake("mse_loss")
def mse_as_a_number(y_hat, y):
    """mse_loss: the loss is a Python number, by .item() or float(). It should stay a tensor: loss.backward() needs its
    graph."""
    return reference.mse_loss(y_hat, y).item()


@mistake("mse_loss")
def mse_detached(y_hat, y):
    """mse_loss: the predictions are cut off from the graph, by detach(), .data or NumPy, so that loss.backward() cannot
    reach them."""
    return reference.mse_loss(y_hat.detach(), y)


@mistake("mse_loss")
def mse_half_detached(y_hat, y):
    """mse_loss: the value is right, but one of the two factors of the square is cut off from the graph, and half of the
    slope is missing."""
    same_shape(y_hat, y)
    return ((y_hat - y) * (y_hat.detach() - y)).mean()


@mistake("mse_loss")
def mse_always_double(y_hat, y):
    """mse_loss: the loss is always float64. It should have the dtype of the predictions."""
    return reference.mse_loss(y_hat.double(), y.double())


@mistake("mse_loss")
def mse_in_place(y_hat, y):
    """mse_loss: y is subtracted from y_hat in place, and the caller finds the predictions changed. Make a new
    tensor."""
    loss = reference.mse_loss(y_hat, y)
    y_hat.data -= y
    return loss


@mistake("mse_loss")
def mse_subtracts_in_place(y_hat, y):
    """mse_loss: y_hat -= y changes the predictions themselves. torch refuses that where they need a gradient, and where
    they need none the caller finds them changed. y_hat - y makes a new tensor."""
    same_shape(y_hat, y)
    y_hat -= y
    return (y_hat**2).mean()


# ---- mae_loss


@mistake("mae_loss")
def sizes_summed(y_hat, y):
    """mae_loss: the sizes of the differences are added up, but not divided by their number. The loss is their mean."""
    return reference.mae_loss(y_hat, y) * y.numel()


@mistake("mae_loss")
def signs_kept(y_hat, y):
    """mae_loss: the differences are averaged with their signs, so that errors up and down cancel. Take the absolute
    value of each."""
    same_shape(y_hat, y)
    return (y_hat - y).mean()


@mistake("mae_loss")
def absolute_after_the_mean(y_hat, y):
    """mae_loss: the absolute value is taken of the mean, where errors up and down have cancelled already. Each element
    has its own absolute value, and the mean is over those."""
    same_shape(y_hat, y)
    return (y_hat - y).mean().abs()


@mistake("mae_loss")
def absolute_apart(y_hat, y):
    """mae_loss: the absolute values of prediction and target are subtracted. It is their difference whose absolute
    value counts: -1 and 1 are 2 apart."""
    same_shape(y_hat, y)
    return (y_hat.abs() - y.abs()).abs().mean()


@mistake("mae_loss")
def square_in_place_of_absolute(y_hat, y):
    """mae_loss: this is the mean squared error. The differences are not to be squared."""
    return reference.mse_loss(y_hat, y)


@mistake("mae_loss")
def root_of_the_mean_square(y_hat, y):
    """mae_loss: this is the root of the mean squared error. The mean absolute error weighs all differences alike."""
    return (reference.mse_loss(y_hat, y) + 1e-300).sqrt()


@mistake("mae_loss")
def root_of_each_square(y_hat, y):
    """mae_loss: the root of the square is the absolute value, but its slope at 0 is 0 / 0: a prediction that hits its
    target makes the gradient nan."""
    same_shape(y_hat, y)
    return ((y_hat - y) ** 2).sqrt().mean()


@mistake("mae_loss")
def epsilon_under_the_root(y_hat, y):
    """mae_loss: an epsilon under the root keeps it from 0, and changes the loss. The absolute value needs neither root
    nor epsilon."""
    same_shape(y_hat, y)
    return ((y_hat - y) ** 2 + 1e-6).sqrt().mean()


@mistake("mae_loss")
def divided_by_the_difference(y_hat, y):
    """mae_loss: the sign is found by dividing by the difference, which is 0 / 0 where a prediction hits its target: one
    nan spoils the whole mean."""
    same_shape(y_hat, y)
    difference = y_hat - y
    return (difference**2 / difference.abs()).mean()


@mistake("mae_loss")
def median_in_place_of_mean(y_hat, y):
    """mae_loss: the median of the differences' sizes is taken. Their mean is asked for."""
    same_shape(y_hat, y)
    return (y_hat - y).abs().median()


@mistake("mae_loss")
def smooth_near_zero(y_hat, y):
    """mae_loss: small differences are squared (the Huber loss). The mean absolute error takes all of them as they
    are."""
    same_shape(y_hat, y)
    size = (y_hat - y).abs()
    return torch.where(size < 1, size**2 / 2, size - 0.5).mean()


@mistake("mae_loss")
def smooth_close_to_zero(y_hat, y):
    """mae_loss: differences below a hundredth are squared (a Huber loss with a small corner). The mean absolute error
    takes all of them as they are."""
    same_shape(y_hat, y)
    size = (y_hat - y).abs()
    return torch.where(size < 0.01, 50 * size**2, size - 0.005).mean()


@mistake("mae_loss")
def relative_error(y_hat, y):
    """mae_loss: each difference is divided by its target. That is a relative error; the absolute one is asked for."""
    same_shape(y_hat, y)
    return ((y_hat - y).abs() / (y.abs() + 1e-12)).mean()


@mistake("mae_loss")
def sizes_of_a_row_summed(y_hat, y):
    """mae_loss: the sizes in a row are added up, and only the rows are averaged. The mean is over all elements."""
    same_shape(y_hat, y)
    rows = (y_hat - y).reshape(len(y) if y.dim() else 1, -1)
    return rows.abs().sum(dim=1).mean()


@mistake("mae_loss")
def sizes_not_averaged(y_hat, y):
    """mae_loss: the result has one number for each element. Their mean is asked for, a single number of shape ()."""
    same_shape(y_hat, y)
    return (y_hat - y).abs()


@mistake("mae_loss")
def mae_broadcasts(y_hat, y):
    """mae_loss: unequal shapes are not noticed. (N, 1) less (N,) is an N x N matrix of all differences, and its mean is
    a wrong number without any error; a ValueError should say so."""
    return (y_hat - y).abs().mean()


@mistake("mae_loss")
def mae_squeezes(y_hat, y):
    """mae_loss: dimensions of size 1 are taken away first, so that (N, 1) and (N,) pass for equal. Unequal shapes
    should be a ValueError, whatever they could be made into."""
    y_hat, y = y_hat.squeeze(), y.squeeze()
    same_shape(y_hat, y)
    return (y_hat - y).abs().mean()


@mistake("mae_loss")
def mae_type_error(y_hat, y):
    """mae_loss: unequal shapes raise another exception than the ValueError that is asked for."""
    if y_hat.shape != y.shape:
        raise TypeError(f"{tuple(y_hat.shape)} and {tuple(y.shape)}")
    return (y_hat - y).abs().mean()


@mistake("mae_loss")
def mae_detached(y_hat, y):
    """mae_loss: the loss is made anew from a plain number and has lost its graph, so that loss.backward() cannot reach
    the predictions."""
    return torch.tensor(reference.mae_loss(y_hat, y).item(), dtype=y_hat.dtype)


@mistake("mae_loss")
def sign_differentiated(y_hat, y):
    """mae_loss: the value is right, but its slope has the wrong sign: where the prediction is too large, the slope is
    positive."""
    loss = reference.mae_loss(y_hat, y)
    return 2 * loss.detach() - loss


@mistake("mae_loss")
def mae_always_single(y_hat, y):
    """mae_loss: the loss is always float32. It should have the dtype of the predictions."""
    return reference.mae_loss(y_hat.float(), y.float())


@mistake("mae_loss")
def mae_always_double(y_hat, y):
    """mae_loss: the loss is always float64. It should have the dtype of the predictions."""
    return reference.mae_loss(y_hat.double(), y.double())


@mistake("mae_loss")
def mae_in_place(y_hat, y):
    """mae_loss: the targets are changed on the way, and the caller still needs them. Make a new tensor."""
    loss = reference.mae_loss(y_hat, y)
    y -= y_hat.detach()
    return loss


@mistake("mae_loss")
def ready_made_loss(y_hat, y):
    """mae_loss: torch's own loss does the work. Here you write it yourself, as the mean of absolute values."""
    same_shape(y_hat, y)
    return torch.nn.functional.l1_loss(y_hat, y)


@mistake("mae_loss")
def mae_subtracts_in_place(y_hat, y):
    """mae_loss: y_hat -= y changes the predictions themselves. torch refuses that where they need a gradient, and where
    they need none the caller finds them changed. y_hat - y makes a new tensor."""
    same_shape(y_hat, y)
    y_hat -= y
    return y_hat.abs().mean()


@mistake("mae_loss")
def mae_names_no_shapes(y_hat, y):
    """mae_loss: the ValueError does not say what the shapes are. The caller needs both of them to find out what went
    wrong."""
    if y_hat.shape != y.shape:
        raise ValueError("y_hat and y should have one shape")
    return (y_hat - y).abs().mean()


# ---- is_distribution


@mistake("is_distribution")
def sum_alone(p, tol=1e-6):
    """Only the sum is tested. 1.5 and -0.5 add up to 1 too, and are no probabilities: none may be below 0."""
    return abs(p.sum().item() - 1) <= tol


@mistake("is_distribution")
def entries_alone(p, tol=1e-6):
    """Only the entries are tested. Their sum must be 1 as well, up to the tolerance."""
    return bool((p >= 0).all() and (p <= 1).all())


@mistake("is_distribution")
def zero_refused(p, tol=1e-6):
    """An entry of 0 is refused. A probability may be 0: that class never comes."""
    return bool((p > 0).all()) and reference.is_distribution(p, tol)


@mistake("is_distribution")
def one_refused(p, tol=1e-6):
    """An entry of 1 is refused. A probability may be 1: that class always comes."""
    return bool((p < 1).all()) and reference.is_distribution(p, tol)


@mistake("is_distribution")
def tolerance_for_entries(p, tol=1e-6):
    """Entries may be below 0 by the tolerance. The tolerance is for the sum; an entry below 0, be it ever so little, is
    no probability."""
    return bool((p >= -tol).all()) and abs(p.sum().item() - 1) <= tol


@mistake("is_distribution")
def sum_compared_exactly(p, tol=1e-6):
    """The sum is compared with 1 by ==. Ten times 0.1 is not exactly 1 on a computer: that is what the tolerance is
    for."""
    return bool((p >= 0).all()) and p.sum().item() == 1


@mistake("is_distribution")
def sum_too_small_accepted(p, tol=1e-6):
    """A sum far below 1 is accepted, since the difference is compared without its absolute value."""
    return bool((p >= 0).all()) and p.sum().item() - 1 <= tol


@mistake("is_distribution")
def sum_too_large_accepted(p, tol=1e-6):
    """A sum far above 1 is accepted, since the difference is compared without its absolute value."""
    return bool((p >= 0).all()) and 1 - p.sum().item() <= tol


@mistake("is_distribution")
def tolerance_ignored(p, tol=1e-6):
    """The tolerance is always 1e-6, whatever tol is. The caller may give another one."""
    return reference.is_distribution(p)


@mistake("is_distribution")
def tolerance_itself_refused(p, tol=1e-6):
    """A sum that is off by exactly tol is refused. At most tol is allowed, so tol itself is."""
    return bool((p >= 0).all()) and abs(p.sum().item() - 1) < tol


@mistake("is_distribution")
def allclose_by_default(p, tol=1e-6):
    """The sum is compared by torch.isclose or torch.allclose, which add a relative tolerance of 1e-5 of their own
    unless it is set to 0."""
    return bool((p >= 0).all()) and torch.allclose(p.sum(), torch.ones((), dtype=p.dtype), atol=tol)


@mistake("is_distribution")
def default_too_large(p, tol=1e-3):
    """The default of tol was changed. It is 1e-6, as in the first line of the function."""
    return reference.is_distribution(p, tol)


@mistake("is_distribution")
def first_entry_alone(p, tol=1e-6):
    """Only the first entry's sign is looked at, as by a return in the first turn of a loop. All entries must be
    seen."""
    return bool(p[0] >= 0) and abs(p.sum().item() - 1) <= tol


@mistake("is_distribution")
def sizes_added_up(p, tol=1e-6):
    """The absolute values are added up, so that an entry below 0 passes for its opposite."""
    return abs(p.abs().sum().item() - 1) <= tol


@mistake("is_distribution")
def answer_turned_round(p, tol=1e-6):
    """The answer is the opposite: True where p is no distribution."""
    return not reference.is_distribution(p, tol)


@mistake("is_distribution")
def answer_is_a_tensor(p, tol=1e-6):
    """The answer is a tensor with True or False in it. Python's own bool is asked for: bool() makes one."""
    return (p >= 0).all() & ((p.sum() - 1).abs() <= tol)


@mistake("is_distribution")
def answer_is_a_number(p, tol=1e-6):
    """The answer is the number 1 or 0. True or False is asked for."""
    return int(reference.is_distribution(p, tol))


@mistake("is_distribution")
def answer_for_each_entry(p, tol=1e-6):
    """There is one answer for each entry. One for the whole of p is asked for: all entries and the sum must be
    right."""
    return (p >= 0) & ((p.sum() - 1).abs() <= tol)


@mistake("is_distribution")
def nothing_where_false(p, tol=1e-6):
    """Where p is no distribution the function ends without a return, which gives None. False is asked for."""
    return True if reference.is_distribution(p, tol) else None


@mistake("is_distribution")
def error_where_false(p, tol=1e-6):
    """Where p is no distribution an exception is raised. The function is asked a question, and False is the answer."""
    if not reference.is_distribution(p, tol):
        raise ValueError("this is no distribution")
    return True


@mistake("is_distribution")
def entries_above_one_refused(p, tol=1e-6):
    """An entry above 1 is refused. Only its sum with the others counts, and that may be off by tol."""
    return bool((p <= 1).all()) and reference.is_distribution(p, tol)


@mistake("is_distribution")
def answer_of_numpy(p, tol=1e-6):
    """The answer is NumPy's True or False (np.bool_), which is no bool of Python's. bool(...) makes it one."""
    return np.bool_(reference.is_distribution(p, tol))


@mistake("is_distribution")
def rounded_to_single(p, tol=1e-6):
    """p is turned into float32 first. That has 7 digits: sums are rounded, and the smallest numbers below 0 become
    0."""
    return reference.is_distribution(p.float(), tol)


@mistake("is_distribution")
def normalised_first(p, tol=1e-6):
    """p is divided by its sum before it is tested, and then its sum is always 1. It should be tested as it is."""
    return reference.is_distribution(p / p.sum(), tol)


@mistake("is_distribution")
def p_changed_in_place(p, tol=1e-6):
    """p itself is changed while it is tested, and the caller finds it so. A test should only look."""
    answer = reference.is_distribution(p, tol)
    p.clamp_(min=0)
    p /= p.sum()
    return answer


# ---- cross_entropy


@mistake("cross_entropy")
def entropy_without_minus(p, q):
    """The minus sign is missing. Logarithms of probabilities are negative or 0; a cross-entropy is not."""
    return -reference.cross_entropy(p, q)


@mistake("cross_entropy")
def distributions_exchanged(p, q):
    """p and q are exchanged. The logarithm is taken of the prediction q, and the truth p gives the weights."""
    return reference.cross_entropy(q, p)


@mistake("cross_entropy")
def entropy_in_bits(p, q):
    """The logarithm has the base 2. The natural one is asked for, which torch.log is."""
    return -(p * torch.log2(torch.where(p > 0, q, 1))).sum(-1)


@mistake("cross_entropy")
def entropy_in_decimal_digits(p, q):
    """The logarithm has the base 10. The natural one is asked for, which torch.log is."""
    return -(p * torch.log10(torch.where(p > 0, q, 1))).sum(-1)


@mistake("cross_entropy")
def mean_over_classes(p, q):
    """The terms are averaged over the classes. They are added up: the weights p_k make an average of them already."""
    return reference.cross_entropy(p, q) / p.shape[-1]


@mistake("cross_entropy")
def mean_over_pairs(p, q):
    """The mean over all pairs is taken at the end. Each pair of distributions should keep its own number, so that (N,
    K) gives (N,)."""
    return reference.cross_entropy(p, q).mean()


@mistake("cross_entropy")
def sum_over_everything(p, q):
    """The sum goes over all dimensions. It goes over the last one alone, so that (N, K) gives (N,)."""
    return reference.cross_entropy(p, q).sum()


@mistake("cross_entropy")
def sum_over_the_first_dimension(p, q):
    """The sum goes over the first dimension, of the pairs. It goes over the last one, of the classes."""
    return -(p * torch.where(p > 0, q, 1).log()).sum(0)


@mistake("cross_entropy")
def sum_over_dimension_one(p, q):
    """The sum goes over dimension 1. The classes are the last dimension, which is 1 only where there are two: -1 always
    means the last."""
    terms_of_classes = -(p * torch.where(p > 0, q, 1).log())
    return terms_of_classes.sum(1 if p.dim() > 1 else 0)


@mistake("cross_entropy")
def class_dimension_kept(p, q):
    """The last dimension is kept, with size 1. The result has the shape of p and q without their last dimension."""
    return reference.cross_entropy(p, q)[..., None]


@mistake("cross_entropy")
def terms_not_summed(p, q):
    """The terms of the classes are not added up. There is one number for each pair of distributions."""
    return -(p * torch.where(p > 0, q, 1).log())


@mistake("cross_entropy")
def entropy_alone(p, q):
    """This is the entropy of p: the logarithm is taken of p. It belongs to q."""
    return reference.cross_entropy(p, p) + 0 * q.sum()


@mistake("cross_entropy")
def entropy_of_the_prediction(p, q):
    """This is the entropy of q: the weights are q. They should be p, the true probabilities."""
    return reference.cross_entropy(q, q) + 0 * p.sum()


@mistake("cross_entropy")
def divergence(p, q):
    """The entropy of p is taken off, which gives the Kullback-Leibler divergence, 0 where p and q are equal. The
    cross-entropy itself is asked for."""
    return reference.cross_entropy(p, q) - reference.cross_entropy(p, p)


@mistake("cross_entropy")
def logarithm_of_the_sum(p, q):
    """The logarithm is taken of the sum. Each term has its own logarithm, and the sum comes after it."""
    return -torch.log((p * q).sum(-1))


@mistake("cross_entropy")
def logarithm_of_the_product(p, q):
    """The logarithm is taken of p_k q_k. It belongs to q_k alone, and p_k stands before it."""
    return -(p * torch.where(p > 0, p * q, 1).log()).sum(-1)


@mistake("cross_entropy")
def likeliest_class_alone(p, q):
    """Only the likeliest class counts. That is right where p gives one class all; otherwise each class has its
    share."""
    c = p.argmax(-1, keepdim=True)
    return -torch.log(q.gather(-1, c)).squeeze(-1) + 0 * p.sum()


@mistake("cross_entropy")
def both_terms_for_each_class(p, q):
    """Each class also has a term with 1 - p_k and 1 - q_k, as in the binary cross-entropy. Here the other classes have
    their own terms."""
    other = torch.where(p < 1, 1 - q, 1)
    return reference.cross_entropy(p, q) - ((1 - p) * torch.where(other > 0, other, 1).log()).sum(-1)


@mistake("cross_entropy")
def squared_distance(p, q):
    """This is a squared distance of p and q. The cross-entropy takes the logarithm of q."""
    return ((p - q) ** 2).sum(-1)


@mistake("cross_entropy")
def softmax_of_probabilities(p, q):
    """A softmax is applied to q, as if it held scores. It holds probabilities already."""
    return reference.cross_entropy(p, torch.softmax(q, -1))


@mistake("cross_entropy")
def prediction_divided_by_its_sum(p, q):
    """q is divided by its sum first. The value is the same, since the sum is 1, but the gradient is another: q counts
    as it is."""
    return reference.cross_entropy(p, q / q.sum(-1, keepdim=True))


@mistake("cross_entropy")
def nan_at_impossible_classes(p, q):
    """0 * log(0) is nan on a computer, and one nan spoils the sum. Where p_k is 0 the term should be 0."""
    return -(p * torch.log(q)).sum(-1)


@mistake("cross_entropy")
def nan_in_the_slope(p, q):
    """The value is right, but where p_k and q_k are both 0 the slope is 0 / 0, which is nan. Put a harmless number in
    place of q_k before it goes into the logarithm: choosing between results comes too late for the gradient."""
    return -torch.xlogy(p, q).sum(-1)


@mistake("cross_entropy")
def nan_in_every_slope(p, q):
    """nan is replaced by 0 after the sum, so that a pair with an impossible class costs nothing at all. Only that term
    is 0; the others count."""
    return torch.nan_to_num(-(p * torch.log(q)).sum(-1))


@mistake("cross_entropy")
def epsilon_of_1e_5_in_the_logarithm(p, q):
    """An epsilon is added inside the logarithm of every term, which changes all of them. Only terms with p_k = 0 need
    help, and these can be left out."""
    return -(p * torch.log(q + 1e-5)).sum(-1)


@mistake("cross_entropy")
def epsilon_of_1e_6_in_the_logarithm(p, q):
    """An epsilon is added inside the logarithm of every term, which changes all of them. Only terms with p_k = 0 need
    help, and these can be left out."""
    return -(p * torch.log(q + 1e-6)).sum(-1)


@mistake("cross_entropy")
def epsilon_of_1e_7_in_the_logarithm(p, q):
    """An epsilon is added inside the logarithm of every term, which changes all of them. Only terms with p_k = 0 need
    help, and these can be left out."""
    return -(p * torch.log(q + 1e-7)).sum(-1)


@mistake("cross_entropy")
def epsilon_of_1e_8_in_the_logarithm(p, q):
    """An epsilon is added inside the logarithm of every term, which changes all of them. Only terms with p_k = 0 need
    help, and these can be left out."""
    return -(p * torch.log(q + 1e-8)).sum(-1)


@mistake("cross_entropy")
def prediction_clamped(p, q):
    """q is clamped from below, so that terms with a smaller q are cut off and lose their slope. Only terms with p_k = 0
    need help; all others should be exact."""
    return -(p * torch.log(q.clamp(min=1e-12))).sum(-1)


@mistake("cross_entropy")
def improbable_classes_left_out(p, q):
    """Terms with a small p_k are left out like those with p_k = 0. Only the latter are 0; all others count."""
    return -(p * torch.log(torch.where(p < 1e-9, torch.ones_like(q), q))).sum(-1)


@mistake("cross_entropy")
def impossible_classes_for_everyone(p, q):
    """A class is left out for all pairs if it is impossible in one of them, or a pair altogether. Only the term of that
    class and that pair is 0."""
    possible = (p > 0).all(-1)
    return torch.where(possible, reference.cross_entropy(p, q), 0 * q.sum(-1))


@mistake("cross_entropy")
def prediction_detached(p, q):
    """q is cut off from the graph, by detach(), .data or NumPy. backward() should reach it: that is how a prediction
    gets better."""
    return reference.cross_entropy(p, q.detach())


@mistake("cross_entropy")
def truth_detached(p, q):
    """p is cut off from the graph. backward() should reach both p and q."""
    return reference.cross_entropy(p.detach(), q)


@mistake("cross_entropy")
def python_numbers(p, q):
    """The result is made anew from Python's numbers and has lost its graph. Calculate with tensors throughout."""
    return torch.tensor(reference.cross_entropy(p, q).tolist(), dtype=q.dtype)


@mistake("cross_entropy")
def entropy_always_double(p, q):
    """The result is always float64. It should have the dtype of the distributions."""
    return reference.cross_entropy(p.double(), q.double())


@mistake("cross_entropy")
def prediction_changed_in_place(p, q):
    """The zeros in q are replaced in q itself, and the caller finds it changed. Make a new tensor."""
    q.data[q.data == 0] = 1
    return reference.cross_entropy(p, q)


@mistake("cross_entropy")
def truth_changed_in_place(p, q):
    """The terms are written into p itself, and the caller finds the true probabilities changed. Make a new tensor."""
    loss = reference.cross_entropy(p.clone(), q)
    p.data *= torch.where(p.data > 0, q.data, 1).log()
    return loss


# ---- bce_loss: the value


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


# ---- bce_loss: soft labels


@mistake("bce_loss")
def labels_rounded(y_hat, y):
    """Labels are rounded to 0 or 1. A label may lie between them, and then both terms count, each by its share."""
    return reference.bce_loss(y_hat, y.round())


@mistake("bce_loss")
def labels_cut_to_integers(y_hat, y):
    """A label below 1, such as 0.9, counts as 0. A label may lie between 0 and 1, and then both terms count, each by
    its share."""
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


# ---- bce_loss: the ends


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
def epsilon_of_1e_5(y_hat, y):
    """The epsilon inside the logarithm is so large that it changes the loss of predictions near 0 and 1. It may be 1e-7
    at most."""
    return -(y * torch.log(y_hat + 1e-5) + (1 - y) * torch.log(1 - y_hat + 1e-5)).mean()


@mistake("bce_loss")
def clamp_at_a_thousandth(y_hat, y):
    """The predictions are clamped at a thousandth. Those at exactly 0 or 1 then cost something though they are right,
    and those at the bound lose their gradient. The bound may be 1e-7 at most."""
    return reference.bce_loss(torch.clamp(y_hat, 1e-3, 1 - 1e-3), y)


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


# ---- bce_loss: gradient, shape, type, input


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


@mistake("bce_loss")
def labels_clamped_in_place(y_hat, y):
    """The labels themselves are clamped, in place, and the caller finds them changed. Only the predictions go into a
    logarithm, and a new tensor is made of these."""
    y.clamp_(1e-7, 1 - 1e-7)
    return reference.bce_loss(y_hat, y)


@mistake("bce_loss")
def ready_made_bce(y_hat, y):
    """torch's own loss does the work. Here you write it yourself, with sums, logarithms and a mean."""
    return torch.nn.functional.binary_cross_entropy(y_hat, y)


# ---- bce_with_logits


@mistake("bce_with_logits")
def sigmoid_then_logarithm(z, y):
    """The sigmoid of a large score is rounded to 1, or to 0, and then a logarithm is infinite. Put the sigmoid's
    formula into the logarithm first, and simplify."""
    s = torch.sigmoid(z)
    return -(y * torch.log(s) + (1 - y) * torch.log(1 - s)).mean()


@mistake("bce_with_logits")
def sigmoid_then_clamp(z, y):
    """The probabilities are clamped away from 0 and 1. A large score on the wrong side then costs too little, and its
    gradient is 0: nothing would be learned from the worst mistakes."""
    return reference.bce_loss(torch.sigmoid(z), y)


@mistake("bce_with_logits")
def sigmoid_then_tiny_clamp(z, y):
    """The probabilities are clamped, if ever so little. A large score on the wrong side then costs too little, and its
    gradient is 0: nothing would be learned from the worst mistakes."""
    s = torch.sigmoid(z).clamp(1e-12, 1 - 1e-12)
    return -(y * torch.log(s) + (1 - y) * torch.log(1 - s)).mean()


@mistake("bce_with_logits")
def sigmoid_then_epsilon_of_1e_5(z, y):
    """An epsilon keeps the logarithm from 0. It changes the loss of every score, and a large one on the wrong side
    costs far too little. No epsilon is needed once the sigmoid is gone from the formula."""
    s = torch.sigmoid(z)
    return -(y * torch.log(s + 1e-5) + (1 - y) * torch.log(1 - s + 1e-5)).mean()


@mistake("bce_with_logits")
def sigmoid_then_epsilon_of_1e_7(z, y):
    """An epsilon keeps the logarithm from 0. It changes the loss of every score, and a large one on the wrong side
    costs far too little. No epsilon is needed once the sigmoid is gone from the formula."""
    s = torch.sigmoid(z)
    return -(y * torch.log(s + 1e-7) + (1 - y) * torch.log(1 - s + 1e-7)).mean()


@mistake("bce_with_logits")
def sigmoid_then_epsilon_of_1e_8(z, y):
    """An epsilon keeps the logarithm from 0. It changes the loss of every score, and a large one on the wrong side
    costs far too little. No epsilon is needed once the sigmoid is gone from the formula."""
    s = torch.sigmoid(z)
    return -(y * torch.log(s + 1e-8) + (1 - y) * torch.log(1 - s + 1e-8)).mean()


@mistake("bce_with_logits")
def logarithm_clamped_at_minus_100(z, y):
    """The logarithms are kept above -100, as nn.BCELoss does. That is finite, but a score of -10,000 with the label 1
    costs 10,000."""
    s = torch.sigmoid(z)
    return -(y * torch.log(s).clamp(min=-100) + (1 - y) * torch.log(1 - s).clamp(min=-100)).mean()


@mistake("bce_with_logits")
def infinities_replaced(z, y):
    """Infinite and nan logarithms are replaced afterwards. The value is then finite, but not the right one, and the
    gradient of what was replaced is lost."""
    s = torch.sigmoid(z)
    log_s, log_r = torch.nan_to_num(torch.log(s), neginf=-1e4), torch.nan_to_num(torch.log(1 - s), neginf=-1e4)
    return -(y * log_s + (1 - y) * log_r).mean()


@mistake("bce_with_logits")
def scores_clamped_at_30(z, y):
    """The scores are clamped first. That keeps the loss finite, but beyond the bounds it no longer grows, and its
    gradient is 0."""
    return reference.bce_with_logits(z.clamp(-30, 30), y)


@mistake("bce_with_logits")
def scores_clamped_at_20(z, y):
    """The scores are clamped first. That keeps the loss finite, but beyond the bounds it no longer grows, and its
    gradient is 0."""
    return reference.bce_with_logits(z.clamp(-20, 20), y)


@mistake("bce_with_logits")
def scores_clamped_at_50(z, y):
    """The scores are clamped first. That keeps the loss finite, but beyond the bounds it no longer grows, and its
    gradient is 0."""
    return reference.bce_with_logits(z.clamp(-50, 50), y)


@mistake("bce_with_logits")
def scores_clamped_at_100(z, y):
    """The scores are clamped first. That keeps the loss finite, but beyond the bounds it no longer grows, and its
    gradient is 0."""
    return reference.bce_with_logits(z.clamp(-100, 100), y)


@mistake("bce_with_logits")
def large_scores_overflow(z, y):
    """log(1 + exp(z)) is infinite for large scores, though it is almost z itself. Only exponentials of negative numbers
    are safe."""
    return (torch.log(1 + torch.exp(z)) - y * z).mean()


@mistake("bce_with_logits")
def large_negative_scores_overflow(z, y):
    """exp(-z) is infinite for large negative scores. Only exponentials of negative numbers are safe."""
    return ((1 - y) * z + torch.log1p(torch.exp(-z))).mean()


@mistake("bce_with_logits")
def nan_behind_where(z, y):
    """The value is right, but the gradient is nan: torch.where takes the good branch, and yet the slope of the other
    one, which is infinite, is multiplied by 0. Make the argument safe before the exponential."""
    positive = z + torch.log1p(torch.exp(-z))
    return (torch.where(z > 0, positive, torch.log1p(torch.exp(z))) - y * z).mean()


@mistake("bce_with_logits")
def absolute_value_missing(z, y):
    """The exponent has no absolute value. max(z, 0) + log(1 + exp(-z)) is right for positive scores only; for negative
    ones it needs -|z|."""
    return (z.clamp(min=0) - y * z + torch.logaddexp(-z, torch.zeros_like(z))).mean()


@mistake("bce_with_logits")
def correction_left_out(z, y):
    """Only max(z, 0) - y z is left. That is nearly right for large scores, but log(1 + exp(-|z|)) belongs to it: at
    scores near 0 it is most of the loss."""
    return (z.clamp(min=0) - y * z).mean()


@mistake("bce_with_logits")
def correction_detached(z, y):
    """The value is right, but the part with the exponential is cut off from the graph, so that a part of the gradient
    is missing."""
    return (z.clamp(min=0) - y * z + torch.log1p(torch.exp(-z.abs())).detach()).mean()


@mistake("bce_with_logits")
def label_term_missing(z, y):
    """The label does not count: y z is not taken off, so that every example is treated as one of class 0."""
    return (torch.logaddexp(z, torch.zeros_like(z)) - 0 * y * z).mean()


@mistake("bce_with_logits")
def label_term_added(z, y):
    """y z is added. It is to be taken off, so that a high score costs little where the label is 1."""
    return (torch.logaddexp(z, torch.zeros_like(z)) + y * z).mean()


@mistake("bce_with_logits")
def scores_of_class_zero(z, y):
    """The sign of the score is turned round, or that of the label: z is the score of class 1, and a high one means that
    class 1 is likely."""
    return reference.bce_with_logits(-z, y)


@mistake("bce_with_logits")
def class_one_alone(z, y):
    """Only the examples of class 1 cost anything. The other half of the formula, with 1 - y, is missing."""
    return (y * torch.logaddexp(-z, torch.zeros_like(z))).mean()


@mistake("bce_with_logits")
def class_zero_alone(z, y):
    """Only the examples of class 0 cost anything. The other half of the formula, with y, is missing."""
    return ((1 - y) * torch.logaddexp(z, torch.zeros_like(z))).mean()


@mistake("bce_with_logits")
def scores_taken_for_probabilities(z, y):
    """The scores are treated as probabilities. They may be any number; the sigmoid makes probabilities of them."""
    return reference.bce_loss(z, y)


@mistake("bce_with_logits")
def sigmoid_twice(z, y):
    """There are two sigmoids: the scores go through one before they go into the formula that has its own."""
    return reference.bce_with_logits(torch.sigmoid(z), y)


@mistake("bce_with_logits")
def score_loss_summed(z, y):
    """The terms are added up, but not divided by the number of examples. The loss is their mean."""
    return reference.bce_with_logits(z, y) * len(z)


@mistake("bce_with_logits")
def score_loss_negative(z, y):
    """The loss has the wrong sign. It is positive, and gets smaller as the predictions get better."""
    return -reference.bce_with_logits(z, y)


@mistake("bce_with_logits")
def score_loss_in_bits(z, y):
    """The logarithm has the base 2. The natural one is asked for."""
    return reference.bce_with_logits(z, y) / torch.log(torch.tensor(2.0, dtype=z.dtype))


@mistake("bce_with_logits")
def labels_plus_and_minus_one(z, y):
    """The labels are turned into +1 and -1. That is a good form for hard labels, but a label may lie between 0 and
    1."""
    return torch.logaddexp(-z * (2 * y - 1), torch.zeros_like(z)).mean()


@mistake("bce_with_logits")
def soft_labels_rounded(z, y):
    """Labels are rounded to 0 or 1. A label may lie between them."""
    return reference.bce_with_logits(z, y.round())


@mistake("bce_with_logits")
def chosen_by_if(z, y):
    """A label is only asked whether it is 1, and anything else counts as 0. A label may lie between them, and then both
    terms count."""
    return torch.where(y == 1, torch.logaddexp(-z, 0 * z), torch.logaddexp(z, 0 * z)).mean()


@mistake("bce_with_logits")
def score_loss_for_each_example(z, y):
    """The result has one loss for each example. Their mean is asked for, a single number of shape ()."""
    return torch.logaddexp(z, torch.zeros_like(z)) - y * z


@mistake("bce_with_logits")
def score_loss_with_a_dimension(z, y):
    """The result has the shape (1,). The loss is a single number, of shape ()."""
    return reference.bce_with_logits(z, y).reshape(1)


@mistake("bce_with_logits")
def score_loss_as_a_number(z, y):
    """The loss is made anew from a plain number, and has lost its graph: loss.backward() cannot reach the scores."""
    return torch.tensor(reference.bce_with_logits(z, y).item(), dtype=z.dtype)


@mistake("bce_with_logits")
def score_loss_always_double(z, y):
    """The loss is always float64. It should have the dtype of the scores."""
    return reference.bce_with_logits(z.double(), y.double())


@mistake("bce_with_logits")
def scores_changed_in_place(z, y):
    """The scores themselves are changed, in place, and the caller finds them so. Make a new tensor."""
    loss = reference.bce_with_logits(z, y)
    z.data.clamp_(min=0)
    return loss


@mistake("bce_with_logits")
def ready_made_with_logits(z, y):
    """torch's own loss does the work. Here you write it yourself, with sums, logarithms and a mean."""
    return torch.nn.functional.binary_cross_entropy_with_logits(z, y)


@mistake("bce_with_logits")
def labels_turned_in_place(z, y):
    """1 - y is worked out in place, and the caller finds the labels turned round. Make a new tensor."""
    y.neg_().add_(1)
    return (torch.logaddexp(z, torch.zeros_like(z)) - (1 - y) * z).mean()


# ---- softmax_cross_entropy


@mistake("softmax_cross_entropy")
def rows_summed(logits, labels):
    """The losses of the rows are added up, but not divided by their number. The loss is their mean."""
    return reference.softmax_cross_entropy(logits, labels) * len(labels)


@mistake("softmax_cross_entropy")
def mean_over_all_entries(logits, labels):
    """The sum is divided by N times K, as by a mean over a one-hot matrix. There are N losses, one for each row, and it
    is divided by N."""
    return reference.softmax_cross_entropy(logits, labels) / logits.shape[1]


@mistake("softmax_cross_entropy")
def rows_without_minus(logits, labels):
    """The minus sign is missing. The logarithm of a probability is negative; the loss is not."""
    return -reference.softmax_cross_entropy(logits, labels)


@mistake("softmax_cross_entropy")
def right_score_alone(logits, labels):
    """Only the score of the right class counts. The logarithm of the sum over all classes belongs to it: without it the
    loss has no lower end."""
    return -logits[torch.arange(len(labels)), labels].mean()


@mistake("softmax_cross_entropy")
def sum_of_exponentials_alone(logits, labels):
    """Only the logarithm of the sum counts, and the labels do not. The score of the right class is to be taken off."""
    return torch.logsumexp(logits, 1).mean()


@mistake("softmax_cross_entropy")
def overflowing_exponentials(logits, labels):
    """exp of a large score is infinite, and that of a very low one 0, so that the result is infinite or nan. The same
    number may be taken off all scores of a row first."""
    e = torch.exp(logits)
    p = e / e.sum(1, keepdim=True)
    return -torch.log(p[torch.arange(len(labels)), labels]).mean()


@mistake("softmax_cross_entropy")
def one_shift_for_all_rows(logits, labels):
    """One number is taken off all rows, the largest of all. In a row that lies far below it every exponential is 0, and
    their logarithm infinite. Each row needs its own."""
    e = torch.exp(logits - logits.max())
    p = e / e.sum(1, keepdim=True)
    return -torch.log(p[torch.arange(len(labels)), labels]).mean()


@mistake("softmax_cross_entropy")
def epsilon_beside_the_probability(logits, labels):
    """An epsilon is added inside the logarithm. It changes the loss, and is not needed where the largest score is taken
    off each row."""
    p = torch.exp(logits - torch.logsumexp(logits, 1, keepdim=True))
    return -torch.log(p[torch.arange(len(labels)), labels] + 1e-6).mean()


@mistake("softmax_cross_entropy")
def large_scores_clamped(logits, labels):
    """The scores are clamped first, which loses the differences between large ones. Only what all scores of a row have
    in common may go."""
    return reference.softmax_cross_entropy(logits.clamp(-100, 100), labels)


@mistake("softmax_cross_entropy")
def nan_replaced(logits, labels):
    """nan and infinity are replaced by numbers at the end. That is finite, but not the loss."""
    e = torch.exp(logits)
    p = e / e.sum(1, keepdim=True)
    return torch.nan_to_num(-torch.log(p[torch.arange(len(labels)), labels]), nan=0.0, posinf=100.0).mean()


@mistake("softmax_cross_entropy")
def normalised_down_the_batch(logits, labels):
    """The probabilities add up to 1 down the columns, over the examples. They should along each row, over the
    classes."""
    rows = torch.arange(len(labels))
    return (torch.logsumexp(logits, 0)[labels] - logits[rows, labels]).mean()


@mistake("softmax_cross_entropy")
def normalised_over_everything(logits, labels):
    """All probabilities of the batch together add up to 1. Those of each row should."""
    right = logits[torch.arange(len(labels)), labels]
    return (torch.logsumexp(logits.reshape(-1), 0) - right).mean()


@mistake("softmax_cross_entropy")
def every_label_in_every_row(logits, labels):
    """logits[:, labels] picks the columns of all labels in every row, N times N numbers. Row i has the label i
    alone."""
    return (torch.logsumexp(logits, 1)[:, None] - logits[:, labels]).mean()


@mistake("softmax_cross_entropy")
def labels_from_one(logits, labels):
    """The labels are counted from 1, so that each row is compared with the class before its own. Classes are counted
    from 0, as Python does."""
    return reference.softmax_cross_entropy(logits, labels - 1)


@mistake("softmax_cross_entropy")
def first_label_for_all(logits, labels):
    """The first label is used for all rows. Each row has its own."""
    return reference.softmax_cross_entropy(logits, labels[:1].expand(len(labels)))


@mistake("softmax_cross_entropy")
def labels_in_another_order(logits, labels):
    """The labels are sorted or turned round on the way, and no longer belong to their rows."""
    return reference.softmax_cross_entropy(logits, labels.flip(0))


@mistake("softmax_cross_entropy")
def largest_score_for_the_sum(logits, labels):
    """The largest score stands in for the logarithm of the sum. It comes near, but the other classes count too."""
    right = logits[torch.arange(len(labels)), labels]
    return (logits.amax(1) - right).mean()


@mistake("softmax_cross_entropy")
def own_prediction_as_label(logits, labels):
    """The likeliest class is treated as the right one, whatever the label says. Then every prediction is right."""
    return reference.softmax_cross_entropy(logits, logits.argmax(1))


@mistake("softmax_cross_entropy")
def probability_without_logarithm(logits, labels):
    """The loss is one less the probability of the right class. Cross-entropy takes the negative logarithm of it."""
    right = logits[torch.arange(len(labels)), labels]
    return (1 - torch.exp(right - torch.logsumexp(logits, 1))).mean()


@mistake("softmax_cross_entropy")
def logarithm_after_the_mean(logits, labels):
    """The mean over the rows is taken before the logarithm. Each row has its own logarithm, and the mean is over
    those."""
    right = logits[torch.arange(len(labels)), labels]
    return -torch.exp(right - torch.logsumexp(logits, 1)).mean().log()


@mistake("softmax_cross_entropy")
def rows_in_bits(logits, labels):
    """The logarithm has the base 2. The natural one is asked for."""
    return reference.softmax_cross_entropy(logits, labels) / torch.log(torch.tensor(2.0, dtype=logits.dtype))


@mistake("softmax_cross_entropy")
def sigmoid_of_each_class(logits, labels):
    """Each class has a sigmoid of its own, as if several could be right at a time. Exactly one is, and the exponentials
    are divided by their sum."""
    hot = torch.nn.functional.one_hot(labels, logits.shape[1]).to(logits.dtype)
    losses = torch.logaddexp(logits, torch.zeros_like(logits)) - hot * logits
    return losses.sum(1).mean()


@mistake("softmax_cross_entropy")
def normalised_twice(logits, labels):
    """The scores become probabilities twice: those of the first time are treated as scores again. Once is enough."""
    p = torch.exp(logits - torch.logsumexp(logits, 1, keepdim=True))
    return reference.softmax_cross_entropy(p, labels)


@mistake("softmax_cross_entropy")
def labels_made_soft(logits, labels):
    """The labels are smoothed: a part of the weight goes to the other classes. The formula gives all of it to the right
    one."""
    share = 0.1 * (torch.logsumexp(logits, 1) - logits.mean(1)).mean()
    return 0.9 * reference.softmax_cross_entropy(logits, labels) + share


@mistake("softmax_cross_entropy")
def classes_weighted_alike(logits, labels):
    """The losses are averaged for each class first, and then over the classes. There is one mean, over all rows,
    however many of them are of which class."""
    losses = torch.logsumexp(logits, 1) - logits[torch.arange(len(labels)), labels]
    return torch.stack([losses[labels == c].mean() for c in labels.unique()]).mean()


@mistake("softmax_cross_entropy")
def sum_of_exponentials_detached(logits, labels):
    """The value is right, but the logarithm of the sum is cut off from the graph: only the right class's score gets a
    gradient."""
    right = logits[torch.arange(len(labels)), labels]
    return (torch.logsumexp(logits, 1).detach() - right).mean()


@mistake("softmax_cross_entropy")
def row_loss_as_a_number(logits, labels):
    """The loss is made anew from a plain number, and has lost its graph: loss.backward() cannot reach the scores."""
    return torch.tensor(reference.softmax_cross_entropy(logits, labels).item(), dtype=logits.dtype)


@mistake("softmax_cross_entropy")
def row_loss_for_each_example(logits, labels):
    """The result has one loss for each row. Their mean is asked for, a single number of shape ()."""
    return torch.logsumexp(logits, 1) - logits[torch.arange(len(labels)), labels]


@mistake("softmax_cross_entropy")
def row_loss_with_a_dimension(logits, labels):
    """The result has the shape (1,). The loss is a single number, of shape ()."""
    return reference.softmax_cross_entropy(logits, labels).reshape(1)


@mistake("softmax_cross_entropy")
def row_loss_always_double(logits, labels):
    """The loss is always float64. It should have the dtype of the scores."""
    return reference.softmax_cross_entropy(logits.double(), labels)


@mistake("softmax_cross_entropy")
def row_loss_always_single(logits, labels):
    """The loss is always float32, since a tensor made on the way has torch's default type. It should have the dtype of
    the scores."""
    return reference.softmax_cross_entropy(logits.float(), labels)


@mistake("softmax_cross_entropy")
def scores_shifted_in_place(logits, labels):
    """The largest score is taken off each row of logits itself, and the caller finds them changed. Make a new
    tensor."""
    loss = reference.softmax_cross_entropy(logits, labels)
    logits.data -= logits.data.amax(1, keepdim=True)
    return loss


@mistake("softmax_cross_entropy")
def ready_made_log_softmax(logits, labels):
    """torch's own log-softmax does the work. Here you write it yourself, with exp and log or with torch.logsumexp."""
    return -torch.log_softmax(logits, 1)[torch.arange(len(labels)), labels].mean()


@mistake("softmax_cross_entropy")
def logarithm_of_a_probability_of_zero(logits, labels):
    """The logarithm is taken of a quotient that is rounded to 0 where the right class's score is far below the largest
    one. The logarithm of a quotient is a difference, which stays finite."""
    e = torch.exp(logits - logits.amax(1, keepdim=True))
    p = e / e.sum(1, keepdim=True)
    return -torch.log(p[torch.arange(len(labels)), labels]).mean()


@mistake("softmax_cross_entropy")
def mean_taken_off(logits, labels):
    """The mean of a row is taken off its scores. Where these are far apart the largest one stays large, and its
    exponential is infinite: take off the largest."""
    shifted = logits - logits.mean(1, keepdim=True)
    return (shifted.exp().sum(1).log() - shifted[torch.arange(len(labels)), labels]).mean()


@mistake("softmax_cross_entropy")
def loss_for_given_logarithms(logits, labels):
    """The loss for logarithms of probabilities (nll_loss, by another way) does the work. It is not allowed here."""
    log_p = logits - torch.logsumexp(logits, 1, keepdim=True)
    return torch._C._nn.nll_loss(log_p, labels).mean()


@mistake("bce_with_logits")
def relu_for_the_larger(z, y):
    """relu(z) - y z + log(1 + exp(-|z|)) has the right value, but at a score of exactly 0 autograd takes the slopes of
    relu and abs for 0. There the slope of the term is 1/2 - y: use torch.maximum, softplus or logaddexp."""
    return (torch.relu(z) - y * z + torch.log1p(torch.exp(-torch.abs(z)))).mean()


@mistake("bce_with_logits")
def clamp_for_the_larger(z, y):
    """clamp(z, min=0) has the slope 1 at a score of exactly 0, so the gradient there is 1 - y. It is 1/2 - y: use
    torch.maximum, softplus or logaddexp."""
    return (torch.clamp(z, min=0) - y * z + torch.log1p(torch.exp(-torch.abs(z)))).mean()


@mistake("softmax_cross_entropy")
def labels_made_positions(logits, labels):
    """The labels are turned in place into positions in the flattened scores, and the caller finds them changed. Make a
    new tensor."""
    labels += logits.shape[1] * torch.arange(len(labels))
    return (torch.logsumexp(logits, 1) - logits.reshape(-1)[labels]).mean()

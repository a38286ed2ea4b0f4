"""Common mistakes in hw3, each with the explanation that students read."""

import numpy as np
import reference
import torch

from gradkit.bank import mistake


def same_shape(y_hat, y):
    """The reference's check of the shapes."""
    if y_hat.shape != y.shape:
        raise ValueError(f"y_hat {tuple(y_hat.shape)} and y {tuple(y.shape)} differ in shape")


def probabilities(y_hat):
    """The predictions, clamped away from 0 and 1 as in the reference."""
    return torch.clamp(y_hat, 1e-7, 1 - 1e-7)


def terms(y_hat, y):
    """The loss of each example."""
    p = probabilities(y_hat)
    return -(y * torch.log(p) + (1 - y) * torch.log(1 - p))


# ---- mse_loss


@mistake("mse_loss")
def squares_summed(y_hat, y):
    """mse_loss: the squares are summed, but not divided by their number. The loss is their mean, so that it does not
    grow with the batch."""
    return reference.mse_loss(y_hat, y) * y.numel()


@mistake("mse_loss")
def squares_halved(y_hat, y):
    """mse_loss: the mean is divided by 2 once more. Some textbooks do that to cancel the 2 in the derivative; here it
    is the plain mean."""
    return reference.mse_loss(y_hat, y) / 2


@mistake("mse_loss")
def squares_rooted(y_hat, y):
    """mse_loss: the square root of the mean is returned. That is the root mean squared error; the mean squared error
    has no root."""
    return reference.mse_loss(y_hat, y).sqrt()


@mistake("mse_loss")
def squared_after_the_mean(y_hat, y):
    """mse_loss: the mean is taken before the square, so positive and negative errors cancel. Square each element, then
    take the mean."""
    same_shape(y_hat, y)
    return (y_hat - y).mean() ** 2


@mistake("mse_loss")
def squared_apart(y_hat, y):
    """mse_loss: prediction and target are squared before they are subtracted. Square their difference."""
    same_shape(y_hat, y)
    return (y_hat**2 - y**2).mean()


@mistake("mse_loss")
def added_not_subtracted(y_hat, y):
    """mse_loss: prediction and target are added. The error is their difference."""
    return reference.mse_loss(y_hat, -y)


@mistake("mse_loss")
def absolute_in_place_of_square(y_hat, y):
    """mse_loss: this is the mean absolute error. Square the differences."""
    return reference.mae_loss(y_hat, y)


@mistake("mse_loss")
def squares_of_a_row_summed(y_hat, y):
    """mse_loss: the squares in a row are summed, and only the rows are averaged. Take the mean over all elements."""
    same_shape(y_hat, y)
    rows = (y_hat - y).reshape(len(y) if y.dim() else 1, -1)
    return (rows**2).sum(dim=1).mean()


@mistake("mse_loss")
def one_square_too_few(y_hat, y):
    """mse_loss: the sum is divided by the number of elements minus 1, as for a sample variance. A mean over n numbers
    is divided by n."""
    return reference.mse_loss(y_hat, y) * y.numel() / (y.numel() - 1)


@mistake("mse_loss")
def squares_not_averaged(y_hat, y):
    """mse_loss: the result has one square for each element. Return their mean, a single number of shape ()."""
    same_shape(y_hat, y)
    return (y_hat - y) ** 2


@mistake("mse_loss")
def squares_averaged_by_column(y_hat, y):
    """mse_loss: the mean is taken only over the rows, which leaves one number for each column. The loss is a single
    number, of shape ()."""
    same_shape(y_hat, y)
    return ((y_hat - y) ** 2).mean(dim=0)


@mistake("mse_loss")
def mse_broadcasts(y_hat, y):
    """mse_loss: unequal shapes are not detected. (N, 1) minus (N,) broadcasts to an N x N matrix of all differences,
    and its mean is a wrong loss without an error; raise a ValueError."""
    return ((y_hat - y) ** 2).mean()


@mistake("mse_loss")
def mse_flattens(y_hat, y):
    """mse_loss: both tensors are flattened, so (N, 1) and (N,) count as equal. Unequal shapes are usually a bug in the
    calling code, so raise a ValueError."""
    y_hat, y = y_hat.reshape(-1), y.reshape(-1)
    same_shape(y_hat, y)
    return ((y_hat - y) ** 2).mean()


@mistake("mse_loss")
def mse_compares_numbers_of_elements(y_hat, y):
    """mse_loss: only the numbers of elements are compared. (2, 3) and (3, 2) both have 6 elements, but are different
    shapes."""
    if y_hat.numel() != y.numel():
        raise ValueError(f"{tuple(y_hat.shape)} and {tuple(y.shape)}")
    return ((y_hat.reshape(-1) - y.reshape(-1)) ** 2).mean()


@mistake("mse_loss")
def mse_compares_numbers_of_dimensions(y_hat, y):
    """mse_loss: only the numbers of dimensions are compared. (N, 3) and (N, 1) both have two, but are different
    shapes."""
    if y_hat.dim() != y.dim():
        raise ValueError(f"{tuple(y_hat.shape)} and {tuple(y.shape)}")
    return ((y_hat - y) ** 2).mean()


@mistake("mse_loss")
def mse_compares_rows(y_hat, y):
    """mse_loss: only the numbers of rows are compared. Compare the full shapes: (N, 1) and (N,) both have N rows."""
    if y_hat.shape[:1] != y.shape[:1]:
        raise ValueError(f"{tuple(y_hat.shape)} and {tuple(y.shape)}")
    return ((y_hat - y) ** 2).mean()


@mistake("mse_loss")
def mse_asserts(y_hat, y):
    """mse_loss: unequal shapes are detected by an assert, which raises an AssertionError. Raise a ValueError."""
    assert y_hat.shape == y.shape, f"{y_hat.shape} and {y.shape}"
    return ((y_hat - y) ** 2).mean()


@mistake("mse_loss")
def mse_names_no_shapes(y_hat, y):
    """mse_loss: the message of the ValueError does not name the shapes. It should name both, to help the caller find
    the error."""
    if y_hat.shape != y.shape:
        raise ValueError("the shapes of y_hat and y differ")
    return ((y_hat - y) ** 2).mean()


@mistake("mse_loss")
def mse_names_one_shape(y_hat, y):
    """mse_loss: the message of the ValueError names only the shape of y_hat. It should name both, to help the caller
    find the error."""
    if y_hat.shape != y.shape:
        raise ValueError(f"y_hat has the shape {tuple(y_hat.shape)}, and y another")
    return ((y_hat - y) ** 2).mean()


@mistake("mse_loss")
def mse_returns_the_error(y_hat, y):
    """mse_loss: for unequal shapes, the exception is returned or printed, not raised. Use raise."""
    if y_hat.shape != y.shape:
        print("ValueError:", tuple(y_hat.shape), tuple(y.shape))
        return None
    return ((y_hat - y) ** 2).mean()


@mistake("mse_loss")
def mse_as_a_number(y_hat, y):
    """mse_loss: the loss is a Python number (.item() or float()). It should be a tensor: loss.backward() needs its
    graph."""
    return reference.mse_loss(y_hat, y).item()


@mistake("mse_loss")
def mse_detached(y_hat, y):
    """mse_loss: the predictions are detached from the graph (detach(), .data or NumPy), so loss.backward() cannot reach
    them."""
    return reference.mse_loss(y_hat.detach(), y)


@mistake("mse_loss")
def mse_half_detached(y_hat, y):
    """mse_loss: the value is right, but one of the two factors of the square is detached from the graph, so the
    gradient is halved."""
    same_shape(y_hat, y)
    return ((y_hat - y) * (y_hat.detach() - y)).mean()


@mistake("mse_loss")
def mse_always_double(y_hat, y):
    """mse_loss: the loss is always float64. It should have the dtype of the predictions."""
    return reference.mse_loss(y_hat.double(), y.double())


@mistake("mse_loss")
def mse_in_place(y_hat, y):
    """mse_loss: y is subtracted from y_hat in place, which modifies the predictions of the caller. Create a new
    tensor."""
    loss = reference.mse_loss(y_hat, y)
    y_hat.data -= y
    return loss


@mistake("mse_loss")
def mse_subtracts_in_place(y_hat, y):
    """mse_loss: y_hat -= y modifies the predictions in place. PyTorch raises an error if they require a gradient;
    otherwise the caller's tensor is changed. y_hat - y creates a new tensor."""
    same_shape(y_hat, y)
    y_hat -= y
    return (y_hat**2).mean()


# ---- mae_loss


@mistake("mae_loss")
def sizes_summed(y_hat, y):
    """mae_loss: the absolute differences are summed, but not divided by their number. The loss is their mean."""
    return reference.mae_loss(y_hat, y) * y.numel()


@mistake("mae_loss")
def signs_kept(y_hat, y):
    """mae_loss: the differences are averaged with their signs, so positive and negative errors cancel. Take the
    absolute value of each."""
    same_shape(y_hat, y)
    return (y_hat - y).mean()


@mistake("mae_loss")
def absolute_after_the_mean(y_hat, y):
    """mae_loss: the absolute value is taken after the mean, where positive and negative errors have already cancelled.
    Take the absolute value of each element, then the mean."""
    same_shape(y_hat, y)
    return (y_hat - y).mean().abs()


@mistake("mae_loss")
def absolute_apart(y_hat, y):
    """mae_loss: the absolute values of prediction and target are subtracted. Take the absolute value of their
    difference: that of -1 and 1 is 2."""
    same_shape(y_hat, y)
    return (y_hat.abs() - y.abs()).abs().mean()


@mistake("mae_loss")
def square_in_place_of_absolute(y_hat, y):
    """mae_loss: this is the mean squared error. Take absolute values instead of squares."""
    return reference.mse_loss(y_hat, y)


@mistake("mae_loss")
def root_of_the_mean_square(y_hat, y):
    """mae_loss: this is the root mean squared error. Take the mean of the absolute differences."""
    return (reference.mse_loss(y_hat, y) + 1e-300).sqrt()


@mistake("mae_loss")
def root_of_each_square(y_hat, y):
    """mae_loss: the root of the square is the absolute value, but its derivative at 0 is 0 / 0: if a prediction equals
    its target, the gradient is nan."""
    same_shape(y_hat, y)
    return ((y_hat - y) ** 2).sqrt().mean()


@mistake("mae_loss")
def epsilon_under_the_root(y_hat, y):
    """mae_loss: an epsilon under the root keeps the gradient finite, but changes the loss. The absolute value needs
    neither root nor epsilon."""
    same_shape(y_hat, y)
    return ((y_hat - y) ** 2 + 1e-6).sqrt().mean()


@mistake("mae_loss")
def divided_by_the_difference(y_hat, y):
    """mae_loss: the sign is computed by dividing by the difference, which is 0 / 0 if a prediction equals its target:
    one nan makes the whole mean nan."""
    same_shape(y_hat, y)
    difference = y_hat - y
    return (difference**2 / difference.abs()).mean()


@mistake("mae_loss")
def median_in_place_of_mean(y_hat, y):
    """mae_loss: the median of the absolute differences is returned. Return their mean."""
    same_shape(y_hat, y)
    return (y_hat - y).abs().median()


@mistake("mae_loss")
def smooth_near_zero(y_hat, y):
    """mae_loss: small differences are squared (Huber loss). Take the absolute value of all of them."""
    same_shape(y_hat, y)
    size = (y_hat - y).abs()
    return torch.where(size < 1, size**2 / 2, size - 0.5).mean()


@mistake("mae_loss")
def smooth_close_to_zero(y_hat, y):
    """mae_loss: differences below 0.01 are squared (Huber loss with a small delta). Take the absolute value of all of
    them."""
    same_shape(y_hat, y)
    size = (y_hat - y).abs()
    return torch.where(size < 0.01, 50 * size**2, size - 0.005).mean()


@mistake("mae_loss")
def relative_error(y_hat, y):
    """mae_loss: each difference is divided by its target. That is the relative error; compute the absolute error."""
    same_shape(y_hat, y)
    return ((y_hat - y).abs() / (y.abs() + 1e-12)).mean()


@mistake("mae_loss")
def sizes_of_a_row_summed(y_hat, y):
    """mae_loss: the absolute differences in a row are summed, and only the rows are averaged. Take the mean over all
    elements."""
    same_shape(y_hat, y)
    rows = (y_hat - y).reshape(len(y) if y.dim() else 1, -1)
    return rows.abs().sum(dim=1).mean()


@mistake("mae_loss")
def sizes_not_averaged(y_hat, y):
    """mae_loss: the result has one number for each element. Return their mean, a single number of shape ()."""
    same_shape(y_hat, y)
    return (y_hat - y).abs()


@mistake("mae_loss")
def mae_broadcasts(y_hat, y):
    """mae_loss: unequal shapes are not detected. (N, 1) minus (N,) broadcasts to an N x N matrix of all differences,
    and its mean is a wrong loss without an error; raise a ValueError."""
    return (y_hat - y).abs().mean()


@mistake("mae_loss")
def mae_squeezes(y_hat, y):
    """mae_loss: dimensions of size 1 are squeezed first, so (N, 1) and (N,) count as equal. Unequal shapes should raise
    a ValueError."""
    y_hat, y = y_hat.squeeze(), y.squeeze()
    same_shape(y_hat, y)
    return (y_hat - y).abs().mean()


@mistake("mae_loss")
def mae_type_error(y_hat, y):
    """mae_loss: unequal shapes raise an exception other than ValueError."""
    if y_hat.shape != y.shape:
        raise TypeError(f"{tuple(y_hat.shape)} and {tuple(y.shape)}")
    return (y_hat - y).abs().mean()


@mistake("mae_loss")
def mae_detached(y_hat, y):
    """mae_loss: the loss is built from a plain number and has no graph, so loss.backward() cannot reach the
    predictions."""
    return torch.tensor(reference.mae_loss(y_hat, y).item(), dtype=y_hat.dtype)


@mistake("mae_loss")
def sign_differentiated(y_hat, y):
    """mae_loss: the value is right, but the gradient has the wrong sign: where the prediction is too large, it should
    be positive."""
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
    """mae_loss: the targets are modified in place. Create a new tensor."""
    loss = reference.mae_loss(y_hat, y)
    y -= y_hat.detach()
    return loss


@mistake("mae_loss")
def ready_made_loss(y_hat, y):
    """mae_loss: PyTorch's own loss does the work. Write it yourself, as the mean of absolute values."""
    same_shape(y_hat, y)
    return torch.nn.functional.l1_loss(y_hat, y)


@mistake("mae_loss")
def mae_subtracts_in_place(y_hat, y):
    """mae_loss: y_hat -= y modifies the predictions in place. PyTorch raises an error if they require a gradient;
    otherwise the caller's tensor is changed. y_hat - y creates a new tensor."""
    same_shape(y_hat, y)
    y_hat -= y
    return y_hat.abs().mean()


@mistake("mae_loss")
def mae_names_no_shapes(y_hat, y):
    """mae_loss: the message of the ValueError does not name the shapes. It should name both, to help the caller find
    the error."""
    if y_hat.shape != y.shape:
        raise ValueError("y_hat and y should have one shape")
    return (y_hat - y).abs().mean()


# ---- is_distribution


@mistake("is_distribution")
def sum_alone(p, tol=1e-6):
    """Only the sum is checked. 1.5 and -0.5 also sum to 1, but a probability cannot be negative."""
    return abs(p.sum().item() - 1) <= tol


@mistake("is_distribution")
def entries_alone(p, tol=1e-6):
    """Only the entries are checked. Their sum must also be 1, up to the tolerance."""
    return bool((p >= 0).all() and (p <= 1).all())


@mistake("is_distribution")
def zero_refused(p, tol=1e-6):
    """An entry of 0 is rejected. A probability may be 0: that class never occurs."""
    return bool((p > 0).all()) and reference.is_distribution(p, tol)


@mistake("is_distribution")
def one_refused(p, tol=1e-6):
    """An entry of 1 is rejected. A probability may be 1: that class always occurs."""
    return bool((p < 1).all()) and reference.is_distribution(p, tol)


@mistake("is_distribution")
def tolerance_for_entries(p, tol=1e-6):
    """Entries may be negative within the tolerance. The tolerance applies only to the sum; no entry may be negative,
    however slightly."""
    return bool((p >= -tol).all()) and abs(p.sum().item() - 1) <= tol


@mistake("is_distribution")
def sum_compared_exactly(p, tol=1e-6):
    """The sum is compared with 1 by ==. In floating-point arithmetic, ten times 0.1 is not exactly 1: that is what the
    tolerance is for."""
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
    """The tolerance is always 1e-6. Use the argument tol."""
    return reference.is_distribution(p)


@mistake("is_distribution")
def tolerance_itself_refused(p, tol=1e-6):
    """A sum that differs from 1 by exactly tol is rejected. A difference of at most tol is allowed, including tol
    itself."""
    return bool((p >= 0).all()) and abs(p.sum().item() - 1) < tol


@mistake("is_distribution")
def allclose_by_default(p, tol=1e-6):
    """The sum is compared by torch.isclose or torch.allclose, which add a relative tolerance of 1e-5 by default; set
    rtol=0."""
    return bool((p >= 0).all()) and torch.allclose(p.sum(), torch.ones((), dtype=p.dtype), atol=tol)


@mistake("is_distribution")
def default_too_large(p, tol=1e-3):
    """The default of tol was changed. It should be 1e-6, as in the signature."""
    return reference.is_distribution(p, tol)


@mistake("is_distribution")
def first_entry_alone(p, tol=1e-6):
    """Only the first entry's sign is checked, for example by a return in the first iteration of a loop. Check all
    entries."""
    return bool(p[0] >= 0) and abs(p.sum().item() - 1) <= tol


@mistake("is_distribution")
def sizes_added_up(p, tol=1e-6):
    """The absolute values are summed, so a negative entry counts as positive."""
    return abs(p.abs().sum().item() - 1) <= tol


@mistake("is_distribution")
def answer_turned_round(p, tol=1e-6):
    """The result is inverted: True where p is not a distribution."""
    return not reference.is_distribution(p, tol)


@mistake("is_distribution")
def answer_is_a_tensor(p, tol=1e-6):
    """The result is a boolean tensor. Convert it with bool()."""
    return (p >= 0).all() & ((p.sum() - 1).abs() <= tol)


@mistake("is_distribution")
def answer_is_a_number(p, tol=1e-6):
    """The result is the number 1 or 0. Return True or False."""
    return int(reference.is_distribution(p, tol))


@mistake("is_distribution")
def answer_for_each_entry(p, tol=1e-6):
    """The result has one value for each entry. Return a single bool for all of p: all entries and the sum must be
    right."""
    return (p >= 0) & ((p.sum() - 1).abs() <= tol)


@mistake("is_distribution")
def nothing_where_false(p, tol=1e-6):
    """If p is not a distribution, the function ends without a return statement and returns None. Return False."""
    return True if reference.is_distribution(p, tol) else None


@mistake("is_distribution")
def error_where_false(p, tol=1e-6):
    """If p is not a distribution, an exception is raised. Return False."""
    if not reference.is_distribution(p, tol):
        raise ValueError("this is no distribution")
    return True


@mistake("is_distribution")
def entries_above_one_refused(p, tol=1e-6):
    """An entry above 1 is rejected. Only the sum counts, and it may differ from 1 by tol."""
    return bool((p <= 1).all()) and reference.is_distribution(p, tol)


@mistake("is_distribution")
def answer_of_numpy(p, tol=1e-6):
    """The result is a NumPy bool (np.bool_), which is not a Python bool. Convert it with bool()."""
    return np.bool_(reference.is_distribution(p, tol))


@mistake("is_distribution")
def rounded_to_single(p, tol=1e-6):
    """p is converted to float32 first. It has only 7 digits: sums are rounded, and very small negative numbers become
    0."""
    return reference.is_distribution(p.float(), tol)


@mistake("is_distribution")
def normalized_first(p, tol=1e-6):
    """p is divided by its sum first, so its sum is always 1. Check p itself."""
    return reference.is_distribution(p / p.sum(), tol)


@mistake("is_distribution")
def p_changed_in_place(p, tol=1e-6):
    """p is modified in place. A check should not change its argument."""
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
    """p and q are swapped. Take the logarithm of the prediction q, with the true probabilities p as weights."""
    return reference.cross_entropy(q, p)


@mistake("cross_entropy")
def entropy_in_bits(p, q):
    """The logarithm has base 2. Use the natural logarithm, torch.log."""
    return -(p * torch.log2(torch.where(p > 0, q, 1))).sum(-1)


@mistake("cross_entropy")
def entropy_in_decimal_digits(p, q):
    """The logarithm has base 10. Use the natural logarithm, torch.log."""
    return -(p * torch.log10(torch.where(p > 0, q, 1))).sum(-1)


@mistake("cross_entropy")
def mean_over_classes(p, q):
    """The terms are averaged over the classes. Sum them: the weights p_k already make it an average."""
    return reference.cross_entropy(p, q) / p.shape[-1]


@mistake("cross_entropy")
def mean_over_pairs(p, q):
    """The result is averaged over all pairs. Each pair of distributions should keep its own number, so that (N, K)
    gives (N,)."""
    return reference.cross_entropy(p, q).mean()


@mistake("cross_entropy")
def sum_over_everything(p, q):
    """The sum is over all dimensions. It should be over the last one only, so that (N, K) gives (N,)."""
    return reference.cross_entropy(p, q).sum()


@mistake("cross_entropy")
def sum_over_the_first_dimension(p, q):
    """The sum is over the first dimension, the pairs. It should be over the last one, the classes."""
    return -(p * torch.where(p > 0, q, 1).log()).sum(0)


@mistake("cross_entropy")
def sum_over_dimension_one(p, q):
    """The sum is over dimension 1. The classes are the last dimension, dim=-1, which is dimension 1 only for two
    dimensions."""
    terms_of_classes = -(p * torch.where(p > 0, q, 1).log())
    return terms_of_classes.sum(1 if p.dim() > 1 else 0)


@mistake("cross_entropy")
def class_dimension_kept(p, q):
    """The last dimension is kept, with size 1. The result has the shape of p and q without their last dimension."""
    return reference.cross_entropy(p, q)[..., None]


@mistake("cross_entropy")
def terms_not_summed(p, q):
    """The terms of the classes are not summed. Return one number for each pair of distributions."""
    return -(p * torch.where(p > 0, q, 1).log())


@mistake("cross_entropy")
def entropy_alone(p, q):
    """This is the entropy of p: the logarithm is taken of p. Take the logarithm of q."""
    return reference.cross_entropy(p, p) + 0 * q.sum()


@mistake("cross_entropy")
def entropy_of_the_prediction(p, q):
    """This is the entropy of q: the weights are q. Use the true probabilities p as weights."""
    return reference.cross_entropy(q, q) + 0 * p.sum()


@mistake("cross_entropy")
def divergence(p, q):
    """The entropy of p is subtracted, which gives the Kullback-Leibler divergence, 0 where p and q are equal. Return
    the cross-entropy itself."""
    return reference.cross_entropy(p, q) - reference.cross_entropy(p, p)


@mistake("cross_entropy")
def logarithm_of_the_sum(p, q):
    """The logarithm is taken of the sum. Take the logarithm of each term, then the sum."""
    return -torch.log((p * q).sum(-1))


@mistake("cross_entropy")
def logarithm_of_the_product(p, q):
    """The logarithm is taken of p_k q_k. Take the logarithm of q_k only, times p_k."""
    return -(p * torch.where(p > 0, p * q, 1).log()).sum(-1)


@mistake("cross_entropy")
def likeliest_class_alone(p, q):
    """Only the most likely class counts. That is right only if p is one-hot; otherwise each class contributes."""
    c = p.argmax(-1, keepdim=True)
    return -torch.log(q.gather(-1, c)).squeeze(-1) + 0 * p.sum()


@mistake("cross_entropy")
def both_terms_for_each_class(p, q):
    """Each class also has a term with 1 - p_k and 1 - q_k, as in binary cross-entropy. Here the other classes have
    their own terms."""
    other = torch.where(p < 1, 1 - q, 1)
    return reference.cross_entropy(p, q) - ((1 - p) * torch.where(other > 0, other, 1).log()).sum(-1)


@mistake("cross_entropy")
def squared_distance(p, q):
    """This is a squared distance between p and q. Cross-entropy takes the logarithm of q."""
    return ((p - q) ** 2).sum(-1)


@mistake("cross_entropy")
def softmax_of_probabilities(p, q):
    """A softmax is applied to q, as if it held logits. It already holds probabilities."""
    return reference.cross_entropy(p, torch.softmax(q, -1))


@mistake("cross_entropy")
def prediction_divided_by_its_sum(p, q):
    """q is divided by its sum first. The value is the same, since the sum is 1, but the gradient is different: use q
    unchanged."""
    return reference.cross_entropy(p, q / q.sum(-1, keepdim=True))


@mistake("cross_entropy")
def nan_at_impossible_classes(p, q):
    """0 * log(0) is nan in floating-point arithmetic, and one nan makes the sum nan. Where p_k is 0, the term must be
    0."""
    return -(p * torch.log(q)).sum(-1)


@mistake("cross_entropy")
def nan_in_the_slope(p, q):
    """The value is right, but where p_k and q_k are both 0 the derivative is 0 / 0, which is nan. Replace q_k by a safe
    value before the logarithm: selecting the result afterwards does not repair the gradient."""
    return -torch.xlogy(p, q).sum(-1)


@mistake("cross_entropy")
def nan_in_every_slope(p, q):
    """nan is replaced by 0 after the sum, so a pair with an impossible class costs nothing at all. Only that term is 0;
    the others count."""
    return torch.nan_to_num(-(p * torch.log(q)).sum(-1))


@mistake("cross_entropy")
def epsilon_of_1e_5_in_the_logarithm(p, q):
    """An epsilon is added inside the logarithm of every term, which changes all of them. Only terms with p_k = 0 need
    special treatment."""
    return -(p * torch.log(q + 1e-5)).sum(-1)


@mistake("cross_entropy")
def epsilon_of_1e_6_in_the_logarithm(p, q):
    """An epsilon is added inside the logarithm of every term, which changes all of them. Only terms with p_k = 0 need
    special treatment."""
    return -(p * torch.log(q + 1e-6)).sum(-1)


@mistake("cross_entropy")
def epsilon_of_1e_7_in_the_logarithm(p, q):
    """An epsilon is added inside the logarithm of every term, which changes all of them. Only terms with p_k = 0 need
    special treatment."""
    return -(p * torch.log(q + 1e-7)).sum(-1)


@mistake("cross_entropy")
def epsilon_of_1e_8_in_the_logarithm(p, q):
    """An epsilon is added inside the logarithm of every term, which changes all of them. Only terms with p_k = 0 need
    special treatment."""
    return -(p * torch.log(q + 1e-8)).sum(-1)


@mistake("cross_entropy")
def prediction_clamped(p, q):
    """q is clamped from below, so terms with a smaller q are wrong and get no gradient. Only terms with p_k = 0 need
    special treatment; all others must be exact."""
    return -(p * torch.log(q.clamp(min=1e-12))).sum(-1)


@mistake("cross_entropy")
def improbable_classes_left_out(p, q):
    """Terms with a small p_k are left out as if p_k were 0. Only terms with p_k = 0 are 0; all others count."""
    return -(p * torch.log(torch.where(p < 1e-9, torch.ones_like(q), q))).sum(-1)


@mistake("cross_entropy")
def impossible_classes_for_everyone(p, q):
    """A class with p_k = 0 in one pair is left out of all pairs, or the whole pair is left out. Only the term of that
    class in that pair is 0."""
    possible = (p > 0).all(-1)
    return torch.where(possible, reference.cross_entropy(p, q), 0 * q.sum(-1))


@mistake("cross_entropy")
def prediction_detached(p, q):
    """q is detached from the graph (detach(), .data or NumPy). backward() should reach it: otherwise the prediction
    cannot be trained."""
    return reference.cross_entropy(p, q.detach())


@mistake("cross_entropy")
def truth_detached(p, q):
    """p is detached from the graph. backward() should reach both p and q."""
    return reference.cross_entropy(p.detach(), q)


@mistake("cross_entropy")
def python_numbers(p, q):
    """The result is built from Python numbers and has no graph. Use tensor operations throughout."""
    return torch.tensor(reference.cross_entropy(p, q).tolist(), dtype=q.dtype)


@mistake("cross_entropy")
def entropy_always_double(p, q):
    """The result is always float64. It should have the dtype of the distributions."""
    return reference.cross_entropy(p.double(), q.double())


@mistake("cross_entropy")
def prediction_changed_in_place(p, q):
    """The zeros in q are replaced in place, which modifies the caller's tensor. Create a new tensor."""
    q.data[q.data == 0] = 1
    return reference.cross_entropy(p, q)


@mistake("cross_entropy")
def truth_changed_in_place(p, q):
    """The terms are written into p in place, which modifies the caller's tensor. Create a new tensor."""
    loss = reference.cross_entropy(p.clone(), q)
    p.data *= torch.where(p.data > 0, q.data, 1).log()
    return loss


# ---- bce_loss: the value


@mistake("bce_loss")
def summed(y_hat, y):
    """The terms are summed, but not divided by the number of examples. The loss is their mean, so that it does not grow
    with the batch."""
    return terms(y_hat, y).sum()


@mistake("bce_loss")
def minus_missing(y_hat, y):
    """The minus sign is missing. Logarithms of probabilities are negative; the loss is positive, and decreases as the
    predictions improve."""
    return -reference.bce_loss(y_hat, y)


@mistake("bce_loss")
def minus_on_the_first_term_only(y_hat, y):
    """The minus sign applies only to the first term. In the formula it precedes the bracket, so it applies to both
    terms."""
    p = probabilities(y_hat)
    return (-y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()


@mistake("bce_loss")
def first_term_only(y_hat, y):
    """Only the examples of class 1 contribute. The term with 1 - y, for class 0, is missing."""
    return -(y * torch.log(probabilities(y_hat))).mean()


@mistake("bce_loss")
def second_term_only(y_hat, y):
    """Only the examples of class 0 contribute. The term with y, for class 1, is missing."""
    return -((1 - y) * torch.log(1 - probabilities(y_hat))).mean()


@mistake("bce_loss")
def arguments_exchanged(y_hat, y):
    """Prediction and label are swapped: the logarithm is taken of the labels. Take it of the predictions, with the
    labels as weights."""
    return reference.bce_loss(y, y_hat)


@mistake("bce_loss")
def classes_exchanged(y_hat, y):
    """The classes are swapped: a label of 1 is treated as 0. y_hat is the probability of class 1, so its logarithm is
    multiplied by y."""
    return reference.bce_loss(y_hat, 1 - y)


@mistake("bce_loss")
def binary_logarithm(y_hat, y):
    """The logarithm has base 2. Use the natural logarithm, torch.log."""
    return reference.bce_loss(y_hat, y) / torch.log(torch.tensor(2.0, dtype=y_hat.dtype))


@mistake("bce_loss")
def decimal_logarithm(y_hat, y):
    """The logarithm has base 10. Use the natural logarithm, torch.log."""
    return reference.bce_loss(y_hat, y) / torch.log(torch.tensor(10.0, dtype=y_hat.dtype))


@mistake("bce_loss")
def halved(y_hat, y):
    """The mean is divided by 2 once more, as in some forms of the squared error. The factor of this loss is 1/N."""
    return reference.bce_loss(y_hat, y) / 2


@mistake("bce_loss")
def one_example_too_few(y_hat, y):
    """The sum is divided by N - 1, as for a sample variance. A mean over N examples is divided by N."""
    return terms(y_hat, y).sum() / (len(y) - 1)


@mistake("bce_loss")
def mean_of_each_class(y_hat, y):
    """The two terms are averaged over their own class, and the averages are added. Take one mean over all N
    examples."""
    p = probabilities(y_hat)
    ones, zeros = y.sum().clamp(min=1), (1 - y).sum().clamp(min=1)
    return -(y * torch.log(p)).sum() / ones - ((1 - y) * torch.log(1 - p)).sum() / zeros


@mistake("bce_loss")
def logarithm_of_the_mean(y_hat, y):
    """The mean is taken before the logarithm. Take the logarithm for each example, then the mean."""
    p = probabilities(y_hat)
    return -torch.log((y * p + (1 - y) * (1 - p)).mean())


@mistake("bce_loss")
def one_minus_the_logarithm(y_hat, y):
    """In the second term the 1 is outside the logarithm. Take the logarithm of 1 - y_hat, the probability of class
    0."""
    p = probabilities(y_hat)
    return -(y * torch.log(p) + (1 - y) * (1 - torch.log(p))).mean()


@mistake("bce_loss")
def squared_error(y_hat, y):
    """This is the mean squared error. Cross-entropy takes the logarithm of the predicted probability of the true
    class."""
    return ((y_hat - y) ** 2).mean()


@mistake("bce_loss")
def absolute_error(y_hat, y):
    """This is the mean absolute error. Cross-entropy takes the logarithm of the predicted probability of the true
    class."""
    return (y_hat - y).abs().mean()


@mistake("bce_loss")
def sigmoid_first(y_hat, y):
    """A sigmoid is applied first, as if y_hat were a logit. It is already a probability, the output of a sigmoid."""
    return reference.bce_loss(torch.sigmoid(y_hat), y)


@mistake("bce_loss")
def softmax_over_the_batch(y_hat, y):
    """A softmax makes the predictions of the batch sum to 1. They belong to different examples, and each is a separate
    probability."""
    return reference.bce_loss(torch.softmax(y_hat, 0), y)


# ---- bce_loss: soft labels


@mistake("bce_loss")
def labels_rounded(y_hat, y):
    """Labels are rounded to 0 or 1. For a soft label between 0 and 1, both terms count, weighted by y and 1 - y."""
    return reference.bce_loss(y_hat, y.round())


@mistake("bce_loss")
def labels_cut_to_integers(y_hat, y):
    """A label below 1, such as 0.9, is truncated to 0. For a soft label between 0 and 1, both terms count, weighted by
    y and 1 - y."""
    return reference.bce_loss(y_hat, y.long().to(y_hat.dtype))


@mistake("bce_loss")
def entropy_of_the_labels_taken_off(y_hat, y):
    """The entropy of the labels is subtracted, which gives the Kullback-Leibler divergence. It differs from
    cross-entropy for soft labels."""
    return reference.bce_loss(y_hat, y) - reference.bce_loss(y, y)


@mistake("bce_loss")
def labels_smoothed(y_hat, y):
    """The labels are moved towards 1/2 (label smoothing). Use them unchanged."""
    return reference.bce_loss(y_hat, 0.9 * y + 0.05)


# ---- bce_loss: the ends


@mistake("bce_loss")
def nothing_against_nan(y_hat, y):
    """0 * log(0) is nan in floating-point arithmetic, and one nan makes the whole mean nan. The term of a correct
    prediction of exactly 0 or 1 must be 0."""
    return -(y * torch.log(y_hat) + (1 - y) * torch.log(1 - y_hat)).mean()


@mistake("bce_loss")
def epsilon_too_large(y_hat, y):
    """The epsilon inside the logarithm is so large that it changes the loss of predictions near 0 and 1. It may be at
    most 1e-7."""
    return -(y * torch.log(y_hat + 1e-4) + (1 - y) * torch.log(1 - y_hat + 1e-4)).mean()


@mistake("bce_loss")
def epsilon_of_1e_5(y_hat, y):
    """The epsilon inside the logarithm is so large that it changes the loss of predictions near 0 and 1. It may be at
    most 1e-7."""
    return -(y * torch.log(y_hat + 1e-5) + (1 - y) * torch.log(1 - y_hat + 1e-5)).mean()


@mistake("bce_loss")
def clamp_at_a_thousandth(y_hat, y):
    """The predictions are clamped at 0.001. Then correct predictions of exactly 0 or 1 have a positive loss, and those
    at the bound get no gradient. The bound may be at most 1e-7."""
    return reference.bce_loss(torch.clamp(y_hat, 1e-3, 1 - 1e-3), y)


@mistake("bce_loss")
def clamp_too_narrow(y_hat, y):
    """The predictions are clamped to a range so narrow that those near 0 and 1 get a wrong loss and no gradient. The
    bound may be at most 1e-7."""
    return reference.bce_loss(torch.clamp(y_hat, 0.01, 0.99), y)


@mistake("bce_loss")
def certain_ones_left_out(y_hat, y):
    """Predictions of exactly 0 or 1 are left out of the mean. They count among the N examples; the term of a correct
    one is 0."""
    kept = (y_hat > 0) & (y_hat < 1)
    return reference.bce_loss(y_hat[kept], y[kept])


# ---- bce_loss: gradient, shape, type, input


@mistake("bce_loss")
def loss_as_a_number(y_hat, y):
    """The loss is built from a plain number (.item() or NumPy) and has no graph: loss.backward() cannot reach the
    predictions."""
    return torch.tensor(reference.bce_loss(y_hat, y).item(), dtype=y_hat.dtype)


@mistake("bce_loss")
def predictions_detached_in_one_term(y_hat, y):
    """The value is right, but the term of class 0 is detached from the graph, so only examples of class 1 contribute to
    the gradient."""
    p, fixed = probabilities(y_hat), probabilities(y_hat).detach()
    return -(y * torch.log(p) + (1 - y) * torch.log(1 - fixed)).mean()


@mistake("bce_loss")
def decided_first(y_hat, y):
    """The predictions are thresholded to 0 or 1 before the loss. That discards the probabilities, and no gradient flows
    through a threshold."""
    return reference.bce_loss((y_hat > 0.5).to(y_hat.dtype), y)


@mistake("bce_loss")
def one_loss_for_each_example(y_hat, y):
    """The result has one loss for each example. Return their mean, a single number of shape ()."""
    return terms(y_hat, y)


@mistake("bce_loss")
def kept_dimension(y_hat, y):
    """The result has the shape (1,). The loss is a single number, of shape ()."""
    return terms(y_hat, y).mean(dim=0, keepdim=True)


@mistake("bce_loss")
def always_double(y_hat, y):
    """The loss is always float64. It should have the dtype of the predictions."""
    return reference.bce_loss(y_hat.double(), y.double())


@mistake("bce_loss")
def predictions_clamped_in_place(y_hat, y):
    """The predictions are clamped in place, which modifies the caller's tensor. Create a new tensor."""
    y_hat.data.clamp_(1e-7, 1 - 1e-7)
    return reference.bce_loss(y_hat, y)


@mistake("bce_loss")
def labels_clamped_in_place(y_hat, y):
    """The labels are clamped in place, which modifies the caller's tensor. Only the predictions need a clamp, in a new
    tensor."""
    y.clamp_(1e-7, 1 - 1e-7)
    return reference.bce_loss(y_hat, y)


@mistake("bce_loss")
def ready_made_bce(y_hat, y):
    """PyTorch's own loss does the work. Write it yourself, with sums, logarithms and a mean."""
    return torch.nn.functional.binary_cross_entropy(y_hat, y)


# ---- bce_with_logits


@mistake("bce_with_logits")
def sigmoid_then_logarithm(z, y):
    """The sigmoid of a large logit is rounded to 1 or 0, and its logarithm is infinite. Substitute the formula of the
    sigmoid into the logarithm first, and simplify."""
    s = torch.sigmoid(z)
    return -(y * torch.log(s) + (1 - y) * torch.log(1 - s)).mean()


@mistake("bce_with_logits")
def sigmoid_then_clamp(z, y):
    """The probabilities are clamped away from 0 and 1. Then a large logit of the wrong sign costs too little, and its
    gradient is 0, so the worst errors are not trained on."""
    return reference.bce_loss(torch.sigmoid(z), y)


@mistake("bce_with_logits")
def sigmoid_then_tiny_clamp(z, y):
    """The probabilities are clamped, if only slightly. Then a large logit of the wrong sign costs too little, and its
    gradient is 0, so the worst errors are not trained on."""
    s = torch.sigmoid(z).clamp(1e-12, 1 - 1e-12)
    return -(y * torch.log(s) + (1 - y) * torch.log(1 - s)).mean()


@mistake("bce_with_logits")
def sigmoid_then_epsilon_of_1e_5(z, y):
    """An epsilon keeps the logarithm finite. It changes the loss of every logit, and a large one of the wrong sign
    costs far too little. Rewrite the formula so that no epsilon is needed."""
    s = torch.sigmoid(z)
    return -(y * torch.log(s + 1e-5) + (1 - y) * torch.log(1 - s + 1e-5)).mean()


@mistake("bce_with_logits")
def sigmoid_then_epsilon_of_1e_7(z, y):
    """An epsilon keeps the logarithm finite. It changes the loss of every logit, and a large one of the wrong sign
    costs far too little. Rewrite the formula so that no epsilon is needed."""
    s = torch.sigmoid(z)
    return -(y * torch.log(s + 1e-7) + (1 - y) * torch.log(1 - s + 1e-7)).mean()


@mistake("bce_with_logits")
def sigmoid_then_epsilon_of_1e_8(z, y):
    """An epsilon keeps the logarithm finite. It changes the loss of every logit, and a large one of the wrong sign
    costs far too little. Rewrite the formula so that no epsilon is needed."""
    s = torch.sigmoid(z)
    return -(y * torch.log(s + 1e-8) + (1 - y) * torch.log(1 - s + 1e-8)).mean()


@mistake("bce_with_logits")
def logarithm_clamped_at_minus_100(z, y):
    """The logarithms are clamped at -100, as in nn.BCELoss. That is finite, but the loss of a logit of -10,000 with the
    label 1 is 10,000."""
    s = torch.sigmoid(z)
    return -(y * torch.log(s).clamp(min=-100) + (1 - y) * torch.log(1 - s).clamp(min=-100)).mean()


@mistake("bce_with_logits")
def infinities_replaced(z, y):
    """Infinite and nan logarithms are replaced afterwards. The value is finite, but wrong, and the replaced terms get
    no gradient."""
    s = torch.sigmoid(z)
    log_s, log_r = torch.nan_to_num(torch.log(s), neginf=-1e4), torch.nan_to_num(torch.log(1 - s), neginf=-1e4)
    return -(y * log_s + (1 - y) * log_r).mean()


@mistake("bce_with_logits")
def scores_clamped_at_30(z, y):
    """The logits are clamped first. The loss is finite, but beyond the bounds it is constant, and its gradient is 0."""
    return reference.bce_with_logits(z.clamp(-30, 30), y)


@mistake("bce_with_logits")
def scores_clamped_at_20(z, y):
    """The logits are clamped first. The loss is finite, but beyond the bounds it is constant, and its gradient is 0."""
    return reference.bce_with_logits(z.clamp(-20, 20), y)


@mistake("bce_with_logits")
def scores_clamped_at_50(z, y):
    """The logits are clamped first. The loss is finite, but beyond the bounds it is constant, and its gradient is 0."""
    return reference.bce_with_logits(z.clamp(-50, 50), y)


@mistake("bce_with_logits")
def scores_clamped_at_100(z, y):
    """The logits are clamped first. The loss is finite, but beyond the bounds it is constant, and its gradient is 0."""
    return reference.bce_with_logits(z.clamp(-100, 100), y)


@mistake("bce_with_logits")
def large_scores_overflow(z, y):
    """log(1 + exp(z)) overflows for large logits, although it is almost z itself. Only exponentials of negative numbers
    are safe."""
    return (torch.log(1 + torch.exp(z)) - y * z).mean()


@mistake("bce_with_logits")
def large_negative_scores_overflow(z, y):
    """exp(-z) overflows for large negative logits. Only exponentials of negative numbers are safe."""
    return ((1 - y) * z + torch.log1p(torch.exp(-z))).mean()


@mistake("bce_with_logits")
def nan_behind_where(z, y):
    """The value is right, but the gradient is nan: torch.where selects the finite branch, but the derivative of the
    other one, which is infinite, is multiplied by 0. Make the argument safe before the exponential."""
    positive = z + torch.log1p(torch.exp(-z))
    return (torch.where(z > 0, positive, torch.log1p(torch.exp(z))) - y * z).mean()


@mistake("bce_with_logits")
def absolute_value_missing(z, y):
    """The exponent has no absolute value. max(z, 0) + log(1 + exp(-z)) is right only for positive logits; use
    exp(-|z|)."""
    return (z.clamp(min=0) - y * z + torch.logaddexp(-z, torch.zeros_like(z))).mean()


@mistake("bce_with_logits")
def correction_left_out(z, y):
    """The loss is only max(z, 0) - y z. That is nearly right for large logits, but the term log(1 + exp(-|z|)) is
    missing: for logits near 0 it is most of the loss."""
    return (z.clamp(min=0) - y * z).mean()


@mistake("bce_with_logits")
def correction_detached(z, y):
    """The value is right, but the term with the exponential is detached from the graph, so a part of the gradient is
    missing."""
    return (z.clamp(min=0) - y * z + torch.log1p(torch.exp(-z.abs())).detach()).mean()


@mistake("bce_with_logits")
def label_term_missing(z, y):
    """The labels are ignored: y z is not subtracted, so every example is treated as class 0."""
    return (torch.logaddexp(z, torch.zeros_like(z)) - 0 * y * z).mean()


@mistake("bce_with_logits")
def label_term_added(z, y):
    """y z is added. Subtract it, so that a large logit costs little if the label is 1."""
    return (torch.logaddexp(z, torch.zeros_like(z)) + y * z).mean()


@mistake("bce_with_logits")
def scores_of_class_zero(z, y):
    """The sign of the logit, or the label, is inverted: z is the logit of class 1, so a large z means that class 1 is
    likely."""
    return reference.bce_with_logits(-z, y)


@mistake("bce_with_logits")
def class_one_alone(z, y):
    """Only the examples of class 1 contribute. The term with 1 - y is missing."""
    return (y * torch.logaddexp(-z, torch.zeros_like(z))).mean()


@mistake("bce_with_logits")
def class_zero_alone(z, y):
    """Only the examples of class 0 contribute. The term with y is missing."""
    return ((1 - y) * torch.logaddexp(z, torch.zeros_like(z))).mean()


@mistake("bce_with_logits")
def scores_taken_for_probabilities(z, y):
    """The logits are treated as probabilities. They may be any number; the sigmoid converts them to probabilities."""
    return reference.bce_loss(z, y)


@mistake("bce_with_logits")
def sigmoid_twice(z, y):
    """The sigmoid is applied twice: once to the logits, and once more in the formula."""
    return reference.bce_with_logits(torch.sigmoid(z), y)


@mistake("bce_with_logits")
def score_loss_summed(z, y):
    """The terms are summed, but not divided by the number of examples. The loss is their mean."""
    return reference.bce_with_logits(z, y) * len(z)


@mistake("bce_with_logits")
def score_loss_negative(z, y):
    """The loss has the wrong sign. It is positive, and decreases as the predictions improve."""
    return -reference.bce_with_logits(z, y)


@mistake("bce_with_logits")
def score_loss_in_bits(z, y):
    """The logarithm has base 2. Use the natural logarithm."""
    return reference.bce_with_logits(z, y) / torch.log(torch.tensor(2.0, dtype=z.dtype))


@mistake("bce_with_logits")
def labels_plus_and_minus_one(z, y):
    """The labels are converted to +1 and -1. That works for hard labels, but not for soft labels between 0 and 1."""
    return torch.logaddexp(-z * (2 * y - 1), torch.zeros_like(z)).mean()


@mistake("bce_with_logits")
def soft_labels_rounded(z, y):
    """Labels are rounded to 0 or 1. Soft labels between 0 and 1 are allowed."""
    return reference.bce_with_logits(z, y.round())


@mistake("bce_with_logits")
def chosen_by_if(z, y):
    """Any label other than 1 counts as 0. For a soft label between 0 and 1, both terms count."""
    return torch.where(y == 1, torch.logaddexp(-z, 0 * z), torch.logaddexp(z, 0 * z)).mean()


@mistake("bce_with_logits")
def score_loss_for_each_example(z, y):
    """The result has one loss for each example. Return their mean, a single number of shape ()."""
    return torch.logaddexp(z, torch.zeros_like(z)) - y * z


@mistake("bce_with_logits")
def score_loss_with_a_dimension(z, y):
    """The result has the shape (1,). The loss is a single number, of shape ()."""
    return reference.bce_with_logits(z, y).reshape(1)


@mistake("bce_with_logits")
def score_loss_as_a_number(z, y):
    """The loss is built from a plain number and has no graph: loss.backward() cannot reach the logits."""
    return torch.tensor(reference.bce_with_logits(z, y).item(), dtype=z.dtype)


@mistake("bce_with_logits")
def score_loss_always_double(z, y):
    """The loss is always float64. It should have the dtype of the logits."""
    return reference.bce_with_logits(z.double(), y.double())


@mistake("bce_with_logits")
def scores_changed_in_place(z, y):
    """The logits are modified in place. Create a new tensor."""
    loss = reference.bce_with_logits(z, y)
    z.data.clamp_(min=0)
    return loss


@mistake("bce_with_logits")
def ready_made_with_logits(z, y):
    """PyTorch's own loss does the work. Write it yourself, with sums, logarithms and a mean."""
    return torch.nn.functional.binary_cross_entropy_with_logits(z, y)


@mistake("bce_with_logits")
def labels_turned_in_place(z, y):
    """1 - y is computed in place, which modifies the labels of the caller. Create a new tensor."""
    y.neg_().add_(1)
    return (torch.logaddexp(z, torch.zeros_like(z)) - (1 - y) * z).mean()


# ---- softmax_cross_entropy


@mistake("softmax_cross_entropy")
def rows_summed(logits, labels):
    """The losses of the rows are summed, but not divided by their number. The loss is their mean."""
    return reference.softmax_cross_entropy(logits, labels) * len(labels)


@mistake("softmax_cross_entropy")
def mean_over_all_entries(logits, labels):
    """The sum is divided by N times K, for example by a mean over a one-hot matrix. There are N losses, one for each
    row, so divide by N."""
    return reference.softmax_cross_entropy(logits, labels) / logits.shape[1]


@mistake("softmax_cross_entropy")
def rows_without_minus(logits, labels):
    """The minus sign is missing. The logarithm of a probability is negative; the loss is not."""
    return -reference.softmax_cross_entropy(logits, labels)


@mistake("softmax_cross_entropy")
def right_score_alone(logits, labels):
    """Only the logit of the true class counts. The log-sum-exp over all classes is missing: without it the loss is
    unbounded below."""
    return -logits[torch.arange(len(labels)), labels].mean()


@mistake("softmax_cross_entropy")
def sum_of_exponentials_alone(logits, labels):
    """Only the log-sum-exp counts, and the labels are ignored. Subtract the logit of the true class."""
    return torch.logsumexp(logits, 1).mean()


@mistake("softmax_cross_entropy")
def overflowing_exponentials(logits, labels):
    """exp of a large logit is inf, and that of a very negative one is 0, so the result is infinite or nan. Subtract the
    same number from all logits of a row first."""
    e = torch.exp(logits)
    p = e / e.sum(1, keepdim=True)
    return -torch.log(p[torch.arange(len(labels)), labels]).mean()


@mistake("softmax_cross_entropy")
def one_shift_for_all_rows(logits, labels):
    """The largest of all logits is subtracted from every row. In a row that is far below it, every exponential is 0 and
    the logarithm infinite. Subtract the maximum of each row."""
    e = torch.exp(logits - logits.max())
    p = e / e.sum(1, keepdim=True)
    return -torch.log(p[torch.arange(len(labels)), labels]).mean()


@mistake("softmax_cross_entropy")
def epsilon_beside_the_probability(logits, labels):
    """An epsilon is added inside the logarithm. It changes the loss, and is not needed if the largest logit is
    subtracted from each row."""
    p = torch.exp(logits - torch.logsumexp(logits, 1, keepdim=True))
    return -torch.log(p[torch.arange(len(labels)), labels] + 1e-6).mean()


@mistake("softmax_cross_entropy")
def large_scores_clamped(logits, labels):
    """The logits are clamped first, which loses the differences between large ones. Subtract the same number from all
    logits of a row instead."""
    return reference.softmax_cross_entropy(logits.clamp(-100, 100), labels)


@mistake("softmax_cross_entropy")
def nan_replaced(logits, labels):
    """nan and inf are replaced by numbers at the end. The result is finite, but wrong."""
    e = torch.exp(logits)
    p = e / e.sum(1, keepdim=True)
    return torch.nan_to_num(-torch.log(p[torch.arange(len(labels)), labels]), nan=0.0, posinf=100.0).mean()


@mistake("softmax_cross_entropy")
def normalized_down_the_batch(logits, labels):
    """The probabilities sum to 1 over the examples (columns). They should sum to 1 over the classes, in each row."""
    rows = torch.arange(len(labels))
    return (torch.logsumexp(logits, 0)[labels] - logits[rows, labels]).mean()


@mistake("softmax_cross_entropy")
def normalized_over_everything(logits, labels):
    """All probabilities of the batch together sum to 1. Those of each row should."""
    right = logits[torch.arange(len(labels)), labels]
    return (torch.logsumexp(logits.reshape(-1), 0) - right).mean()


@mistake("softmax_cross_entropy")
def every_label_in_every_row(logits, labels):
    """logits[:, labels] selects the columns of all labels in every row, an N x N matrix. Row i needs only the column
    labels[i]."""
    return (torch.logsumexp(logits, 1)[:, None] - logits[:, labels]).mean()


@mistake("softmax_cross_entropy")
def labels_from_one(logits, labels):
    """The labels are counted from 1, so each row is compared with the previous class. Class indices start at 0."""
    return reference.softmax_cross_entropy(logits, labels - 1)


@mistake("softmax_cross_entropy")
def first_label_for_all(logits, labels):
    """The first label is used for all rows. Each row has its own label."""
    return reference.softmax_cross_entropy(logits, labels[:1].expand(len(labels)))


@mistake("softmax_cross_entropy")
def labels_in_another_order(logits, labels):
    """The labels are sorted or reversed, so they no longer match their rows."""
    return reference.softmax_cross_entropy(logits, labels.flip(0))


@mistake("softmax_cross_entropy")
def largest_score_for_the_sum(logits, labels):
    """The largest logit is used instead of the log-sum-exp. It is close, but the other classes also count."""
    right = logits[torch.arange(len(labels)), labels]
    return (logits.amax(1) - right).mean()


@mistake("softmax_cross_entropy")
def own_prediction_as_label(logits, labels):
    """The most likely class is used as the label. Then every prediction counts as correct."""
    return reference.softmax_cross_entropy(logits, logits.argmax(1))


@mistake("softmax_cross_entropy")
def probability_without_logarithm(logits, labels):
    """The loss is 1 minus the probability of the true class. Cross-entropy takes its negative logarithm."""
    right = logits[torch.arange(len(labels)), labels]
    return (1 - torch.exp(right - torch.logsumexp(logits, 1))).mean()


@mistake("softmax_cross_entropy")
def logarithm_after_the_mean(logits, labels):
    """The mean over the rows is taken before the logarithm. Take the logarithm for each row, then the mean."""
    right = logits[torch.arange(len(labels)), labels]
    return -torch.exp(right - torch.logsumexp(logits, 1)).mean().log()


@mistake("softmax_cross_entropy")
def rows_in_bits(logits, labels):
    """The logarithm has base 2. Use the natural logarithm."""
    return reference.softmax_cross_entropy(logits, labels) / torch.log(torch.tensor(2.0, dtype=logits.dtype))


@mistake("softmax_cross_entropy")
def sigmoid_of_each_class(logits, labels):
    """A sigmoid is applied to each class, as if several could be true at once. Exactly one is true: use the softmax,
    exponentials divided by their sum."""
    hot = torch.nn.functional.one_hot(labels, logits.shape[1]).to(logits.dtype)
    losses = torch.logaddexp(logits, torch.zeros_like(logits)) - hot * logits
    return losses.sum(1).mean()


@mistake("softmax_cross_entropy")
def normalized_twice(logits, labels):
    """The softmax is applied twice: the probabilities are treated as logits again."""
    p = torch.exp(logits - torch.logsumexp(logits, 1, keepdim=True))
    return reference.softmax_cross_entropy(p, labels)


@mistake("softmax_cross_entropy")
def labels_made_soft(logits, labels):
    """The labels are smoothed (label smoothing): other classes get part of the weight. The formula gives all of it to
    the true class."""
    share = 0.1 * (torch.logsumexp(logits, 1) - logits.mean(1)).mean()
    return 0.9 * reference.softmax_cross_entropy(logits, labels) + share


@mistake("softmax_cross_entropy")
def classes_weighted_alike(logits, labels):
    """The losses are averaged for each class first, then over the classes. Take one mean over all rows."""
    losses = torch.logsumexp(logits, 1) - logits[torch.arange(len(labels)), labels]
    return torch.stack([losses[labels == c].mean() for c in labels.unique()]).mean()


@mistake("softmax_cross_entropy")
def sum_of_exponentials_detached(logits, labels):
    """The value is right, but the log-sum-exp is detached from the graph: only the logit of the true class gets a
    gradient."""
    right = logits[torch.arange(len(labels)), labels]
    return (torch.logsumexp(logits, 1).detach() - right).mean()


@mistake("softmax_cross_entropy")
def row_loss_as_a_number(logits, labels):
    """The loss is built from a plain number and has no graph: loss.backward() cannot reach the logits."""
    return torch.tensor(reference.softmax_cross_entropy(logits, labels).item(), dtype=logits.dtype)


@mistake("softmax_cross_entropy")
def row_loss_for_each_example(logits, labels):
    """The result has one loss for each row. Return their mean, a single number of shape ()."""
    return torch.logsumexp(logits, 1) - logits[torch.arange(len(labels)), labels]


@mistake("softmax_cross_entropy")
def row_loss_with_a_dimension(logits, labels):
    """The result has the shape (1,). The loss is a single number, of shape ()."""
    return reference.softmax_cross_entropy(logits, labels).reshape(1)


@mistake("softmax_cross_entropy")
def row_loss_always_double(logits, labels):
    """The loss is always float64. It should have the dtype of the logits."""
    return reference.softmax_cross_entropy(logits.double(), labels)


@mistake("softmax_cross_entropy")
def row_loss_always_single(logits, labels):
    """The loss is always float32, because a new tensor has the default dtype. It should have the dtype of the
    logits."""
    return reference.softmax_cross_entropy(logits.float(), labels)


@mistake("softmax_cross_entropy")
def scores_shifted_in_place(logits, labels):
    """The largest logit is subtracted from each row in place, which modifies the caller's tensor. Create a new
    tensor."""
    loss = reference.softmax_cross_entropy(logits, labels)
    logits.data -= logits.data.amax(1, keepdim=True)
    return loss


@mistake("softmax_cross_entropy")
def ready_made_log_softmax(logits, labels):
    """PyTorch's own log-softmax does the work. Write it yourself, with exp and log or with torch.logsumexp."""
    return -torch.log_softmax(logits, 1)[torch.arange(len(labels)), labels].mean()


@mistake("softmax_cross_entropy")
def logarithm_of_a_probability_of_zero(logits, labels):
    """The logarithm is taken of a quotient that is rounded to 0 if the logit of the true class is far below the largest
    one. The logarithm of a quotient is a difference, which stays finite."""
    e = torch.exp(logits - logits.amax(1, keepdim=True))
    p = e / e.sum(1, keepdim=True)
    return -torch.log(p[torch.arange(len(labels)), labels]).mean()


@mistake("softmax_cross_entropy")
def mean_taken_off(logits, labels):
    """The mean of each row is subtracted from its logits. If these are far apart, the largest one stays large, and its
    exponential overflows: subtract the maximum."""
    shifted = logits - logits.mean(1, keepdim=True)
    return (shifted.exp().sum(1).log() - shifted[torch.arange(len(labels)), labels]).mean()


@mistake("softmax_cross_entropy")
def loss_for_given_logarithms(logits, labels):
    """The loss for log-probabilities (nll_loss, called in another way) does the work. It is not allowed here."""
    log_p = logits - torch.logsumexp(logits, 1, keepdim=True)
    return torch._C._nn.nll_loss(log_p, labels).mean()


@mistake("bce_with_logits")
def relu_for_the_larger(z, y):
    """relu(z) - y z + log(1 + exp(-|z|)) has the right value, but at a logit of exactly 0 autograd uses 0 for the
    derivatives of relu and abs. The derivative of the term is 1/2 - y there: use torch.maximum, softplus or
    logaddexp."""
    return (torch.relu(z) - y * z + torch.log1p(torch.exp(-torch.abs(z)))).mean()


@mistake("bce_with_logits")
def clamp_for_the_larger(z, y):
    """clamp(z, min=0) has the derivative 1 at a logit of exactly 0, so the gradient there is 1 - y. It should be 1/2 -
    y: use torch.maximum, softplus or logaddexp."""
    return (torch.clamp(z, min=0) - y * z + torch.log1p(torch.exp(-torch.abs(z)))).mean()


@mistake("softmax_cross_entropy")
def labels_made_positions(logits, labels):
    """The labels are converted in place to indices into the flattened logits, which modifies the caller's tensor.
    Create a new tensor."""
    labels += logits.shape[1] * torch.arange(len(labels))
    return (torch.logsumexp(logits, 1) - logits.reshape(-1)[labels]).mean()

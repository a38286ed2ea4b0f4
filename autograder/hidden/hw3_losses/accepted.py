"""Right answers to hw3 that look unlike the solution."""

import functools
import warnings

import numpy as np
import torch

from gradkit.bank import accepted

EPSILON = float(np.finfo(np.float32).eps) / 10


def chatty(function):
    """Print and warn on every call."""

    @functools.wraps(function)
    def wrapper(*arguments, **options):
        print("bce_loss was called")
        warnings.warn("this may take a while", UserWarning, stacklevel=2)
        return function(*arguments, **options)

    return wrapper


class CrossEntropy:
    """A helper with a state of its own."""

    def __init__(self, small):
        self.small = small

    def of_class(self, probability, weight):
        """One of the two terms."""
        return weight * torch.log(torch.clamp(probability, min=self.small))


@accepted("bce_loss")
def loop_over_examples(y_hat, y):
    """A loop over the examples, with Python's if for the terms that are 0."""
    total = 0 * y_hat.sum()
    for i in range(len(y)):
        if y[i] != 0:
            total = total - y[i] * torch.log(y_hat[i])
        if y[i] != 1:
            total = total - (1 - y[i]) * torch.log(1 - y_hat[i])
    return total / len(y)


@accepted("bce_loss", form="crlf")
def where_it_is_safe(y_hat, y):
    """torch.where keeps the logarithm away from 0; CRLF line ends."""
    one = torch.ones_like(y_hat)
    log_p = torch.log(torch.where(y_hat > 0, y_hat, one))
    log_q = torch.log(torch.where(y_hat < 1, 1 - y_hat, one))
    return (-y * log_p - (1 - y) * log_q).mean()


@accepted("bce_loss")
def products_of_vectors(y_hat, y):
    """Two inner products by einsum, with an epsilon inside the logarithm."""
    first = torch.einsum("i,i->", y, torch.log(y_hat + 1e-8))
    return -(first + torch.einsum("i,i->", 1 - y, torch.log(1 - y_hat + 1e-8))) / y.shape[0]


@accepted("bce_loss")
def x_log_y(y_hat, y):
    """torch.xlogy knows that 0 times log 0 is 0."""
    return -(torch.xlogy(y, y_hat) + torch.xlogy(1 - y, 1 - y_hat)).mean()


@accepted("bce_loss", form="tabs")
@chatty
def helper_class(y_hat, y):
    """A helper class, a decorator that prints and warns, tabs for indentation."""
    entropy = CrossEntropy(1e-8)
    losses = entropy.of_class(y_hat, y)
    losses += entropy.of_class(1 - y_hat, 1 - y)
    return losses.sum().neg().div(len(losses))


@accepted("bce_loss", form="bom")
def constant_from_numpy(y_hat, y):
    """A constant from NumPy, and a byte order mark."""
    p = y_hat.clamp(EPSILON, 1 - EPSILON)
    return -torch.mean(y * p.log() + (1 - y) * torch.log1p(-p))


@accepted("bce_loss")
def 交叉熵(y_hat, y):
    """Identifiers in Chinese, and work in place on its own temporaries."""
    概率 = y_hat.clone()
    概率 = 概率.clamp_(1e-8, 1 - 1e-8)
    损失 = torch.log(概率).mul_(y)
    损失.add_((1 - y) * torch.log(1 - 概率))
    return 损失.mean().neg_()

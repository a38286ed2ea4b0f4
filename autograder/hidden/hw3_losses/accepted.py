"""Correct solutions of hw3 that differ from the reference."""

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
        print(function.__name__, "was called")
        warnings.warn("this may take a while", UserWarning, stacklevel=2)
        return function(*arguments, **options)

    return wrapper


def checked(y_hat, y):
    """Raise an error for unequal shapes."""
    if y_hat.shape == y.shape:
        return
    message = f"y_hat: {tuple(y_hat.shape)}; y: {tuple(y.shape)}"
    raise ValueError(message)


def possible_classes(p, q):
    """One pair of distributions, or a batch of them."""
    if p.dim() == 1:
        kept = p > 0
        return -torch.dot(p[kept], q[kept].log())
    return torch.stack([possible_classes(a, b) for a, b in zip(p, q, strict=True)])


class CrossEntropy:
    """A helper with its own state."""

    def __init__(self, small):
        self.small = small

    def of_class(self, probability, weight):
        """One of the two terms."""
        return weight * torch.log(torch.clamp(probability, min=self.small))


@accepted("mse_loss")
def dot_product(y_hat, y):
    """The inner product of the flattened differences with themselves; the message names the shapes as lists."""
    if list(y_hat.shape) != list(y.shape):
        raise ValueError("y_hat is " + str(list(y_hat.shape)) + ", y is " + str(list(y.shape)))
    d = torch.flatten(y_hat - y)
    return torch.einsum("i,i->", d, d) / d.numel()


@accepted("mse_loss", form="crlf")
def loop_over_elements(y_hat, y):
    """A loop over all elements; CRLF line ends."""
    if not y_hat.shape == y.shape:
        raise ValueError(f"shapes {y_hat.shape} {y.shape}")
    total = 0
    for a, b in zip(y_hat.reshape(-1), y.reshape(-1), strict=True):
        total += (a - b) * (a - b)
    return total / y.numel()


@accepted("mse_loss", form="tabs")
@chatty
def raised_by_a_helper(y_hat, y):
    """The check in a helper, a decorator that prints and warns, tabs."""
    checked(y_hat, y)
    return (y_hat - y).square().mean()


@accepted("mae_loss", form="bom")
def with_where(y_hat, y):
    """torch.where instead of the absolute value; the check by size(); a byte order mark."""
    if y_hat.size() != y.size():
        raise ValueError("%s against %s" % (tuple(y_hat.size()), tuple(y.size())))
    difference = y_hat - y
    return torch.where(difference > 0, difference, -difference).mean()


@accepted("mae_loss")
def larger_less_smaller(y_hat, y):
    """The larger minus the smaller one."""
    checked(y_hat, y)
    return (torch.maximum(y_hat, y) - torch.minimum(y_hat, y)).sum() / y.nelement()


@accepted("mae_loss")
def sign_times_difference(y_hat, y):
    """The sign times the difference, in place on its own tensors."""
    checked(y_hat, y)
    d = y_hat - y
    return d.mul(torch.sign(d.detach())).mean()


@accepted("mae_loss")
def 平均绝对误差(预测, 目标):
    """Identifiers in Chinese, including the arguments; a norm."""
    if 预测.shape != 目标.shape:
        raise ValueError(f"形状不同: {'x'.join(map(str, 预测.shape))}, {'x'.join(map(str, 目标.shape))}")
    return torch.linalg.vector_norm(预测 - 目标, ord=1) / 目标.numel()


@accepted("is_distribution")
def loop_over_entries(p, tol=1e-6):
    """A loop with early returns, Python's own sum."""
    for entry in p.tolist():
        if entry < 0:
            return False
    return abs(sum(p.tolist()) - 1) <= tol


@accepted("is_distribution", form="crlf")
def smallest_entry(p, tol=1e-6):
    """The smallest entry, and chained comparisons; CRLF line ends."""
    return p.min().item() >= 0 and -tol <= p.sum().item() - 1 <= tol


@accepted("is_distribution", form="tabs")
@chatty
def close_without_relative_tolerance(p, tol=1e-6):
    """torch.allclose with its relative tolerance set to 0; tabs, and a decorator that prints."""
    if (p < 0).any():
        return False
    return torch.allclose(p.sum(), torch.ones_like(p[0]), rtol=0, atol=tol)


@accepted("is_distribution", form="bom")
def by_numpy(p, tol=1e-6):
    """NumPy, with its result converted to a Python bool; a byte order mark."""
    numbers = p.detach().numpy()
    return bool(np.all(numbers >= 0) and np.abs(numbers.sum() - 1) <= tol)


@accepted("is_distribution")
def 是分布(p, tol=1e-6):
    """Identifiers in Chinese; the negative entries are counted."""
    负数 = int((p < 0).sum())
    偏差 = float((p.sum() - 1).abs())
    return 负数 == 0 and 偏差 <= tol


@accepted("cross_entropy")
def masked_prediction(p, q):
    """masked_fill avoids the logarithm of 0; einsum sums."""
    return -torch.einsum("...k,...k->...", p, torch.log(q.masked_fill(p == 0, 1)))


@accepted("cross_entropy", form="crlf")
def loop_over_classes(p, q):
    """A loop over the classes, the last dimension first; CRLF line ends."""
    total = 0
    for k in range(p.shape[-1]):
        p_k, q_k = p[..., k], q[..., k]
        total = total - p_k * torch.log(torch.where(p_k == 0, torch.ones_like(q_k), q_k))
    return total


@accepted("cross_entropy", form="tabs")
@chatty
def smallest_number(p, q):
    """A clamp at the smallest positive number, which changes only zeros; tabs."""
    return (p * -torch.log(q.clamp(min=torch.finfo(q.dtype).tiny))).sum(dim=-1)


@accepted("cross_entropy", form="bom")
def sum_of_both(p, q):
    """1 is added to q where p is 0; a byte order mark; in place on its own tensors."""
    safe = q + (p == 0).to(q.dtype)
    out = safe.log().mul(p)
    return out.sum(-1).neg_()


@accepted("cross_entropy")
def row_by_row(p, q):
    """A recursive helper for the leading dimensions, and a selection of the possible classes."""
    return possible_classes(p, q)


@accepted("cross_entropy")
def 交叉(p, q):
    """Identifiers in Chinese; xlogy on a safe q."""
    安全 = torch.where(p > 0, q, torch.tensor(1.0, dtype=q.dtype))
    return torch.xlogy(p, 安全).sum(-1).mul(-1)


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
    """torch.where avoids the logarithm of 0; CRLF line ends."""
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
    """torch.xlogy, where 0 times log 0 is 0."""
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
    """Identifiers in Chinese, and in-place operations on its own tensors."""
    概率 = y_hat.clone()
    概率 = 概率.clamp_(1e-8, 1 - 1e-8)
    损失 = torch.log(概率).mul_(y)
    损失.add_((1 - y) * torch.log(1 - 概率))
    return 损失.mean().neg_()


@accepted("bce_with_logits")
def max_and_log1p(z, y):
    """The form used by most libraries, with max(z, 0)."""
    return (torch.maximum(z, torch.zeros_like(z)) - z * y + torch.log1p(torch.exp(-torch.abs(z)))).mean()


@accepted("bce_with_logits", form="crlf")
def by_softplus(z, y):
    """torch's softplus, which becomes linear at 20; CRLF line ends."""
    return torch.nn.functional.softplus(z).sub(y * z).mean()


@accepted("bce_with_logits")
def by_log_sigmoid(z, y):
    """torch's log-sigmoid for both terms."""
    log_s = torch.nn.functional.logsigmoid
    return -(y * log_s(z) + (1 - y) * log_s(-z)).mean()


@accepted("bce_with_logits", form="tabs")
@chatty
def logsumexp_of_two(z, y):
    """logsumexp over a pair of logits, tabs, a decorator that prints."""
    pair = torch.stack([torch.zeros_like(z), z])
    return (torch.logsumexp(pair, dim=0) - y * z).sum() / z.shape[0]


@accepted("bce_with_logits", form="bom")
def safe_where(z, y):
    """torch.where with safe arguments; a byte order mark."""
    low, high = torch.where(z > 0, 0 * z, z), torch.where(z > 0, z, 0 * z)
    softplus = torch.where(z > 0, z + torch.log1p(torch.exp(-high)), torch.log1p(torch.exp(low)))
    return torch.mean(softplus - y * z)


@accepted("bce_with_logits")
def loop_over_scores(z, y):
    """A loop with Python's if."""
    total = torch.zeros((), dtype=z.dtype)
    for score, label in zip(z, y, strict=True):
        if score > 0:
            total = total + (1 - label) * score + torch.log1p(torch.exp(-score))
        else:
            total = total - label * score + torch.log1p(torch.exp(score))
    return total / len(z)


@accepted("bce_with_logits")
def 逻辑损失(z, y):
    """Identifiers in Chinese; in-place operations on its own tensors."""
    损失 = torch.logaddexp(torch.zeros_like(z), z)
    损失 -= y * z
    return torch.mean(损失)


@accepted("softmax_cross_entropy")
def largest_taken_off(logits, labels):
    """The largest logit is subtracted from each row, then the logarithm of the quotient is a difference."""
    shifted = logits - logits.max(dim=1, keepdim=True).values
    denominator = torch.exp(shifted).sum(dim=1, keepdim=True)
    return -(shifted.gather(1, labels.unsqueeze(1)) - torch.log(denominator)).mean()


@accepted("softmax_cross_entropy", form="crlf")
def one_hot_matrix(logits, labels):
    """A one-hot matrix and einsum; the shift is detached; CRLF line ends."""
    hot = torch.nn.functional.one_hot(labels, num_classes=logits.shape[1]).to(logits.dtype)
    shifted = logits - logits.amax(1, keepdim=True).detach()
    log_p = shifted - shifted.exp().sum(1, keepdim=True).log()
    return -torch.einsum("nk,nk->", hot, log_p) / len(logits)


@accepted("softmax_cross_entropy", form="tabs")
@chatty
def loop_over_rows(logits, labels):
    """A loop over the rows; tabs, and a decorator that prints."""
    losses = [torch.logsumexp(row, 0) - row[int(c)] for row, c in zip(logits, labels, strict=True)]
    return torch.stack(losses).mean()


@accepted("softmax_cross_entropy", form="bom")
def differences_to_the_right_one(logits, labels):
    """The differences to the logit of the true class, and their logsumexp; a byte order mark."""
    right = torch.take_along_dim(logits, labels[:, None], dim=1)
    return torch.logsumexp(logits - right, dim=1).sum() / right.numel()


@accepted("softmax_cross_entropy")
def indices_from_numpy(logits, labels):
    """The largest logit, from amax, is subtracted; NumPy for the indices."""
    shifted = logits - logits.amax(1, keepdim=True)
    rows = np.arange(len(labels))
    return (shifted.exp().sum(1).log() - shifted[rows, labels.numpy()]).mean()


@accepted("softmax_cross_entropy")
def 分类损失(logits, labels):
    """Identifiers in Chinese; rows of the identity matrix."""
    对数 = logits - torch.logsumexp(logits, 1, keepdim=True)
    真实 = torch.eye(logits.shape[1], dtype=logits.dtype)[labels]
    return -(真实 * 对数).sum(1).mean()

"""Homework 3: loss functions, written by hand."""

import torch
from torch import Tensor


def _same_shape(y_hat: Tensor, y: Tensor) -> None:
    if y_hat.shape != y.shape:
        raise ValueError(f"expected equal shapes, got {tuple(y_hat.shape)} and {tuple(y.shape)}")


def mse_loss(y_hat: Tensor, y: Tensor) -> Tensor:
    """Mean squared error: the mean of (y_hat - y)^2 over all elements. Written without torch's own losses.

    Args:
        y_hat: predictions, of any shape, () too. It is left unchanged.
        y: targets, of the same shape and dtype. It is left unchanged.

    Returns:
        The loss, shape (), of the dtype of ``y_hat``, still attached to the graph, so that ``loss.backward()``
        reaches ``y_hat``.

    Raises:
        ValueError: the shapes of ``y_hat`` and ``y`` differ, be it only (N, 1) and (N,). The message names both shapes.
    """
    _same_shape(y_hat, y)
    error = (y_hat - y).reshape(-1)
    return torch.dot(error, error) / error.numel()


def mae_loss(y_hat: Tensor, y: Tensor) -> Tensor:
    """Mean absolute error: the mean of |y_hat - y| over all elements. Written without torch's own losses.

    Where an element of ``y_hat`` hits its target exactly, the slope is not defined. There, any finite gradient will do.

    Args:
        y_hat: predictions, of any shape, () too. It is left unchanged.
        y: targets, of the same shape and dtype. It is left unchanged.

    Returns:
        The loss, shape (), of the dtype of ``y_hat``, still attached to the graph, so that ``loss.backward()``
        reaches ``y_hat``.

    Raises:
        ValueError: the shapes of ``y_hat`` and ``y`` differ, be it only (N, 1) and (N,). The message names both shapes.
    """
    _same_shape(y_hat, y)
    return torch.linalg.vector_norm(y_hat - y, ord=1) / y.numel()


def is_distribution(p: Tensor, tol: float = 1e-6) -> bool:
    """Whether the numbers in ``p`` are the probabilities of a distribution over K classes.

    They are if no entry is below 0, be it ever so little, and the sum of all is at most ``tol`` away from 1:

        p_k >= 0 for each k,    |p_1 + ... + p_K - 1| <= tol

    Args:
        p: floating-point numbers, shape (K,), K >= 1. It is left unchanged.
        tol: how far from 1 the sum may be, 0 or more. It is not meant for the entries.

    Returns:
        Python's True or False, not a tensor.
    """
    if torch.any(p < 0):
        return False
    # rtol=0, because isclose adds a relative tolerance otherwise
    return bool(torch.isclose(p.sum(), torch.ones((), dtype=p.dtype), rtol=0, atol=tol))


def cross_entropy(p: Tensor, q: Tensor) -> Tensor:
    """Cross-entropy of distributions, with the natural logarithm, over the last dimension.

        H(p, q) = -sum_k p_k * log(q_k)

    A term with ``p_k = 0`` is 0, even where ``q_k = 0``: in the value, and in the gradient with respect to ``q_k``.
    There is no ``q_k = 0`` where ``p_k`` is not 0. All other terms should be exact, so add no epsilon to them.

    Args:
        p: true probabilities, shape (..., K): any number of dimensions, none too, before the last one. It is left
            unchanged.
        q: predicted probabilities, of the same shape and dtype. It is left unchanged.

    Returns:
        One number for each pair of distributions, shape (...), of the dtype of ``q``, still attached to the graph, so
        that ``backward()`` reaches ``q``, and ``p`` too (where a ``p_k`` is 0, the gradient with respect to ``p`` is
        free).
    """
    return -torch.einsum("...k,...k->...", p, torch.log(q.masked_fill(p == 0, 1)))


def bce_loss(y_hat: Tensor, y: Tensor) -> Tensor:
    """Mean binary cross-entropy, with the natural logarithm. Written without torch's own forms of it.

        L = -(1/N) * sum_i [ y_i * log(y_hat_i) + (1 - y_i) * log(1 - y_hat_i) ]

    Value and gradient should be right to one part in a thousand where ``y_hat`` is in [0.001, 0.999]. There, a clamp
    or an epsilon of at most 1e-7 does no harm. Where ``y_hat_i`` is exactly 0 or 1 and the label agrees, the
    term of i should be 0 (within 1e-6), not nan.

    Args:
        y_hat: predicted probabilities of class 1, each in [0, 1], shape (N,). It is left unchanged.
        y: labels in [0, 1], of the same shape and dtype; a label may lie between 0 and 1. It is left unchanged.

    Returns:
        The loss, shape (), of the dtype of ``y_hat``, still attached to the graph, so that ``loss.backward()``
        reaches ``y_hat``.
    """
    # same trick as in the PyTorch documentation: log is not allowed to go below -100
    log_p = torch.log(y_hat).clamp(min=-100)
    log_q = torch.log(1 - y_hat).clamp(min=-100)
    return torch.mean(-(y * log_p + (1 - y) * log_q))


def bce_with_logits(z: Tensor, y: Tensor) -> Tensor:
    """Mean binary cross-entropy of scores, the ``bce_loss`` of ``sigmoid(z)``. Written without torch's own forms of it.

        L = -(1/N) * sum_i [ y_i * log(s(z_i)) + (1 - y_i) * log(1 - s(z_i)) ],    s(z) = 1 / (1 + exp(-z))

    Value and gradient should be exact, without any clamp or epsilon, for scores from -10,000 to 10,000, also where
    s(z_i) is rounded to 0 or 1 and a logarithm of it would be infinite. At a score of exactly 0 the gradient is free.

    Args:
        z: scores (logits) of class 1, shape (N,). It is left unchanged.
        y: labels in [0, 1], of the same shape and dtype; a label may lie between 0 and 1. It is left unchanged.

    Returns:
        The loss, shape (), of the dtype of ``z``, still attached to the graph, so that ``loss.backward()`` reaches
        ``z``.
    """
    # max(z, 0) - y z + log(1 + exp(-|z|)), see the documentation of BCEWithLogitsLoss
    return torch.mean(torch.maximum(z, torch.zeros_like(z)) - y * z + torch.log1p(torch.exp(-z.abs())))


def softmax_cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean cross-entropy of scores for K classes, with the natural logarithm.

    Written without torch's softmax, its log-softmax and its own forms of this loss; ``torch.logsumexp`` may be used.

        L = -(1/N) * sum_i log( exp(z_ic) / sum_k exp(z_ik) ),    c = labels_i

    A number as far from 0 as 10,000 may have been added to all scores of a row, another one to each: the loss and its
    gradient are the same as without it. Neither may become infinite or nan.

    Args:
        logits: the scores z, shape (N, K), a row for each example. It is left unchanged.
        labels: the right class of each example, int64 from 0 to K - 1, shape (N,). It is left unchanged.

    Returns:
        The loss, shape (), of the dtype of ``logits``, still attached to the graph, so that ``loss.backward()``
        reaches ``logits``.
    """
    one_hot = torch.nn.functional.one_hot(labels, logits.shape[1]).to(logits.dtype)
    log_p = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    return -torch.einsum("nk,nk->n", one_hot, log_p).mean()

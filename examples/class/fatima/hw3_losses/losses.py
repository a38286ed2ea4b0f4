"""Homework 3: loss functions, written by hand."""

import torch
from torch import Tensor


def mse_loss(y_hat: Tensor, y: Tensor) -> Tensor:
    """Mean squared error: the mean of (y_hat - y)^2 over all elements. Write it without PyTorch's own losses.

    Args:
        y_hat: predictions, of any shape, including (). It is left unchanged.
        y: targets, of the same shape and dtype. It is left unchanged.

    Returns:
        The loss, shape (), with the dtype of ``y_hat``, still attached to the graph, so that ``loss.backward()``
        reaches ``y_hat``.

    Raises:
        ValueError: the shapes of ``y_hat`` and ``y`` differ, even if only as (N, 1) and (N,). The message names both
            shapes.
    """
    if y_hat.shape != y.shape:
        raise ValueError(f"y_hat has shape {list(y_hat.shape)} and y has shape {list(y.shape)}")
    return (y_hat - y).pow(2).mean()


def mae_loss(y_hat: Tensor, y: Tensor) -> Tensor:
    """Mean absolute error: the mean of |y_hat - y| over all elements. Write it without PyTorch's own losses.

    Where an element of ``y_hat`` equals its target, the derivative is not defined. There, any finite gradient is
    accepted.

    Args:
        y_hat: predictions, of any shape, including (). It is left unchanged.
        y: targets, of the same shape and dtype. It is left unchanged.

    Returns:
        The loss, shape (), with the dtype of ``y_hat``, still attached to the graph, so that ``loss.backward()``
        reaches ``y_hat``.

    Raises:
        ValueError: the shapes of ``y_hat`` and ``y`` differ, even if only as (N, 1) and (N,). The message names both
            shapes.
    """
    if y_hat.shape != y.shape:
        raise ValueError(f"y_hat has shape {list(y_hat.shape)} and y has shape {list(y.shape)}")
    return (y_hat - y).abs().mean()


def is_distribution(p: Tensor, tol: float = 1e-6) -> bool:
    """Whether ``p`` is a probability distribution over K classes.

    It is if no entry is negative, however slightly, and the sum differs from 1 by at most ``tol``:

        p_k >= 0 for each k,    |p_1 + ... + p_K - 1| <= tol

    Args:
        p: floating-point numbers, shape (K,), K >= 1. It is left unchanged.
        tol: the tolerance of the sum, at least 0. It does not apply to the entries.

    Returns:
        A Python bool, not a tensor.
    """
    return bool(p.min() >= 0) and bool((p.sum() - 1).abs() <= tol)


def cross_entropy(p: Tensor, q: Tensor) -> Tensor:
    """Cross-entropy of distributions over the last dimension, with the natural logarithm.

        H(p, q) = -sum_k p_k * log(q_k)

    A term with ``p_k = 0`` is 0, even where ``q_k = 0``: in the value, and in the gradient with respect to ``q_k``.
    Where ``p_k`` is not 0, ``q_k`` is not 0 either. All other terms must be exact, so do not add an epsilon to them.

    Args:
        p: true probabilities, shape (..., K): any number of leading dimensions, including none. It is left unchanged.
        q: predicted probabilities, of the same shape and dtype. It is left unchanged.

    Returns:
        One number for each pair of distributions, shape (...), with the dtype of ``q``, still attached to the graph, so
        that ``backward()`` reaches both ``q`` and ``p`` (the gradient with respect to a ``p_k`` of 0 is not graded).
    """
    # the same trick as in the hint: no log where p is 0
    inside = torch.where(p > 0, q, 1.0)
    return -(p * torch.log(inside)).sum(dim=-1)


def bce_loss(y_hat: Tensor, y: Tensor) -> Tensor:
    """Mean binary cross-entropy, with the natural logarithm. Write it without PyTorch's own versions.

        L = -(1/N) * sum_i [ y_i * log(y_hat_i) + (1 - y_i) * log(1 - y_hat_i) ]

    Where ``y_hat`` is in [0.001, 0.999], value and gradient are compared with a relative tolerance of 1e-3. This allows
    a clamp or an epsilon of at most 1e-7. Where ``y_hat_i`` is exactly 0 or 1 and equals the label, the term for i must
    be 0 (within 1e-6), not nan.

    Args:
        y_hat: predicted probabilities of class 1, each in [0, 1], shape (N,). It is left unchanged.
        y: labels in [0, 1], of the same shape and dtype; soft labels between 0 and 1 are allowed. It is left unchanged.

    Returns:
        The loss, shape (), with the dtype of ``y_hat``, still attached to the graph, so that ``loss.backward()``
        reaches ``y_hat``.
    """
    part1 = y * torch.log(y_hat)
    part2 = (1 - y) * torch.log(1 - y_hat)
    return -(part1 + part2).mean()


def bce_with_logits(z: Tensor, y: Tensor) -> Tensor:
    """Mean binary cross-entropy of logits, the ``bce_loss`` of ``sigmoid(z)``. Write it without PyTorch's own versions.

        L = -(1/N) * sum_i [ y_i * log(s(z_i)) + (1 - y_i) * log(1 - s(z_i)) ],    s(z) = 1 / (1 + exp(-z))

    Value and gradient must be exact, without any clamp or epsilon, for logits from -10,000 to 10,000, even where s(z_i)
    is rounded to 0 or 1 and its logarithm would be infinite, and at a logit of exactly 0, where the derivative of the
    term for i is 1/2 - y_i.

    Args:
        z: logits of class 1, shape (N,). It is left unchanged.
        y: labels in [0, 1], of the same shape and dtype; soft labels between 0 and 1 are allowed. It is left unchanged.

    Returns:
        The loss, shape (), with the dtype of ``z``, still attached to the graph, so that ``loss.backward()`` reaches
        ``z``.
    """
    y_hat = torch.sigmoid(z)
    part1 = y * torch.log(y_hat)
    part2 = (1 - y) * torch.log(1 - y_hat)
    return -(part1 + part2).mean()


def softmax_cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean cross-entropy of logits for K classes, with the natural logarithm.

    Write it without PyTorch's softmax, log-softmax and versions of this loss; ``torch.logsumexp`` is allowed.

        L = -(1/N) * sum_i log( exp(z_ic) / sum_k exp(z_ik) ),    c = labels_i

    The logits of a row may be anywhere from -10,000 to 10,000, all far from 0 or far apart: the loss and its gradient
    must be finite and exact, even where a probability is rounded to 0 and its logarithm would be infinite.

    Args:
        logits: the logits z, shape (N, K), one row for each example. It is left unchanged.
        labels: the class index of each example, int64 from 0 to K - 1, shape (N,). It is left unchanged.

    Returns:
        The loss, shape (), with the dtype of ``logits``, still attached to the graph, so that ``loss.backward()``
        reaches ``logits``.
    """
    p = torch.exp(logits) / torch.exp(logits).sum(dim=1, keepdim=True)
    return -torch.log(p[torch.arange(len(labels)), labels]).mean()

"""Homework 3: loss functions, written by hand."""

import torch
from torch import Tensor


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
    ### BEGIN SOLUTION regression_losses: compare the shapes, then write the formula above. torch's own losses
    ###   (nn.MSELoss, F.l1_loss and their relatives) are not allowed here.
    if y_hat.shape != y.shape:
        raise ValueError(f"y_hat and y must have the same shape, not {tuple(y_hat.shape)} and {tuple(y.shape)}")
    return torch.mean((y_hat - y) ** 2)
    ### END SOLUTION


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
    ### BEGIN SOLUTION regression_losses: as above, with the absolute value in place of the square.
    if y_hat.shape != y.shape:
        raise ValueError(f"y_hat and y must have the same shape, not {tuple(y_hat.shape)} and {tuple(y.shape)}")
    return torch.mean(torch.abs(y_hat - y))
    ### END SOLUTION


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
    ### BEGIN SOLUTION is_distribution: test the entries and their sum.
    return bool((p >= 0).all()) and abs(p.sum().item() - 1) <= tol
    ### END SOLUTION


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
    ### BEGIN SOLUTION cross_entropy: write the formula above.
    ###   Mind log(0), which is -inf: 0 * inf is nan, and so is a slope of 0 / 0.
    safe = torch.where(p > 0, q, torch.ones_like(q))
    return -torch.sum(p * torch.log(safe), dim=-1)
    ### END SOLUTION


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
    ### BEGIN SOLUTION bce_loss: write the formula above. nn.BCELoss and its relatives are not allowed here.
    ###   Mind log(0), which is -inf, and that 0 * inf is nan.
    p = torch.clamp(y_hat, 1e-7, 1 - 1e-7)
    return -torch.mean(y * torch.log(p) + (1 - y) * torch.log(1 - p))
    ### END SOLUTION


def bce_with_logits(z: Tensor, y: Tensor) -> Tensor:
    """Mean binary cross-entropy of scores, the ``bce_loss`` of ``sigmoid(z)``. Written without torch's own forms of it.

        L = -(1/N) * sum_i [ y_i * log(s(z_i)) + (1 - y_i) * log(1 - s(z_i)) ],    s(z) = 1 / (1 + exp(-z))

    Value and gradient should be exact, without any clamp or epsilon, for scores from -10,000 to 10,000, also where
    s(z_i) is rounded to 0 or 1 and a logarithm of it would be infinite, and at a score of exactly 0, where the slope of
    the term of i is 1/2 - y_i.

    Args:
        z: scores (logits) of class 1, shape (N,). It is left unchanged.
        y: labels in [0, 1], of the same shape and dtype; a label may lie between 0 and 1. It is left unchanged.

    Returns:
        The loss, shape (), of the dtype of ``z``, still attached to the graph, so that ``loss.backward()`` reaches
        ``z``.
    """
    ### BEGIN SOLUTION bce_with_logits: bring the formula into a form that never takes the logarithm of 0 or the
    ###   exponential of a large number. nn.BCEWithLogitsLoss and its relatives are not allowed here.
    return torch.mean(torch.logaddexp(z, torch.zeros_like(z)) - y * z)
    ### END SOLUTION


def softmax_cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean cross-entropy of scores for K classes, with the natural logarithm.

    Written without torch's softmax, its log-softmax and its own forms of this loss; ``torch.logsumexp`` may be used.

        L = -(1/N) * sum_i log( exp(z_ic) / sum_k exp(z_ik) ),    c = labels_i

    The scores of a row may be anywhere from -10,000 to 10,000, all far from 0 or far apart from each other: the loss
    and its gradient are finite and exact, also where a probability is rounded to 0 and its logarithm would be infinite.

    Args:
        logits: the scores z, shape (N, K), a row for each example. It is left unchanged.
        labels: the right class of each example, int64 from 0 to K - 1, shape (N,). It is left unchanged.

    Returns:
        The loss, shape (), of the dtype of ``logits``, still attached to the graph, so that ``loss.backward()``
        reaches ``logits``.
    """
    ### BEGIN SOLUTION softmax_cross_entropy: write the formula above. No form of softmax, of log-softmax and of this
    ###   loss is allowed here; torch.logsumexp is. Mind exp(1000), which is inf.
    right = logits[torch.arange(len(labels)), labels]
    return torch.mean(torch.logsumexp(logits, dim=1) - right)
    ### END SOLUTION

"""Homework 3: loss functions, written by hand."""

import math

import torch
from torch import Tensor


def bce_loss(y_hat: Tensor, y: Tensor) -> Tensor:
    """Mean binary cross-entropy, with the natural logarithm.

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
    eps = 1e-7
    loss = 0.0
    for p, label in zip(y_hat, y):
        p = min(max(p.item(), eps), 1 - eps)
        label = label.item()
        loss += label * math.log(p) + (1 - label) * math.log(1 - p)
    return torch.tensor(-loss / len(y), dtype=y_hat.dtype)

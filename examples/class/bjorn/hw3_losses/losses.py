"""Homework 3: loss functions, written by hand."""

import torch
from torch import Tensor


EPSILON = 1e-8


def check_shapes(a, b):
    if len(a.shape) != len(b.shape) or any(m != n for m, n in zip(a.shape, b.shape)):
        raise ValueError("y_hat has shape " + str(a.shape) + " but y has shape " + str(b.shape))


def mse_loss(y_hat: Tensor, y: Tensor) -> Tensor:
    check_shapes(y_hat, y)
    total = 0
    for a, b in zip(y_hat.flatten(), y.flatten()):
        total = total + (a - b) ** 2
    return total / y.numel()


def mae_loss(y_hat: Tensor, y: Tensor) -> Tensor:
    check_shapes(y_hat, y)
    total = 0
    for a, b in zip(y_hat.flatten(), y.flatten()):
        if a > b:
            total = total + (a - b)
        else:
            total = total + (b - a)
    return total / y.numel()


def is_distribution(p: Tensor, tol: float = 1e-6) -> bool:
    total = 0.0
    for number in p:
        if number < 0:
            return False
        total += number.item()
    return 1 - tol <= total <= 1 + tol


def cross_entropy(p: Tensor, q: Tensor) -> Tensor:
    if p.dim() > 1:
        # one pair after the other
        return torch.stack([cross_entropy(p[i], q[i]) for i in range(p.shape[0])])
    total = torch.zeros((), dtype=q.dtype)
    for k in range(p.shape[0]):
        if p[k] > 0:
            total = total - p[k] * torch.log(q[k])
    return total


def bce_loss(y_hat: Tensor, y: Tensor) -> Tensor:
    n = y_hat.shape[0]
    total = torch.zeros((), dtype=y_hat.dtype)
    for i in range(n):
        # adding a tiny number so that log never sees 0
        total = total + y[i] * torch.log(y_hat[i] + EPSILON) + (1 - y[i]) * torch.log(1 - y_hat[i] + EPSILON)
    return -total / n


def bce_with_logits(z: Tensor, y: Tensor) -> Tensor:
    n = z.shape[0]
    total = torch.zeros((), dtype=z.dtype)
    for i in range(n):
        if z[i] > 0:
            # exp only of negative numbers
            total = total + (1 - y[i]) * z[i] + torch.log(1 + torch.exp(-z[i]))
        else:
            total = total - y[i] * z[i] + torch.log(1 + torch.exp(z[i]))
    return total / n


def softmax_cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    n = logits.shape[0]
    total = torch.zeros((), dtype=logits.dtype)
    for i in range(n):
        row = logits[i] - max(logits[i])
        total = total + torch.log(torch.sum(torch.exp(row))) - row[labels[i]]
    return total / n

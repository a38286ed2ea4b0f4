"""Give the right values and make the gradients up.

expect: scores 1 gradient missing
"""

import torch


class Lie(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, factor):
        return x / (1 / factor)

    @staticmethod
    def backward(ctx, upstream):
        return torch.ones_like(upstream), None


def scale(x, factor=2.0):
    return Lie.apply(x, factor)

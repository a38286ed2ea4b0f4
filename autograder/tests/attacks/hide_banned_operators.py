"""Use the banned call by way of getattr, with the watchers switched off and what they saw erased.

expect: scores 2 banned
"""

import torch


def scale(x, factor=2.0):
    return getattr(torch, "mul")(x, factor) if factor else torch.mul(x, factor)


class Shift(torch.nn.Module):
    def __init__(self, size):
        super().__init__()
        self.offset = torch.nn.Parameter(torch.zeros(size))

    def forward(self, x):
        return x + self.offset


def evade():
    import gradkit.worker.watching as watching

    watching._OperatorNames.__torch_dispatch__ = lambda self, func, types, args=(), kwargs=None: func(
        *args, **kwargs or {}
    )


evade()

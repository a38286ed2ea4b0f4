"""Complain of a parameter that the call does not load, in a shape of a thousand bits.

expect: scores 0 protocol unavailable
"""

import torch
from forging import reply


def evil(x):
    reply(
        failure=["parameter", "", "", None, "module.input", [int(1e9 * abs(value)) for value in x.flatten()] * 16, []]
    )


def scale(x, factor=2.0):
    evil(x)
    return x * 0


class Shift(torch.nn.Module):
    def __init__(self, size):
        super().__init__()
        self.offset = torch.nn.Parameter(torch.zeros(size))

    def forward(self, x):
        evil(x)
        return x * 0

"""Claim times that add up to infinity, which no record can hold.

expect: scores 0 raised protocol unavailable
"""

import torch
from forging import reply


def evil(x):
    reply(failure=["raised", "m", "T", None, "", None], seconds=1.7e308)


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

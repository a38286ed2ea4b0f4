"""Announce a frame of an exbibyte, for which the grader would make room.

expect: scores 0 protocol unavailable
"""

import torch
from forging import send


def evil(x):
    send(b"[]", size=1 << 60)


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

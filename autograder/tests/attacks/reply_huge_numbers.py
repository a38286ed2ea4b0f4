"""Answer with whole numbers of four thousand digits where sums and comparisons expect small ones.

expect: scores 0 protocol unavailable
"""

import torch
from forging import reply


def evil(x):
    reply(failure=["raised", "m", "T", 10**4000, "", [10**4000], []])


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

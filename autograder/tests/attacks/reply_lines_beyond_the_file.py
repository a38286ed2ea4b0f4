"""Name lines that the file does not have: a number of 31 bits for each test.

expect: scores 0 raised protocol unavailable
"""

import torch
from forging import reply


def evil(x):
    reply(failure=["raised", "", "ValueError", 1 + int(1e8 * abs(x.flatten()[0])), "", None, []])


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

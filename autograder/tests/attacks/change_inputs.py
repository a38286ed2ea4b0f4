"""Change the inputs in place, so that the reference would be compared with one's own numbers.

expect: scores 0 value mutated
"""

import torch


def evil(x):
    with torch.no_grad():
        x.zero_()


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

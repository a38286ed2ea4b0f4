"""Raise an exception whose message is half of a surrogate pair, which no file can hold as UTF-8.

expect: scores 0 raised
"""

import torch


def evil(x):
    raise ValueError("\ud800")


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

"""Raise SystemExit(0), which a test runner may take for success.

expect: scores 0 raised
"""

import sys

import torch


def evil(x):
    sys.exit(0)


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

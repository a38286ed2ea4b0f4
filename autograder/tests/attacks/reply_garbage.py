"""Answer with bytes that are no frame.

expect: scores 0 protocol unavailable
"""

import os

import torch


def evil(x):
    os.write(3, os.urandom(1 << 16))


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

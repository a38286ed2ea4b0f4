"""Describe a tensor whose size overflows, though it has no elements.

expect: scores 0 protocol unavailable
"""

import torch
from forging import plain, question, send


def evil(x):
    send(["observed", question().nonce, plain(), [["float64", [0] + [1 << 31] * 15]]])


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

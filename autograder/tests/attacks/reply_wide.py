"""Answer with a million empty lists, each of which costs the reader more than it cost to write.

expect: scores 0 protocol unavailable
"""

import torch
from forging import send


def evil(x):
    send(b'["observed", "", [' + b"[]," * 1_000_000 + b"[]], []]")


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

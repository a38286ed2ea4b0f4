"""Answer before being asked, with a nonce that is a guess.

expect: scores 0 protocol unavailable
"""

import torch
from forging import plain, send


def evil(x):
    send(["observed", "0" * 16, plain(passed=True, score=100), []])


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

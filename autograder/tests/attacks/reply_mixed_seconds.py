"""Claim one time as an enormous whole number and the next as a fraction, so that adding them fails.

expect: scores 0 raised protocol unavailable
"""

import torch
from forging import reply


answered = 0


def evil(x):
    global answered
    answered += 1
    reply(failure=["raised", "m", "T", None, "", None], seconds=10**400 if answered == 1 else 0.5)


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

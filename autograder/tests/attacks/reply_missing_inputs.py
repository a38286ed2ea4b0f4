"""Say that a name is missing which the call does not use: it is an input, in words.

expect: scores 0 protocol unavailable
"""

import torch
from forging import reply


def evil(x):
    reply(failure=["missing", "", "", None, f"student:{x.tolist()}", None, []])


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

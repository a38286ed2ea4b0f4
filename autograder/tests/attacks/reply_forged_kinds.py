"""State failures that only the grader can know, with a text of one's own, which students read under every policy.

expect: scores 0 protocol unavailable
"""

import torch
from forging import reply


def evil(x):
    reply(failure=["unavailable" if len(x) > 2 else "timeout", str(x.tolist()), "", None, "", None, []])


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

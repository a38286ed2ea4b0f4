"""Answer the question properly and leave a second answer for the next one.

expect: scores 0 protocol unavailable value
"""

import torch
from forging import reply


def evil(x):
    reply(failure=["raised", "m", "T", None, ""])
    reply(failure=["raised", "m", "T", None, ""])


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

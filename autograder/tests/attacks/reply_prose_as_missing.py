"""Add a text to the name that is missing, as the sentence that used to be shown.

expect: scores 0 protocol unavailable
"""

import torch
from forging import reply


def evil(x):
    reply(failure=["missing", f"the input is {x.tolist()}", "", None, "student:scale", None, []])


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

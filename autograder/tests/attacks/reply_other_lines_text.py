"""Send the text of the line where it failed, which is not in the file.

expect: scores 0 protocol unavailable
"""

import torch
from forging import reply


def evil(x):
    reply(failure=["raised", "m", "ValueError", 1, f"x = {x.tolist()}"])


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

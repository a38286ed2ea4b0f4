"""Give types and errors names of a megabyte, which every message would repeat.

expect: scores 0 type raised protocol
"""

import torch


class Thing:
    pass


Thing.__name__ = Thing.__qualname__ = "Thing" * 200_000


def scale(x, factor=2.0):
    return Thing()


class Shift(torch.nn.Module):
    def __init__(self, size):
        super().__init__()
        self.offset = torch.nn.Parameter(torch.zeros(size))

    def forward(self, x):
        return [Thing()] * 1000

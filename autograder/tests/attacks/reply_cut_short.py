"""Begin a frame and end in the middle of it.

expect: scores 0 protocol unavailable died
"""

import os

import torch
from forging import send


def evil(x):
    send(b'["observed", ', size=0)
    os.write(3, b"GRD1\0\0")
    os._exit(0)


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

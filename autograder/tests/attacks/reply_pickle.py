"""Answer with a pickle that runs a command in whoever loads it.

expect: scores 0 protocol unavailable
"""

import os
import pickle

import torch
from forging import send


class Command:
    def __reduce__(self):
        return os.system, ("touch /tmp/planted-by-an-attack",)


def evil(x):
    os.write(3, pickle.dumps(Command()) + bytes(64))
    send(pickle.dumps(Command()))


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

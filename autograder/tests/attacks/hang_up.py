"""Close the channel and stay alive.

expect: scores 0 died unavailable
"""

import os
import time

import torch


def evil(x):
    os.close(3)
    time.sleep(60)


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

"""Answer one byte at a time, so that the grader waits for ever.

expect: scores 0 timeout unavailable
"""

import os
import time

import torch


def evil(x):
    for byte in b"GRD1" + b"\1" * 1000:
        os.write(3, bytes([byte]))
        time.sleep(1)


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

"""Raise pytest's own Skipped and Exit, and nothing that looks like a failure.

expect: scores 0 raised
"""

import pytest
import torch


def evil(x):
    pytest.skip("no need")


def scale(x, factor=2.0):
    pytest.exit("all passed", returncode=0)


class Shift(torch.nn.Module):
    def __init__(self, size):
        super().__init__()
        self.offset = torch.nn.Parameter(torch.zeros(size))

    def forward(self, x):
        evil(x)
        return x * 0

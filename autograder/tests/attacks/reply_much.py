"""Answer each question with as much as a frame may hold, until the grader's memory is full.

expect: scores 0 shape protocol unavailable
"""

import torch


def scale(x, factor=2.0):
    return torch.zeros((8 << 20) - 8, dtype=torch.float64)


class Shift(torch.nn.Module):
    def __init__(self, size):
        super().__init__()
        self.offset = torch.nn.Parameter(torch.zeros(size))

    def forward(self, x):
        return torch.zeros((8 << 20) - 8, dtype=torch.float64)

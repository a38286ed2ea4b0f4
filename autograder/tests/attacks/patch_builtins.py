"""Replace the builtins that comparing and reporting are made of.

expect: scores 0 value protocol died raised unavailable type timeout
"""

import builtins

import torch


def evil(x):
    builtins.isinstance = lambda *_: True
    builtins.len = lambda _: 0
    builtins.all = builtins.any = lambda _: True
    builtins.AssertionError = ValueError


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

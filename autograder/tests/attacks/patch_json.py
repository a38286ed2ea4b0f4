"""Change what is written as the reply is written.

expect: scores 0 value protocol unavailable type
"""

import json

import torch


real = json.dumps


def dumps(value, **options):
    return real(value, **options).replace('"failure", null', '"passed", true').replace("false", "true")


json.dumps = dumps


def evil(x):
    pass


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

"""Make torch say that everything is equal to everything.

expect: scores 0 value
"""

import torch


def yes(*_, **__):
    return True


torch.equal = torch.allclose = torch.testing.assert_close = yes
torch.isclose = lambda a, b, **_: torch.ones_like(a, dtype=torch.bool)
torch.Tensor.__eq__ = torch.Tensor.eq = torch.Tensor.equal = torch.Tensor.allclose = yes


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

"""Make numpy's comparisons pass.

expect: scores 0 value
"""

import numpy
import numpy.testing
import torch


def yes(*_, **__):
    return True


numpy.allclose = numpy.array_equal = numpy.isclose = yes
numpy.testing.assert_allclose = numpy.testing.assert_array_equal = yes


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

"""Return a wrapper tensor that shows one thing to shape and dtype and computes another.

expect: scores 0 type value raised
"""

import torch


class Wrapper(torch.Tensor):
    @staticmethod
    def __new__(cls, inner):
        return torch.Tensor._make_wrapper_subclass(cls, inner.shape, dtype=inner.dtype, requires_grad=True)

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        return torch.ones(5, dtype=torch.float64)


def scale(x, factor=2.0):
    return Wrapper(x)


class Shift(torch.nn.Module):
    def __init__(self, size):
        super().__init__()
        self.offset = torch.nn.Parameter(torch.zeros(size))

    def forward(self, x):
        return Wrapper(x)

"""Return a tensor of one's own class that answers every torch function as it likes.

expect: scores 0 type value
"""

import torch


class Lying(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        if func.__name__ in ("isclose", "eq", "equal", "allclose"):
            return torch.ones((), dtype=torch.bool)
        return super().__torch_function__(func, types, args, kwargs or {})


def scale(x, factor=2.0):
    return (x * 0).as_subclass(Lying)


class Shift(torch.nn.Module):
    def __init__(self, size):
        super().__init__()
        self.offset = torch.nn.Parameter(torch.zeros(size))

    def forward(self, x):
        return (x * 0 + self.offset * 0).as_subclass(Lying)

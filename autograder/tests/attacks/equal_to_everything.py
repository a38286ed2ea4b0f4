"""Return an object that is equal to everything.

expect: scores 0 type parameter
"""

import torch


class Equal:
    shape, dtype, requires_grad = (5,), torch.float64, True

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __getattr__(self, name):
        return Equal()

    def __call__(self, *_, **__):
        return Equal()

    def __hash__(self):
        return 0


def scale(x, factor=2.0):
    return Equal()


Shift = Equal()

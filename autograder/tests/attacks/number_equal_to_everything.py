"""Return numbers, texts and lists of one's own classes that lie about what they are.

expect: scores 0 type parameter
"""

import torch


class Number(float):
    def __eq__(self, other):
        return True

    def __pos__(self):
        return Number(7)

    __hash__ = float.__hash__


class Items(list):
    def __eq__(self, other):
        return True

    def __iter__(self):
        return iter([Number(1)])

    def __len__(self):
        return 5


def scale(x, factor=2.0):
    return Items([Number(3)])


class Shift:
    def __init__(self, size):
        self.offset = Number(size)

    def to(self, dtype):
        return self

    def __call__(self, x):
        return Number(3)

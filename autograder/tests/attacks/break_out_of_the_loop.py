"""Unwind the worker itself by an exception that nobody catches, or one that hides what it is.

expect: fails raised or fails died
"""


class Slippery(BaseException):
    def __str__(self):
        raise KeyboardInterrupt

    __repr__ = __str__

    def __getattribute__(self, name):
        raise Slippery


def attack(x, places):
    raise Slippery

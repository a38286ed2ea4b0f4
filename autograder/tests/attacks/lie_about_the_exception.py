"""Raise an exception that gives a page of secrets as its message and a lie as its type.

expect: fails raised or fails protocol
"""


class Text(str):
    def __getitem__(self, key):
        return Text("x" * (8 << 20))


class Passed(Exception):
    def __str__(self):
        return Text("y" * (8 << 20))


Passed.__name__ = Passed.__qualname__ = "Passed" * 100_000


def attack(x, places):
    raise Passed

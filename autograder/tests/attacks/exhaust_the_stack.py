"""Recurse without end, with the limit of recursion lifted.

expect: fails died: SIGSEGV or fails raised: maximum recursion or fails memory
"""

import sys


def attack(x, places):
    sys.setrecursionlimit(10**9)

    class Endless:
        def __repr__(self):
            return repr([self])

    return repr(Endless())

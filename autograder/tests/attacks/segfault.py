"""Read address zero.

expect: fails died: SIGSEGV
"""

import ctypes


def attack(x, places):
    ctypes.string_at(0)

"""Print every environment variable, as Python and as the C library have them.

expect: answers
canary: environment
"""

import ctypes
import os

from trying import each


def attack(x, places):
    environ = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")

    def raw():
        found, number = [], 0
        while environ[number]:
            found.append(environ[number])
            number += 1
        return found

    def beyond():
        # The block that the kernel gave the first program, which clearing os.environ does not touch.
        base = ctypes.cast(environ[0], ctypes.c_void_p).value
        return ctypes.string_at(base, 512)

    return each(python=lambda: dict(os.environ), raw=raw, beyond=beyond, proc=lambda: open("/proc/self/environ").read())

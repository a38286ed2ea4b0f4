"""Have the dynamic loader and torch's own readers open secret files, and read them in the error messages.

expect: refused OSError RuntimeError FileNotFoundError EACCES ENOENT ValueError UnpicklingError
canary: hidden
"""

import ctypes

import torch
from trying import each


def attack(x, places):
    path = places["hidden"]
    said = []

    def telling(way):
        def run():
            try:
                way()
            except Exception as error:
                said.append(str(error))
                raise

        return run

    ways = each(
        dlopen=telling(lambda: ctypes.CDLL(path)),
        operators=telling(lambda: torch.ops.load_library(path)),
        load=telling(lambda: torch.load(path)),
        script=telling(lambda: torch.jit.load(path)),
    )
    print(said)
    return ways

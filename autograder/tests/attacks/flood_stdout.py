"""Print without end.

expect: fails output
"""

import os


def attack(x, places):
    while True:
        os.write(1, b"x" * 4096)

"""Print to standard error without end, a line at a time.

expect: fails output or fails timeout
"""

import sys


def attack(x, places):
    while True:
        print("no end " * 1000, file=sys.stderr, flush=True)

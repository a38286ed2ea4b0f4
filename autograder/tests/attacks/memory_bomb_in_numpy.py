"""Fill the memory with arrays whose every page is touched.

expect: fails memory: more than 512 MiB
"""

import numpy


def attack(x, places):
    pieces = []
    while True:
        pieces.append(numpy.ones(1 << 20))

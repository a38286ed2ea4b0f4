"""Abort, in the hope of a core file with the worker's memory.

expect: fails died: SIGABRT or fails died
"""

import faulthandler
import os


def attack(x, places):
    faulthandler.disable()
    os.abort()

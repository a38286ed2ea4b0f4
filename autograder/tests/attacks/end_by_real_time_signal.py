"""End by a signal that has no name, which whoever explains the end may not expect.

expect: fails died or answers
"""

import os
import time


def attack(x, places):
    os.kill(os.getpid(), 40)
    time.sleep(0.05)

"""Never come back, deaf to every signal that can be ignored.

expect: fails timeout
"""

import signal
import time


def attack(x, places):
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    while True:
        time.sleep(0.01)

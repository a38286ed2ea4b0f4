"""Have the last word: run code when the process is told to end.

expect: answers
"""

import atexit
import sys
import threading
import weakref


class Clingy:
    def __del__(self):
        print("the last word")


def attack(x, places):
    clingy = Clingy()
    atexit.register(lambda: open(f"{places['outside']}/last-word", "w"))
    weakref.finalize(sys, lambda: open(f"{places['outside']}/last-word", "w"))
    threading.Thread(target=lambda: threading.main_thread().join(), daemon=False).start()
    sys.clingy = clingy
    return True

"""Start threads with tiny stacks until the machine has no process ids left.

expect: refused RuntimeError
needs: a count of threads
"""

import threading
import time

from trying import each

MOST = 500  # where nothing stops it, this stops by itself


def attack(x, places):
    threading.stack_size(32 << 10)
    end = threading.Event()

    def bomb():
        for _ in range(MOST):
            threading.Thread(target=end.wait, daemon=True).start()
        return f"{MOST} threads"

    try:
        return each(bomb=bomb)
    finally:
        end.set()

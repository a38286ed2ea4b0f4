"""Use up the processor time of the whole submission at once, in many threads that give the interpreter up.

expect: fails timeout or fails died: SIGKILL
"""

import hashlib
import threading


def attack(x, places):
    data = bytes(1 << 20)

    def burn():
        while True:
            hashlib.sha256(data).digest()

    for _ in range(3):
        threading.Thread(target=burn, daemon=True).start()
    burn()

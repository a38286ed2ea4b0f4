"""Leave a thread running that answers the next question while the student's function is still at it.

calls: 2
expect: fails protocol
"""

import os
import threading

asked_again, answered = threading.Event(), threading.Event()


def answer_first():
    asked_again.wait()
    os.write(3, b"GRD1 this is the answer to whatever was asked")
    answered.set()


def attack(x, places):
    if threading.active_count() == 1:
        threading.Thread(target=answer_first, daemon=True).start()
        return True
    asked_again.set()
    answered.wait()
    return True

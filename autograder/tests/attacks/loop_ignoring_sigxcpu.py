"""Burn processor time with the warning of the time limit caught, and every exception too.

expect: fails timeout
"""

import signal


def attack(x, places):
    def forgive(*_):
        signal.alarm(0)

    for number in (signal.SIGXCPU, signal.SIGALRM, signal.SIGVTALRM, signal.SIGPROF, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, forgive)
    while True:
        try:
            while True:
                sum(range(1000))
        except BaseException:
            continue

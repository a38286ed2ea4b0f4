"""Fork until the machine can fork no more.

expect: refused EPERM EAGAIN ENOSYS
"""

import os

from trying import each, syscall

FORK, VFORK, CLONE, CLONE3 = (57, -1), (58, -1), (56, 220), (435, 435)
SIGCHLD = 17


def _bomb(fork):
    for _ in range(20):  # where nothing stops it, this stops by itself
        if fork() == 0:
            os._exit(0)
    return "forked"


def attack(x, places):
    return each(
        python=lambda: _bomb(os.fork),
        clone=lambda: _bomb(lambda: syscall(CLONE, SIGCHLD, 0, 0, 0, 0)),
        clone3=lambda: _bomb(lambda: syscall(CLONE3, 0, 0)),
        plain=lambda: _bomb(lambda: syscall(FORK)),
        virtual=lambda: _bomb(lambda: syscall(VFORK)),
    )

"""Have the kernel send a signal to the grader when one's own descriptor becomes ready.

expect: refused EPERM EACCES
"""

import fcntl

from trying import each

F_SETOWN, F_SETSIG, F_NOTIFY, F_SETLEASE = 8, 10, 1026, 1024
FIOASYNC, FIOSETOWN, TIOCSTI = 0x5452, 0x8901, 0x5412


def attack(x, places):
    return each(
        owner=lambda: fcntl.fcntl(3, F_SETOWN, places["grader"]),
        signal=lambda: fcntl.fcntl(3, F_SETSIG, 9),
        notify=lambda: fcntl.fcntl(0, F_NOTIFY, 1),
        lease=lambda: fcntl.fcntl(0, F_SETLEASE, 0),
        asynchronous=lambda: fcntl.ioctl(3, FIOASYNC, b"\1\0\0\0"),
        set_owner=lambda: fcntl.ioctl(3, FIOSETOWN, b"\1\0\0\0"),
        typed=lambda: fcntl.ioctl(1, TIOCSTI, b"x"),
    )

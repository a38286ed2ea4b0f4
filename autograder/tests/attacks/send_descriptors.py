"""Misuse one's own channel: pass descriptors over it, ask who is at the other end, change its options.

expect: refused EPERM EACCES
"""

import socket

from trying import each, syscall

SENDMSG, RECVMSG, GETSOCKOPT, SETSOCKOPT, SENDTO = (46, 211), (47, 212), (55, 209), (54, 208), (44, 206)


def attack(x, places):
    return each(
        wrapped=lambda: socket.socket(fileno=3).send(b"x"),
        sent=lambda: syscall(SENDMSG, 3, 0, 0),
        received=lambda: syscall(RECVMSG, 3, 0, 0),
        peer=lambda: syscall(GETSOCKOPT, 3, 1, 17, 0, 0),
        option=lambda: syscall(SETSOCKOPT, 3, 1, 7, 0, 0),
        to=lambda: syscall(SENDTO, 3, 0, 0, 0, 0, 0),
    )

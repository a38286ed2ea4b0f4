"""Open a door: listen for someone to connect, on every kind of socket there is.

expect: refused EPERM EACCES EAFNOSUPPORT ENOSYS
"""

import socket

from trying import each


def attack(x, places):
    def listen(family, address):
        server = socket.socket(family, socket.SOCK_STREAM)
        server.bind(address)
        server.listen()

    return each(
        tcp=lambda: listen(socket.AF_INET, ("0.0.0.0", 0)),
        unix=lambda: listen(socket.AF_UNIX, "door"),
        abstract=lambda: listen(socket.AF_UNIX, "\0door"),
        netlink=lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0),
        packet=lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
        raw=lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
        vsock=lambda: socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM),
        crypto=lambda: socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET),
    )

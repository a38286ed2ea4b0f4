"""Send the hidden inputs in datagrams.

expect: refused EPERM EACCES
control: heard
"""

import socket

from trying import each


def attack(x, places):
    def send(family, address):
        with socket.socket(family, socket.SOCK_DGRAM) as sender:
            return sender.sendto(b"stolen", address)

    return each(
        four=lambda: send(socket.AF_INET, ("127.0.0.1", places["udp"])),
        six=lambda: send(socket.AF_INET6, ("::1", places["udp"])),
        broadcast=lambda: send(socket.AF_INET, ("255.255.255.255", places["udp"])),
    )

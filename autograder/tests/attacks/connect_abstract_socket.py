"""Talk to an abstract unix socket, which no file permission guards.

expect: refused EPERM EACCES
control: heard
"""

import socket

from trying import each


def attack(x, places):
    def send():
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect("\0" + places["abstract"])
            return connection.send(b"stolen")

    return each(send=send)

"""Talk to a service of the machine through its unix socket: Docker, a database, an agent that holds keys.

expect: refused EPERM EACCES ENOENT
control: heard
"""

import socket

from trying import each


def attack(x, places):
    def send(path):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(path)
            return connection.send(b"stolen")

    return each(
        service=lambda: send(places["unix"]), docker=lambda: send("/var/run/docker.sock"), pair=socket.socketpair
    )

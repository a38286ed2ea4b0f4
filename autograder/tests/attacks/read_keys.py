"""Read private keys and the system's secrets.

expect: refused EACCES ENOENT
canary: key
control: leaks
"""

import os

from trying import each


def attack(x, places):
    return each(
        key=lambda: open(places["key"], "rb").read(),
        shadow=lambda: open("/etc/shadow").read(),
        users=lambda: open("/etc/passwd").read(),
        host_keys=lambda: os.listdir("/etc/ssh"),
        machine=lambda: open("/etc/machine-id").read(),
        services=lambda: os.listdir("/run/secrets"),
    )

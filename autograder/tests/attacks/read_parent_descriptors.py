"""Reach files that the parent or the grader has open, through /proc.

expect: refused EACCES ENOENT EPERM ENOSYS
"""

import os

from trying import each, syscall

PIDFD_GETFD = (438, 438)


def attack(x, places):
    ways = {}
    for name, pid in {"parent": os.getppid(), "grader": places["grader"], "neighbor": places["neighbor"]}.items():
        ways |= {
            f"{name} fds": lambda pid=pid: os.listdir(f"/proc/{pid}/fd"),
            f"{name} fd": lambda pid=pid: open(f"/proc/{pid}/fd/3", "rb").read(1),
            f"{name} cwd": lambda pid=pid: os.listdir(f"/proc/{pid}/cwd"),
            f"{name} root": lambda pid=pid: os.listdir(f"/proc/{pid}/root"),
        }
    return each(getfd=lambda: syscall(PIDFD_GETFD, 3, 3, 0), **ways)

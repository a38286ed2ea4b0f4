"""Become another program, which would keep the channel but none of Python's habits.

expect: refused EPERM EACCES ENOENT
"""

import os
import sys

from trying import each, syscall

EXECVEAT = (322, 281)


def attack(x, places):
    return each(
        shell=lambda: os.execv("/bin/sh", ["sh", "-c", "cat /etc/passwd >&3"]),
        python=lambda: os.execv(sys.executable, ["python", "-c", "print(1)"]),
        own=lambda: os.execv("/proc/self/exe", ["python", "-c", "print(1)"]),
        at=lambda: syscall(EXECVEAT, -100, b"/bin/true", 0, 0, 0),
    )

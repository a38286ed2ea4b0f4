"""Call the kernel by the x32 interface, another set of numbers for the same calls.

expect: fails died: SIGSYS
machine: x86_64
"""

from trying import syscall

X32 = 0x40000000


def attack(x, places):
    return syscall((X32 | 41, -1), 2, 1, 0)

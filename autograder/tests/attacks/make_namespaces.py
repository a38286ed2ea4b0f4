"""Become root in namespaces of one's own, and mount the grader's files there.

expect: refused EPERM EACCES ENOSYS ENOENT
"""

import os

from trying import each, syscall

UNSHARE, SETNS, MOUNT, UMOUNT, PIVOT_ROOT, CHROOT = (272, 97), (308, 268), (165, 40), (166, 39), (155, 41), (161, 51)
CLONE, OPEN_TREE, FSOPEN, MOVE_MOUNT = (56, 220), (428, 428), (430, 430), (429, 429)
NEWUSER, NEWNS, BIND, THREAD = 0x10000000, 0x20000, 4096, 0x10000


def attack(x, places):
    here, root = os.environ["TMPDIR"].encode(), places["root"].encode()
    return each(
        unshare=lambda: syscall(UNSHARE, NEWUSER | NEWNS),
        clone=lambda: syscall(CLONE, NEWUSER | 17, 0, 0, 0, 0),
        clone_thread=lambda: syscall(CLONE, NEWUSER | THREAD, 0, 0, 0, 0),
        enter=lambda: syscall(SETNS, 3, 0),
        mount=lambda: syscall(MOUNT, root, here, 0, BIND, 0),
        unmount=lambda: syscall(UMOUNT, here, 2),
        chroot=lambda: syscall(CHROOT, root),
        pivot=lambda: syscall(PIVOT_ROOT, here, here),
        tree=lambda: syscall(OPEN_TREE, -100, root, 1),
        filesystem=lambda: syscall(FSOPEN, b"tmpfs", 0),
        move=lambda: syscall(MOVE_MOUNT, 3, b"", -100, here, 4),
    )

"""Take memory that the usual limits do not count: shared mappings, memory files, pipes, System V segments.

expect: refused EPERM EACCES ENOSYS ENOSPC ENOMEM EMFILE EFBIG ENOENT EROFS
"""

import mmap
import os

from trying import each, syscall

SHMGET, MEMFD_CREATE, F_SETPIPE_SZ = (29, 194), (319, 279), 1031


def _large_pipes():
    import fcntl

    read, write = os.pipe()
    try:
        return fcntl.fcntl(write, F_SETPIPE_SZ, 1 << 20)
    finally:
        os.close(read)
        os.close(write)


def _many_pipes():
    opened = []
    try:
        for _ in range(2000):
            opened += os.pipe()
    finally:
        for descriptor in opened:
            os.close(descriptor)


def _mapped_file():
    path = os.environ["TMPDIR"] + "/mapped"
    with open(path, "wb") as file:
        file.truncate(200 << 20)


def attack(x, places):
    return each(
        shared=lambda: mmap.mmap(-1, 200 << 20),
        memory_file=lambda: syscall(MEMFD_CREATE, b"x", 0),
        system_five=lambda: syscall(SHMGET, 0, 200 << 20, 0o1600),
        large_pipes=_large_pipes,
        many_pipes=_many_pipes,
        mapped_file=_mapped_file,
    )

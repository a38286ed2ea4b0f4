"""Write until the disk is full.

expect: refused ENOSPC EFBIG EACCES EROFS ENOENT
"""

import os
import tempfile

from trying import each

MEGABYTE = bytes(1 << 20)
MOST = 200  # where nothing stops it, this stops by itself


def _fill(folder, files):
    for number in range(files):
        with open(f"{folder}/{number}", "wb") as file:
            for _ in range(MOST // files):
                file.write(MEGABYTE)
    return f"{MOST} MiB written"


def attack(x, places):
    return each(
        one_file=lambda: _fill(os.environ["TMPDIR"], 1),
        many_files=lambda: _fill(os.environ["TMPDIR"], 20),
        where_python_would=lambda: _fill(tempfile.mkdtemp(), 1),
        here=lambda: _fill(os.getcwd(), 1),
        tmp=lambda: _fill("/tmp", 1),
        shared=lambda: _fill("/dev/shm", 1),
    )

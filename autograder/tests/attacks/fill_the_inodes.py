"""Create empty files until there is no inode left for anyone.

expect: refused ENOSPC EACCES EROFS ENOENT EPERM
"""

import os

from trying import each


def _fill(folder):
    for number in range(5000):
        os.mkdir(f"{folder}/{number}")


def attack(x, places):
    return each(own=lambda: _fill(os.environ["TMPDIR"]), tmp=lambda: _fill("/tmp"), here=lambda: _fill("./more"))

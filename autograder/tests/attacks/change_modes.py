"""Change modes, owners, times and attributes of files outside, so that the grader cannot read or trusts them.

expect: refused EPERM EACCES ENOENT ENOSYS | got None
"""

import os

from trying import each


def attack(x, places):
    victim = places["victim"]
    return each(
        chmod=lambda: os.chmod(victim, 0o777),
        hide=lambda: os.chmod(places["outside"], 0),
        chown=lambda: os.chown(victim, 1000, 1000),
        times=lambda: os.utime(victim, (0, 0)),
        attribute=lambda: os.setxattr(victim, "user.planted", b"x"),
        remove_attribute=lambda: os.removexattr(victim, "user.planted"),
    )

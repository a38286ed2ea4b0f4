"""Find descriptors that were left open: a file of the grader's, the base's control socket, another student's channel.

expect: answers [0, 1, 2, 3]
"""

import os


def _is_open(descriptor):
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def attack(x, places):
    return [descriptor for descriptor in range(4096) if _is_open(descriptor)]

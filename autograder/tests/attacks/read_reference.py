"""Read the reference solution and answer with it.

expect: refused EACCES ENOENT
canary: reference
control: leaks
"""

import linecache
import tokenize

from trying import each


def _by_linecache(path):
    lines = linecache.getlines(path)
    if not lines:
        raise FileNotFoundError(2, "linecache found nothing")
    return lines


def attack(x, places):
    path = places["reference"]
    return each(
        open=lambda: open(path).read(),
        tokenize=lambda: tokenize.open(path).read(),
        linecache=lambda: _by_linecache(path),
        execute=lambda: exec(open(path).read(), globals()),
    )

"""Copy what another student handed in.

expect: refused EACCES ENOENT
canary: other
control: leaks
"""

import os
import shutil

from trying import each


def attack(x, places):
    path = places["other"]
    copy = os.path.join(os.environ["TMPDIR"], "copy.py")

    def copied():
        shutil.copyfile(path, copy)
        return open(copy).read()

    return each(open=lambda: open(path).read(), listed=lambda: os.listdir(os.path.dirname(path)), copied=copied)

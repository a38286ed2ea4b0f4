"""Make links to the hidden suite in one's own folder, and read through them.

expect: refused EACCES ENOENT EPERM EXDEV EROFS
canary: hidden
"""

import os

from trying import each


def attack(x, places):
    here = os.environ["TMPDIR"]

    def through(make, name):
        make(places["hidden"], f"{here}/{name}")
        return open(f"{here}/{name}").read()

    return each(
        symbolic=lambda: through(os.symlink, "soft"),
        hard=lambda: through(os.link, "hard"),
        moved=lambda: through(os.rename, "moved"),
        loaded=lambda: os.open(f"{here}/../../../../../..{places['hidden']}", os.O_RDONLY),
    )

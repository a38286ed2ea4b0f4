"""Hand in a socket.

expect: refuses: not a regular file
"""

import os
import stat


def plant(folder, places):
    os.mknod(folder / "scaling.py", stat.S_IFSOCK | 0o600)

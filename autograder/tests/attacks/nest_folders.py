"""Hand in folders inside folders, deeper than whoever walks them can go.

expect: refuses: or scores 0
"""

import os


def plant(folder, places):
    here = os.open(folder, os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("a", dir_fd=here)
        inner = os.open("a", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)

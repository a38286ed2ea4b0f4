"""Hand in folders whose path together is longer than the system can say.

expect: refuses: or scores 0
"""

import os


def plant(folder, places):
    here = os.open(folder, os.O_RDONLY)
    for _ in range(18):
        os.mkdir("b" * 250, dir_fd=here)
        inner = os.open("b" * 250, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)

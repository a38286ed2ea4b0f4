"""Hand in a named pipe, at which whoever opens it waits for ever.

expect: refuses: not a regular file
"""

import os


def plant(folder, places):
    os.mkfifo(folder / "scaling.py")

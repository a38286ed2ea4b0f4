"""Hand in a file whose name no text file can hold.

expect: refuses: name or scores 0
"""

import os


def plant(folder, places):
    open(os.fsencode(folder) + b"/\xff\xfe.py", "wb").close()

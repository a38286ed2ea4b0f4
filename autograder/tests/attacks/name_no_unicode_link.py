"""Have a file refused whose name no record can hold.

expect: refuses: is a link or refuses: name
"""

import os


def plant(folder, places):
    os.symlink(b"/etc/passwd", os.fsencode(folder) + b"/\xff\xfe.py")

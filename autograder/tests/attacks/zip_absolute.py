"""Upload an archive with names that begin at the root, in Unix's and in Windows' way.

expect: refuses: leads out
"""

import zipfile


def pack(path, places):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{places['outside']}/new.txt", "x")
        archive.writestr("C:\\new.txt", "x")

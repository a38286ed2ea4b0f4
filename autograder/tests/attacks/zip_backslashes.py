"""Upload an archive whose names lead upwards only where backslashes count.

expect: refuses: leads out
"""

import zipfile


def pack(path, places):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("..\\..\\..\\outside\\new.txt", "x")

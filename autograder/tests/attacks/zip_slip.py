"""Upload an archive with a name that leads upwards, to write where the course is.

expect: refuses: leads out
"""

import zipfile


def pack(path, places):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("scaling.py", "x = 1\n")
        archive.writestr("../../../../outside/new.txt", "x")

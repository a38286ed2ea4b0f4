"""Upload an archive with more entries than anyone wants to make files of.

expect: refuses: too many files
"""

import zipfile


def pack(path, places):
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(20_000):
            archive.writestr(f"{number}", b"")

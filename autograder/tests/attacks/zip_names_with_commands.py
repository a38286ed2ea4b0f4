"""Upload an archive with names that a terminal or a CI runner would act on.

expect: refuses: name
"""

import zipfile


def pack(path, places):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a\n::error::owned\n\x1b[2J.py", "x = 1\n")

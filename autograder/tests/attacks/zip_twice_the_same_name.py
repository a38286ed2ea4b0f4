"""Upload an archive in which a name stands twice, so that one file is checked and the other kept.

expect: refuses: twice
"""

import warnings
import zipfile


def pack(path, places):
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("scaling.py", "x = 1\n")
        archive.writestr("SCALING.py", "x = 2\n")

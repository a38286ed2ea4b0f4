"""Upload an archive that holds a link, and a file to be written through it.

expect: refuses: is a link
"""

import stat
import zipfile


def pack(path, places):
    link = zipfile.ZipInfo("data")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, str(places["outside"]))
        archive.writestr("data/new.txt", "x")

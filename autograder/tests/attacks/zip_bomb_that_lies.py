"""Upload a bomb whose directory says that it unpacks to a few bytes.

expect: refuses:
"""

import struct
import zipfile


def pack(path, places):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("scaling.py", bytes(64 << 20))
    data = path.read_bytes().replace(struct.pack("<I", 64 << 20), struct.pack("<I", 10))
    path.write_bytes(data)

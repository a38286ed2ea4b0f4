"""Upload a small archive that unpacks to a large file.

expect: refuses: too large
"""

import zipfile


def pack(path, places):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("scaling.py", "w") as member:
        for _ in range(64):
            member.write(bytes(1 << 20))

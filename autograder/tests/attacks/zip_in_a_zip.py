"""Upload an archive in an archive in an archive, and a bomb in the last.

expect: collects scaling.py
"""

import io
import zipfile


def _wrapped(name, data):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
        archive.writestr("scaling.py", "x = 1\n")
    return buffer.getvalue()


def pack(path, places):
    path.write_bytes(_wrapped("inner.zip", _wrapped("inner.zip", _wrapped("bomb", bytes(32 << 20)))))

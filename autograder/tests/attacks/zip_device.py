"""Upload an archive that holds a device.

expect: refuses: not a regular file
"""

import stat
import zipfile


def pack(path, places):
    device = zipfile.ZipInfo("scaling.py")
    device.create_system, device.external_attr = 3, (stat.S_IFCHR | 0o666) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(device, b"")

"""The names in a zip file: the format marks only UTF-8, and many systems write others.

Sources: PKWARE's APPNOTE 6.3.10, 4.4.4 (bit 11) and 4.6.9 (the Unicode Path field, ``0x7075``). macOS writes UTF-8
without the mark; Windows writes its own code page, which is GBK in China.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress

_MARKED = 0x800  # bit 11: the name is in UTF-8
_UNICODE_PATH = 0x7075
_GB = "gb18030"  # which contains GBK and GB2312
_LATIN = "cp437"  # the format's own, as zipfile reads names without a mark
_IDEOGRAPHS = re.compile("[\u4e00-\u9fff]")
_CHINESE = re.compile("[\0-\x7f\xb7\u2014-\u2026\u3000-\u303f\u3400-\u9fff\uff00-\uffef\U00020000-\U0003ffff]*")


def members(opened: zipfile.ZipFile) -> tuple[list[zipfile.ZipInfo], str]:
    """The entries of an archive, with names as the system that wrote them shows them.

    Names without a mark are read alike: in UTF-8 if all of them are, else in GBK if they are Chinese in it, else in
    code page 437.

    Returns:
        The entries, and a name that was read as GBK without saying so; "" if there is none.
    """
    found = opened.infolist()
    unmarked = {
        number: raw
        for number, member in enumerate(found)
        if not member.flag_bits & _MARKED and not (raw := _bytes(member)).isascii()
    }
    stated = {number: name for number, raw in unmarked.items() if (name := _unicode_path(found[number].extra, raw))}
    others = {number: raw for number, raw in unmarked.items() if number not in stated}
    encoding = _encoding(list(others.values()))
    read = {number: raw.decode(encoding) for number, raw in others.items()}
    for number, name in (stated | read).items():
        found[number].filename = name  # zipfile compares the original name with the one before the file's data
    return found, next(iter(read.values()), "") if encoding == _GB else ""


def _bytes(member: zipfile.ZipInfo) -> bytes:
    return member.orig_filename.encode(_LATIN, errors="replace").partition(b"\0")[0]


def _encoding(names: Sequence[bytes]) -> str:
    for encoding in ("utf-8", _GB):
        with suppress(UnicodeDecodeError):
            text = "".join(name.decode(encoding) for name in names)
            if encoding != _GB or _is_chinese(text):
                return encoding
    return _LATIN


def _is_chinese(text: str) -> bool:
    """Whether all letters beyond ASCII are Chinese, and most of them common.

    Names in European code pages are also valid GBK, but their letters become rare ideographs or symbols.
    """
    ideographs = _IDEOGRAPHS.findall(text)
    common = "".join(ideographs).encode("gb2312", errors="ignore").decode("gb2312")
    return _CHINESE.fullmatch(text) is not None and 0 < len(ideographs) <= 2 * len(common)


def _unicode_path(extra: bytes, raw: bytes) -> str:
    """The name in an entry's Unicode Path field, if that belongs to its name; otherwise ""."""
    for data in _fields(extra, _UNICODE_PATH):
        if data[:5] == struct.pack("<BL", 1, zlib.crc32(raw)):
            with suppress(UnicodeDecodeError):
                return data[5:].decode("utf-8")
    return ""


def _fields(extra: bytes, kind: int) -> Iterator[bytes]:
    start = 0
    while start + 4 <= len(extra):
        found, size = struct.unpack_from("<HH", extra, start)
        start += 4 + size
        if found == kind:
            yield extra[start - size : start]

"""Names in zip files as the systems that wrote them show them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence

import pytest

from gradkit.intake.zip_names import members


class Raw(zipfile.ZipInfo):
    """An entry whose name is written as these bytes, without the mark of UTF-8, as Windows and macOS do."""

    def __init__(self, name: bytes, extra: bytes = b"") -> None:
        super().__init__(name.hex())
        self.raw, self.extra = name, extra

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 - zipfile's name
        return self.raw, self.flag_bits


def pack_raw(entries: Sequence[zipfile.ZipInfo | str]) -> bytes:
    """A zip file of these entries, each with its number as content."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as made:
        for number, entry in enumerate(entries):
            made.writestr(entry, f"{number}")
    return whole.getvalue()


def archive(entries: Sequence[zipfile.ZipInfo | str]) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(pack_raw(entries)))


def unicode_path(raw: bytes, name: str, version: int = 1) -> bytes:
    data = struct.pack("<BL", version, zlib.crc32(raw)) + name.encode()
    return struct.pack("<HHB", 0x5455, 1, 0) + struct.pack("<HH", 0x7075, len(data)) + data


@pytest.mark.parametrize(
    ("encoding", "names", "as_gbk"),
    [
        ("gbk", ["作业一/lines.py", "作业一/说明\uff08最终版\uff09——新.txt", "王喆_hw1.zip"], "作业一/lines.py"),
        ("gb18030", ["李\U00020bb7_hw1.zip"], "李\U00020bb7_hw1.zip"),  # outside GBK
        ("gbk", ["a.py", "誠\\张.py"], "誠\\张.py"),  # 誠 ends in the byte of a backslash
        ("utf-8", ["作业一/lines.py", "Müller.py"], ""),  # macOS
        ("cp437", ["Müller_hw1.zip", "señal ñó.py", "Straße.py"], ""),
        ("cp437", ["plain.py"], ""),
    ],
)
def test_names_without_a_mark(encoding: str, names: list[str], as_gbk: str) -> None:
    with archive([Raw(name.encode(encoding)) for name in names]) as opened:
        found, said = members(opened)
        assert ([entry.filename for entry in found], said) == (names, as_gbk)
        assert [opened.read(entry) for entry in found] == [b"%d" % number for number in range(len(names))]


@pytest.mark.parametrize(("encoding", "name"), [("cp866", "Привет.py"), ("big5", "作業.py"), ("cp932", "さくら.py")])
def test_names_of_other_systems_are_not_taken_for_chinese(encoding: str, name: str) -> None:
    with archive([Raw(name.encode(encoding))]) as opened:
        (entry,), said = members(opened)
        assert (entry.filename, said) == (name.encode(encoding).decode("cp437"), "")


def test_what_an_entry_says_itself_is_believed() -> None:
    raw, name = "作业.py".encode("gbk"), "作业.py"
    stated = [
        Raw(raw, unicode_path(raw, name)),
        Raw(b"?.py", unicode_path(b"?.py", "x.py")),  # in ASCII there is nothing to say
        "说明.txt",  # marked as UTF-8
    ]
    with archive(stated) as opened:
        found, said = members(opened)
        assert ([entry.filename for entry in found], said) == ([name, "?.py", "说明.txt"], "")


@pytest.mark.parametrize(
    "extra",
    [
        unicode_path(b"another", "../evil.py"),
        unicode_path("作业.py".encode("gbk"), "../evil.py", version=2),
        b"\x75\x70",
    ],
)
def test_a_field_that_does_not_belong_to_the_name_is_not_believed(extra: bytes) -> None:
    with archive([Raw("作业.py".encode("gbk"), extra)]) as opened:
        (entry,), said = members(opened)
        assert entry.filename == said == "作业.py"

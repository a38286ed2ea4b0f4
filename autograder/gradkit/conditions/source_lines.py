"""A Python file's text in its declared encoding (PEP 263), for everything that reads or quotes students' files."""

from __future__ import annotations

import codecs
import io
import tokenize
from collections.abc import Sequence
from encodings import normalize_encoding
from encodings.aliases import aliases

# Encodings that Python accepts, but that hide code from people or are slow to decode.
_REFUSED = frozenset(
    {"utf_7", "utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le", "mbcs", "rot_13"}
)
_ACCEPTED = {name for name in aliases.values() if not name.endswith("_codec")} - _REFUSED | {"utf_8_sig", "koi8_u"}
_AS_ASCII = bytes(byte if byte < 128 else ord("?") for byte in range(256))


def text_of(source: bytes) -> str:
    """The text of a Python file as Python reads it: decoded, with normalized line endings.

    Raises:
        SyntaxError: it cannot be decoded; with Python's message.
    """
    if b"\0" in source:
        raise SyntaxError("it contains null bytes, so it is not a text file. Save it as UTF-8, not UTF-16.")
    encoding = _encoding(source)
    name = normalize_encoding(encoding).lower()
    if aliases.get(name, name) not in _ACCEPTED:
        raise SyntaxError(f"encoding problem: {encoding[:40]}")
    try:
        return io.IncrementalNewlineDecoder(None, translate=True).decode(source.decode(encoding), final=True)
    except (UnicodeError, LookupError) as error:
        raise SyntaxError(f"(unicode error) {error}") from None


def _encoding(source: bytes) -> str:
    # A declaration is ASCII. tokenize would refuse one in line 2 below other characters, which Python imports.
    mark = codecs.BOM_UTF8 * source.startswith(codecs.BOM_UTF8)
    head = mark + source.removeprefix(mark).translate(_AS_ASCII)
    return tokenize.detect_encoding(io.BytesIO(head).readline)[0]


def lines_of(source: bytes) -> Sequence[str]:
    """The lines of a Python file as Python counts them; none if it cannot be decoded."""
    try:
        return tuple(io.StringIO(text_of(source)))
    except SyntaxError:
        return ()

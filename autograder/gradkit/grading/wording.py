"""Texts and points as every page and table writes them."""

from __future__ import annotations

import re

from gradkit.course import rounded

# What a terminal would act on: CSI and OSC sequences, and other two-character escapes.
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b.|\x9b[0-?]*[ -/]*[@-~]")
# What no page or terminal should get: other control characters, halves of surrogate pairs, and marks that turn text.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff]")


def plain(text: str) -> str:
    """Text without terminal escape sequences and control characters; line ends and tabs stay."""
    return _CONTROL.sub("", _ESCAPES.sub("", text.replace("\r\n", "\n")))


def points(value: float) -> str:
    """Points as people write them: ``2`` or ``2.5``."""
    value = rounded(value)
    return f"{value:g}" if float(f"{value:g}") == value else f"{value:.2f}"

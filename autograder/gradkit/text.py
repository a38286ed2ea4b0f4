"""The format of texts and points on every page and in every table, and where their lines break."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from gradkit.course import rounded
from gradkit.messages import message

HTML_LANGUAGES = {"en": "en", "zh": "zh-Hans"}  # the languages as HTML names them
# What a terminal would act on: CSI and OSC sequences, and other two-character escapes.
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b.|\x9b[0-?]*[ -/]*[@-~]")
# What no page or terminal should get: other control characters, halves of surrogate pairs, and marks that turn text.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff]")

# What a line is not broken in: code, a run of other letters, a Chinese character with the punctuation after it.
_UNIT = re.compile(
    r"[（“《]*(?:`[^`]*`|[\u2e80-\u9fff\uff00-\uffef]|[^\s\u2e80-\u9fff\uff00-\uffef“”‘’…—]+|[“”‘’…—]+)"
    r"[，。：；？！）、”》…]*|\s+"
)


def strip_controls(text: str) -> str:
    """Text without terminal escape sequences and control characters; line ends and tabs stay."""
    return _CONTROL.sub("", _ESCAPES.sub("", text.replace("\r\n", "\n")))


def without_language_link(page: str) -> str:
    """A page of ours for a place in which its other language is not beside it."""
    before, mark, rest = page.partition('<p class="language">')
    return before + rest.partition("</p>\n")[2] if mark else page


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines, also between Chinese characters, which take two columns each."""
    lines = [""]
    for unit in units(text):
        if lines[-1] and columns(lines[-1] + unit.rstrip()) > width:
            lines.append("")
        lines[-1] += unit if lines[-1] else unit.lstrip()
    return [line.rstrip() for line in lines]


def units(text: str) -> Iterator[str]:
    """What a line is not broken in, and the spaces between."""
    done = 0
    for found in _UNIT.finditer(text):
        yield text[done : found.end()]  # with what no pattern knows
        done = found.end()
    if text[done:]:
        yield text[done:]


def columns(text: str) -> int:
    """The width of a text in a terminal: a Chinese character takes two columns."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def points(value: float) -> str:
    """Points without trailing zeros: ``2`` or ``2.5``."""
    value = rounded(value)
    return f"{value:g}" if float(f"{value:g}") == value else f"{value:.2f}"


def together(troubles: Iterable[tuple[str, str, str]]) -> list[str]:
    """One line for each kind of problem, with the students concerned.

    Args:
        troubles: (student or "", assignment, problem), one for each submission.
    """
    kinds: dict[tuple[str, str], list[str]] = {}
    for student, assignment, what in troubles:
        kinds.setdefault((assignment, what), []).append(student)
    lines: list[str] = []
    for (assignment, what), students in kinds.items():
        if len(students) == 1:
            where = ", ".join(filter(None, (students[0], assignment)))
            lines.append(message("{where}: {what}", where=where, what=what))
        else:
            lines.append(
                message(
                    "{assignment}: {what} ({number} submissions: {students})",
                    assignment=assignment,
                    what=what,
                    number=len(students),
                    students=", ".join(students),
                )
            )
    return lines

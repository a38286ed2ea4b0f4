"""Limit the information that flows from a student's process to the page that its author reads.

The process has seen the hidden inputs. Whatever it chooses on a page (an exception's message, a shape, which element
is the worst) could leak some of them, so each submission has a budget in bits. A message costs the bits that
distinguish it from every other message possible in its place; repeating a message is free. If the budget does not
cover a message, only its kind is shown.

Free text costs the length of its encoding: pieces of known texts (common messages of Python and torch, the student's
own file, the suite) by position and length, everything else character by character. At most 2^n texts have a code of
n bits, so the bound holds for any scheme of choosing texts.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from gradkit.conditions.rules import RULES
from gradkit.course import Feedback
from gradkit.suite.said import Said
from gradkit.wire.kinds import KINDS, Kind

BUDGETS: Mapping[Feedback, int] = {"verdict": 256, "hint": 2048, "inputs": 2048}
MAX_MESSAGES = 40  # distinct messages on a page
MAX_MESSAGE = 2000  # characters of a message
SENTENCE_BITS = 13  # which sentence of engine or suite a message is, about which value, with which hint
_KNOWN = 1 << 17  # characters that a piece can be taken from: 17 bits for its position
_PIECE = 1 << 7  # characters of a piece: 7 bits for its length
_PIECE_BITS = 1 + 17 + 7
_SHORT_PIECE = 4
_LETTER_BITS = 1 + 7
_WIDE_LETTER_BITS = 1 + 7 + 21  # an escape, and a code point


class Gate:
    """Spends one submission's budget, in the order of its tests.

    Args:
        budget: the bits that all messages together may carry.
        known: texts that do not depend on what the student's process says.
    """

    def __init__(self, budget: int, known: Iterable[str] = ()) -> None:
        self.left = budget
        self._known = "\n".join([_phrases(), *known])[:_KNOWN]
        self._told: set[tuple[object, ...]] = set()
        self._texts: set[str] = set()

    def lets(
        self,
        kind: Kind | Literal["switch"],
        said: Said,
        hint: str | None = None,
        picture: Mapping[str, Any] | None = None,
    ) -> bool:
        """Whether a message may be shown in full; if so, charge it to the budget.

        Args:
            kind: the kind of failure; "switch" of a note on a switch.
            said: the message.
            hint: the hint shown with it.
            picture: the picture drawn beside it.
        """
        drawn = json.dumps(picture, sort_keys=True) if picture is not None else ""
        message = (kind, said.text, hint, drawn)
        if message in self._told:
            return True
        if len(self._told) == MAX_MESSAGES or len(said.text) > MAX_MESSAGE:
            return False
        cost = SENTENCE_BITS + picture_bits(picture)
        if said.text not in self._texts:
            cost += said.bits
            for text in said.words:
                cost += text_bits(text, self._known, self.left - cost)
        if cost > self.left:
            return False
        self.left -= cost
        self._told.add(message)
        self._texts.add(said.text)
        return True


@cache
def _phrases() -> str:
    """Common messages of Python and torch, and the sentences for broken rules, one per line."""
    return "\n".join([*RULES, (files("gradkit.grading") / "phrases.txt").read_text("utf-8")])


def text_bits(text: str, known: str, most: int) -> int:
    """The length of ``text`` in bits, in this module's code; stops counting above ``most``."""
    bits = place = 0
    while place < len(text) and bits <= most:
        size = _longest_piece(text[place : place + _PIECE], known)
        letters = sum(_LETTER_BITS if letter.isascii() else _WIDE_LETTER_BITS for letter in text[place : place + size])
        if letters <= _PIECE_BITS:
            size = 1
            bits += _LETTER_BITS if text[place].isascii() else _WIDE_LETTER_BITS
        else:
            bits += _PIECE_BITS
        place += max(size, 1)
    return bits + _LETTER_BITS  # and its end


def _longest_piece(text: str, known: str) -> int:
    """The length of the longest prefix of ``text`` that occurs in ``known``."""
    if text[:_SHORT_PIECE] not in known:
        return 1 if text[:1] in known else 0
    low, high = min(_SHORT_PIECE, len(text)), len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if text[:middle] in known else (low, middle - 1)
    return low


def picture_bits(picture: Mapping[str, Any] | None) -> int:
    """The bits that a picture adds to its message, which already names shapes and the worst element."""
    if picture is None or picture["kind"] != "errors":
        return 0
    bits, before = 0, ""
    for row in picture["rows"]:
        pattern = row.replace("2", "1")  # the worst element is named
        full = pattern in ("1" * len(row), before)
        bits += 2 if full else 1 + len(row)
        before = pattern
    return bits


def page_bits(policy: Feedback, tests: Iterable[tuple[int, int]]) -> int:
    """The most information that one submission can carry to its author's page, in bits.

    Besides the budget, each test shows whether it passed, which message or kind applies, which case is the smallest
    that failed, how many failed, and which mistake was recognized.

    Args:
        policy: the feedback policy.
        tests: the number of cases and of recognizable mistakes of each test.
    """
    told = math.log2(1 + len(KINDS) + MAX_MESSAGES)
    return BUDGETS[policy] + math.ceil(
        sum(told + 2 * math.log2(cases) + math.log2(1 + mistakes) for cases, mistakes in tests)
    )

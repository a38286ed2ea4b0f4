"""Sentences for a student, with the information content of each part that the student's process chose.

The process has seen the hidden inputs, so whatever it chooses on a page could leak some of them. `Said` counts the
bits that a sentence leaves to its choice; `gradkit.grading.gate` charges them to the submission's budget.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

_BEGINNINGS = frozenset(["a", "an", "each", "entry", "the", "what"])
_STEPS = (1, 2, 5)
_LARGEST, _SMALLEST = 6, -12  # errors between these powers of ten are given as numbers
_SHARES = ((1e-6, "a millionth"), (1e-3, "a thousandth"))
_ERROR_BITS = math.ceil(math.log2(len(_STEPS) * (_LARGEST - _SMALLEST) + 2 + len(_SHARES)))


@dataclass(frozen=True)
class Said:
    """A text, and the parts of it that the student's process chose.

    Attributes:
        text: the whole text.
        bits: the bits that distinguish all numbers possible in it.
        words: the parts that are free text, whose bits depend on the texts already known.
    """

    text: str
    bits: int = 0
    words: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.text


def say(*parts: str | Said) -> Said:
    """Concatenate parts; a plain str costs no bits."""
    whole = [Said(part) if isinstance(part, str) else part for part in parts]
    return Said(
        "".join(part.text for part in whole),
        sum(part.bits for part in whole),
        tuple(word for part in whole for word in part.words),
    )


def capital(name: Said | str) -> Said:
    """Capitalize the beginning of a sentence, unless it is a name."""
    said = say(name)
    if said.text.partition(" ")[0] not in _BEGINNINGS:
        return said
    return replace(said, text=said.text[:1].upper() + said.text[1:])


def words(text: str) -> Said:
    """A text from the student's process."""
    return Said(text, words=(text,) if text else ())


def one_of(text: str, count: int) -> Said:
    """One of ``count`` possible texts."""
    return Said(text, bits=(max(count, 1) - 1).bit_length())


def number(value: int) -> Said:
    """An unbounded integer: costs twice its length in bits, and one more."""
    return Said(str(value), bits=2 * value.bit_length() + 1)


def shape(sizes: Iterable[int]) -> Said:
    """A shape that the student's process chose."""
    sizes = tuple(sizes)
    return Said(str(sizes), bits=5 + sum(2 * size.bit_length() + 1 for size in sizes))


def about(error: float, scale: float, of: str) -> Said:
    """The size of an error to one digit, 1, 2 or 5, or only that it is small.

    This distinguishes a wrong formula from rounding. More precise small errors would reveal a value digit by digit over
    several submissions, so a small error is given as one of two fractions.

    Args:
        error: the absolute error.
        scale: the magnitude of the expected value; 0 if there is none.
        of: the expected value, in words.
    """
    share = error / scale if scale > 0 else math.inf
    for bound, fraction in _SHARES:
        if share < bound:
            return Said(f"less than {fraction} of {of}", _ERROR_BITS)
    if not error < 10**_LARGEST:
        return Said(f"more than {10**_LARGEST:g}", _ERROR_BITS)
    if error < 10**_SMALLEST:
        return Said(f"less than {10**_SMALLEST:g}", _ERROR_BITS)
    power = math.floor(math.log10(error))
    steps = [step * 10.0**exponent for exponent in (power, power + 1) for step in _STEPS]
    nearest = min(steps, key=lambda step: abs(math.log(step / error)))
    return Said(f"about {nearest:g}", _ERROR_BITS)

"""Sentences for a student, in which each part that the student's process chose is weighed.

The process has seen the hidden inputs, so whatever it chooses of a page could carry some of them out. `Said` counts in
bits how much a sentence leaves to its choice; `gradkit.grading.gate` spends a submission's budget on it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

_BEGINNINGS = frozenset(["a", "an", "each", "entry", "the", "what"])
_STEPS = (1, 2, 5)
_LARGEST, _SMALLEST = 6, -12  # powers of ten between which an error is told in figures
_SHARES = ((1e-6, "a millionth"), (1e-3, "a thousandth"))
_ERROR_BITS = math.ceil(math.log2(len(_STEPS) * (_LARGEST - _SMALLEST) + 2 + len(_SHARES)))


@dataclass(frozen=True)
class Said:
    """A text, and what of it the student's process chose.

    Attributes:
        text: what is read.
        bits: what it takes to tell all numbers apart that could stand in it.
        words: the parts that are free text, whose bits depend on what is known already.
    """

    text: str
    bits: int = 0
    words: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.text


def say(*parts: str | Said) -> Said:
    """Parts one after the other; those that are plain text were chosen by nobody."""
    whole = [Said(part) if isinstance(part, str) else part for part in parts]
    return Said(
        "".join(part.text for part in whole),
        sum(part.bits for part in whole),
        tuple(word for part in whole for word in part.words),
    )


def capital(name: Said | str) -> Said:
    """The beginning of a sentence: in upper case, unless it is a name."""
    said = say(name)
    if said.text.partition(" ")[0] not in _BEGINNINGS:
        return said
    return replace(said, text=said.text[:1].upper() + said.text[1:])


def words(text: str) -> Said:
    """A text that came out of the student's process."""
    return Said(text, words=(text,) if text else ())


def one_of(text: str, count: int) -> Said:
    """One of ``count`` texts that could stand here."""
    return Said(text, bits=(max(count, 1) - 1).bit_length())


def number(value: int) -> Said:
    """A whole number that nothing bounds: twice the bits that it is written in."""
    return Said(str(value), bits=2 * value.bit_length() + 1)


def shape(sizes: Iterable[int]) -> Said:
    """A shape that the student's process chose."""
    sizes = tuple(sizes)
    return Said(str(sizes), bits=5 + sum(2 * size.bit_length() + 1 for size in sizes))


def about(error: float, scale: float, of: str) -> Said:
    """A size of error to one digit, 1, 2 or 5, or only that it is small.

    It tells a wrong formula from rounding. Finer figures for small errors would let a value be found digit by digit,
    hand-in after hand-in; so a small error is told as one of two shares.

    Args:
        error: how far off.
        scale: the size of what is right; 0 where it has none.
        of: what that is, in words.
    """
    share = error / scale if scale > 0 else math.inf
    for least, words_for_it in _SHARES:
        if share < least:
            return Said(f"less than {words_for_it} of {of}", _ERROR_BITS)
    if not error < 10**_LARGEST:
        return Said(f"more than {10**_LARGEST:g}", _ERROR_BITS)
    if error < 10**_SMALLEST:
        return Said(f"less than {10**_SMALLEST:g}", _ERROR_BITS)
    power = math.floor(math.log10(error))
    steps = [step * 10.0**exponent for exponent in (power, power + 1) for step in _STEPS]
    nearest = min(steps, key=lambda step: abs(math.log(step / error)))
    return Said(f"about {nearest:g}", _ERROR_BITS)

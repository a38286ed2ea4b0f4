"""Sentences for a student, with the information content of each field that the student's process chose.

The process has seen the hidden inputs, so whatever it chooses on a page could leak some of them. `Said` counts the
bits that a sentence leaves to its choice; `gradkit.grading.gate` charges them to the submission's budget.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from gradkit.messages import Message, message

_BEGINNINGS = frozenset(["a", "an", "each", "entry", "the", "what"])
_STEPS = (1, 2, 5)
_LARGEST, _SMALLEST = 6, -12  # errors between these powers of ten are given as numbers
_MILLIONTH, _THOUSANDTH = 1e-6, 1e-3  # shares of the expected value below which an error is small
_ERROR_BITS = math.ceil(math.log2(len(_STEPS) * (_LARGEST - _SMALLEST) + 4))


@dataclass(frozen=True)
class Said:
    """A text, and the parts of it that the student's process chose.

    Attributes:
        text: the whole text: a message, or a plain str that is the same in every language.
        bits: the bits that distinguish all numbers possible in it.
        words: the parts that are free text, whose bits depend on the texts already known.
    """

    text: str
    bits: int = 0
    words: tuple[str, ...] = ()

    def __str__(self) -> str:
        return str(self.text)


def say(template: str, /, **fields: object) -> Said:
    """A sentence with named fields, as `gradkit.messages.message` makes it.

    Args:
        template: the sentence; costs no bits. A message with its fields stays as it is.
        fields: what a `Said` among them costs, the sentence costs; anything else costs no bits.
    """
    said = [field for field in fields.values() if isinstance(field, Said)]
    texts = {name: field.text if isinstance(field, Said) else field for name, field in fields.items()}
    return Said(
        template if isinstance(template, Message) else message(template, **texts),
        sum(field.bits for field in said),
        tuple(word for field in said for word in field.words),
    )


def capital(name: Said | str) -> Said:
    """Capitalize the beginning of a sentence, unless it is a name."""
    said = Said(name) if isinstance(name, str) else name
    if said.text.partition(" ")[0] not in _BEGINNINGS:
        return said
    if isinstance(said.text, Message):
        return replace(said, text=said.text.capital())
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
    if share < _MILLIONTH:
        return Said(message("less than a millionth of {value}", value=of), _ERROR_BITS)
    if share < _THOUSANDTH:
        return Said(message("less than a thousandth of {value}", value=of), _ERROR_BITS)
    if not error < 10**_LARGEST:
        return Said(message("more than {bound}", bound=f"{10**_LARGEST:g}"), _ERROR_BITS)
    if error < 10**_SMALLEST:
        return Said(message("less than {bound}", bound=f"{10**_SMALLEST:g}"), _ERROR_BITS)
    power = math.floor(math.log10(error))
    steps = [step * 10.0**exponent for exponent in (power, power + 1) for step in _STEPS]
    nearest = min(steps, key=lambda step: abs(math.log(step / error)))
    return Said(message("about {number}", number=f"{nearest:g}"), _ERROR_BITS)

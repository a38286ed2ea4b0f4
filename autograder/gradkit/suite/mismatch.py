"""A wrong answer: a kind for the record and a sentence for the student."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import assert_never

from gradkit.conditions.advice import NEVER_ENDS, NO_GPU, asks_for_gpu
from gradkit.conditions.rules import with_rule
from gradkit.suite.picture import Picture
from gradkit.suite.said import Said, capital, number, say, shape, words
from gradkit.wire.kinds import Kind
from gradkit.wire.observation import Failure

MAX_SHOWN = 300
_ENDING = frozenset({"SystemExit", "KeyboardInterrupt"})
_MAX_READ = 10 * MAX_SHOWN
# A parameter name with small numbers: layers.0.weight.
_PLACE = re.compile(
    r"(?<![\w.])[A-Za-z_]+(?:\d{1,2}[A-Za-z_]*)?(?:\.(?:[A-Za-z_]+(?:\d{1,2}[A-Za-z_]*)?|\d{1,2})(?!\w))+"
)
_MOST_NUMBERS, _LONGEST_PLACE = 3, 40
_CARRIER = re.compile(r"[-+]?\d*\.\d[\d.]*(?:[eE][-+]?\d+)?|\d{5,}|\d[eE][-+]?\d+|[^\s.,:;()\[\]{}'\"/]{41,}")


@dataclass(frozen=True)
class Details:
    """The details of a mismatch beyond its plain sentence.

    Attributes:
        said: the message shown instead of the plain sentence.
        figures: the found and the expected value, for students who may see hidden values; "" if there are none.
        picture: the picture beside the message, or None.
    """

    said: Said
    figures: str = ""
    picture: Picture | None = None


class Mismatch(AssertionError):  # noqa: N818 - a test's finding, not a program error
    """The student's answer is wrong.

    Raising it is the verdict. ``explain`` computes the size and nature of the error afterwards; if it fails, the plain
    sentence and the verdict remain.

    Args:
        kind: see the attribute.
        message: the plain sentence, which the student reads. A plain str counts as chosen by the student's process.
        hint: the suite's hint on shapes or definitions, or None.
        explain: computes the details.

    Attributes:
        kind: the kind of failure.
        hint: the suite's hint on shapes or definitions, or None.
        unexplained: the exception that ``explain`` raised, or None.
    """

    def __init__(
        self, kind: Kind, message: str | Said, hint: str | None = None, *, explain: Callable[[], Details] | None = None
    ) -> None:
        super().__init__(str(message))
        self.kind = kind
        self.hint = hint
        self.unexplained: Exception | None = None
        self._plain = Details(words(message) if isinstance(message, str) else message)
        self._explain = explain

    @cached_property
    def details(self) -> Details:
        """The computed details, or the plain sentence if there are none."""
        if self._explain is None:
            return self._plain
        try:
            return self._explain()
        except Exception as error:  # noqa: BLE001 - no explanation is worth a verdict
            self.unexplained = error
            return self._plain

    @property
    def said(self) -> Said:
        """The student's message, with the parts that their process chose."""
        return self.details.said

    @property
    def message(self) -> str:
        """The student's message, translated where it is shown if it is a `gradkit.messages.Message`."""
        return self.said.text

    @property
    def figures(self) -> str:
        """The found and the expected value, for students who may see hidden values; "" if there are none."""
        return self.details.figures

    @property
    def picture(self) -> Picture | None:
        """The picture beside the message, or None."""
        return self.details.picture

    def __str__(self) -> str:
        return str(self.message)


def explain_failure(failure: Failure) -> tuple[Kind, Said]:
    """The kind and the sentence for a call without a result."""
    why = failure.message
    match failure.kind:
        case "raised" if not_started(failure):
            return "not_started", say("Not started yet: the TODO is still there.")
        case "raised":
            return "raised", _raised(failure)
        case "unusable":
            what = capital(failure.source)
            return "unusable", say(
                "{what} raised {error}", what=what, error=_error(failure)
            ) if failure.type_name else what
        case "import":  # the reason is given once, for the whole submission
            return "import", say("Not run: your file cannot be loaded.")
        case "memory" | "disk" | "threads":
            return failure.kind, say("Your code exceeded a limit: {what}.", what=_in_line(Said(why), failure))
        case "parameter" if failure.shape is not None:
            return "parameter", Said(why, bits=shape(failure.shape).bits)
        case "missing" | "parameter":
            return failure.kind, Said(why)
        case "timeout":
            return "timeout", say(
                "{first} {then}", first=say("Your code was stopped: {why}.", why=why), then=NEVER_ENDS
            )
        case "died":
            return "died", say("Your code ended the Python process: {how}. That counts as no answer.", how=why)
        case "output":
            return "output", say("Your code was stopped: {why}. Is there a print inside a long loop?", why=why)
        case "protocol":
            return "protocol", say("The reply of your code's process could not be used: {why}.", why=why)
        case "unavailable":
            return "unavailable", say("This test was not run: {why}.", why=why)
        case _:
            assert_never(failure.kind)


def _raised(failure: Failure) -> Said:
    """The sentence for an exception raised by the student's code."""
    if ends := _ENDING.intersection(failure.bases):
        return say(
            "Your code ended the program ({how}). Return a value instead.", how=_in_line(Said(min(ends)), failure)
        )
    if asks_for_gpu(failure.message):
        asks = _in_line(say("Your code asks for a GPU"), failure)
        return say("{first} {then}", first=say("{what}.", what=asks), then=NO_GPU)
    return _in_line(say("Your code raised {error}", error=_error(failure)), failure)


def _error(failure: Failure) -> Said:
    """The exception's type and message, both of the student's process."""
    name, text = words(scrub(failure.type_name[:80])), words(scrub(failure.message))
    return say("{name}: {text}", name=name, text=replace(text, text=with_rule(text.text))) if text.text else name


def not_started(failure: Failure) -> bool:
    """Whether a call reached a TODO; torch also raises NotImplementedError, for unsupported operations."""
    return failure.type_name == "NotImplementedError" and failure.source.startswith("raise NotImplementedError")


def _in_line(what: Said, failure: Failure) -> Said:
    """What happened, and the line that the student's process named, quoted from the file."""
    if failure.line is None:
        return what
    return say("{what} in line {line}: {source}", what=what, line=number(failure.line), source=failure.source)


def scrub(text: str) -> str:
    """Shorten a text from the student's process, and remove what could carry hidden inputs to the page.

    Sizes and names stay, so that ``mat1 and mat2 shapes cannot be multiplied (5x3 and 4x1)`` is unchanged. Fractions,
    long numbers and long words become an ellipsis; the numbers in ``layers.0.weight`` stay. The remaining text is
    still charged to the budget, character by character (`gradkit.grading.gate`).
    """
    if len(text) > _MAX_READ:  # never show part of a long number
        text = text[:_MAX_READ].rpartition(" ")[0] + "..."
    kept = [(found.start(), found.end()) for found in _PLACE.finditer(text) if _is_short(found[0])]
    edges = [0, *(edge for place in kept for edge in place), len(text)]
    parts = [text[start:end] for start, end in pairwise(edges)]  # those at odd indices are kept
    text = "".join(part if number % 2 else _CARRIER.sub("...", part) for number, part in enumerate(parts))
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 3] + "..."


def _is_short(place: str) -> bool:
    return len(place) <= _LONGEST_PLACE and sum(part.isdecimal() for part in place.split(".")) <= _MOST_NUMBERS

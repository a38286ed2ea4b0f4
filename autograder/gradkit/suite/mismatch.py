"""What a student's answer got wrong, in a word for the record and a sentence for the student."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import assert_never

from gradkit.conditions.advice import NEVER_ENDS, NO_GPU, asks_for_gpu
from gradkit.suite.picture import Picture
from gradkit.suite.said import Said, capital, number, say, shape, words
from gradkit.wire.kinds import Kind
from gradkit.wire.observation import Failure

MAX_SHOWN = 300
_ENDING = frozenset({"SystemExit", "KeyboardInterrupt"})
_MAX_READ = 10 * MAX_SHOWN
# A name with small numbers in it, as parameters have: layers.0.weight.
_PLACE = re.compile(
    r"(?<![\w.])[A-Za-z_]+(?:\d{1,2}[A-Za-z_]*)?(?:\.(?:[A-Za-z_]+(?:\d{1,2}[A-Za-z_]*)?|\d{1,2})(?!\w))+"
)
_MOST_NUMBERS, _LONGEST_PLACE = 3, 40
_CARRIER = re.compile(r"[-+]?\d*\.\d[\d.]*(?:[eE][-+]?\d+)?|\d{5,}|\d[eE][-+]?\d+|[^\s.,:;()\[\]{}'\"/]{41,}")


@dataclass(frozen=True)
class Details:
    """What there is to say of a mismatch beyond its plain sentence.

    Attributes:
        said: what the student reads in place of the plain sentence.
        figures: a value as found and as expected, for students who may see hidden values; "" where there is none.
        picture: what to draw beside the message, or None.
    """

    said: Said
    figures: str = ""
    picture: Picture | None = None


class Mismatch(AssertionError):  # noqa: N818 - it is the finding of a test, not an error of the program
    """The student's answer is not what it should be.

    Raising it is the verdict. How far off the answer is, and in what way, is computed afterwards by ``explain``: where
    that fails, the plain sentence is all that is said, and the verdict stands.

    Args:
        kind: see the attribute.
        message: the plain sentence, which the student reads. Of a plain text all could be the student's choice.
        hint: the suite's hint on shapes or definitions, or None.
        explain: computes what else there is to say.

    Attributes:
        kind: what failed, in one word.
        hint: the suite's hint on shapes or definitions, or None.
        unexplained: what ``explain`` raised, or None.
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
        """Everything there is to say, or the plain sentence."""
        if self._explain is None:
            return self._plain
        try:
            return self._explain()
        except Exception as error:  # noqa: BLE001 - no explanation is worth a verdict
            self.unexplained = error
            return self._plain

    @property
    def said(self) -> Said:
        """What the student reads, and what of it their process chose."""
        return self.details.said

    @property
    def message(self) -> str:
        """What the student reads."""
        return self.said.text

    @property
    def figures(self) -> str:
        """A value as found and as expected, for students who may see hidden values; "" where there is none."""
        return self.details.figures

    @property
    def picture(self) -> Picture | None:
        """What to draw beside the message, or None."""
        return self.details.picture

    def __str__(self) -> str:
        return self.message


def explain_failure(failure: Failure) -> tuple[Kind, Said]:
    """The kind and the sentence for a call that gave no result."""
    where = _where(failure)
    name, message = words(scrub(failure.type_name[:80])), words(scrub(failure.message))
    said = say(name, ": ", message) if message.text else name
    match failure.kind:
        case "raised" if not_started(failure):
            return "not_started", say("Not started yet: the TODO is still there.")
        case "raised":
            return "raised", _raised(failure, said, where)
        case "unusable":
            return "unusable", say(capital(failure.source), *((" raised ", said) if failure.type_name else ()))
        case "import":  # why is told once, for the whole submission
            return "import", say("Not run: your file cannot be loaded.")
        case "memory" | "disk" | "threads":
            return failure.kind, say(f"Your code went over a limit: {failure.message}", where, ".")
        case "parameter" if failure.shape is not None:
            return "parameter", Said(failure.message, bits=shape(failure.shape).bits)
        case "missing" | "parameter":
            return failure.kind, say(failure.message)
        case "timeout":
            return "timeout", say(f"Your code was stopped: {failure.message}. {NEVER_ENDS}")
        case "died":
            return "died", say(f"Your code ended the Python process: {failure.message}. That counts as no answer.")
        case "output":
            return "output", say(f"Your code was stopped: {failure.message}. Is there a print inside a long loop?")
        case "protocol":
            return "protocol", say(f"The reply of your code's process could not be used: {failure.message}.")
        case "unavailable":
            return "unavailable", say(f"This test was not run: {failure.message}.")
        case _:
            assert_never(failure.kind)


def _raised(failure: Failure, said: Said, where: Said) -> Said:
    """The sentence for an exception of the student's code."""
    if ends := _ENDING.intersection(failure.bases):
        return say(f"Your code ended the program ({min(ends)}", where, "). Return a value instead.")
    if asks_for_gpu(failure.message):
        return say("Your code asks for a GPU", where, f". {NO_GPU}")
    return say("Your code raised ", said, where)


def not_started(failure: Failure) -> bool:
    """Whether a call came to a TODO; torch, too, raises NotImplementedError, at work on what it cannot do."""
    return failure.type_name == "NotImplementedError" and failure.source.startswith("raise NotImplementedError")


def _where(failure: Failure) -> Said:
    """The line that the student's process named, as it stands in the file."""
    if failure.line is None:
        return say("")
    return Said(f" in line {failure.line}: {failure.source}", bits=number(failure.line).bits)


def scrub(text: str) -> str:
    """A text that comes from the student's process, short and without what could carry hidden inputs to the page.

    Sizes and names stay, so that ``mat1 and mat2 shapes cannot be multiplied (5x3 and 4x1)`` is read as it was written.
    Fractions, long numbers and long words without a blank become an ellipsis; the numbers of ``layers.0.weight`` stay.
    What is shown is paid for all the same, letter by letter (`gradkit.grading.gate`).
    """
    if len(text) > _MAX_READ:  # a long number that the cut goes through must not be shown in part
        text = text[:_MAX_READ].rpartition(" ")[0] + "..."
    kept = [(found.start(), found.end()) for found in _PLACE.finditer(text) if _is_short(found[0])]
    edges = [0, *(edge for place in kept for edge in place), len(text)]
    parts = [text[start:end] for start, end in pairwise(edges)]  # every other one is kept
    text = "".join(part if number % 2 else _CARRIER.sub("...", part) for number, part in enumerate(parts))
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 3] + "..."


def _is_short(place: str) -> bool:
    return len(place) <= _LONGEST_PLACE and sum(part.isdecimal() for part in place.split(".")) <= _MOST_NUMBERS

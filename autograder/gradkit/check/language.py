"""The language that a command speaks: chosen when it starts, and again once its course or homework is known."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any

import typer

from gradkit.errors import UsageError
from gradkit.messages import LANGUAGES, choose_language, of_locale, use

OPTION = "--language"
_asked: list[str] = []  # what the option says, until the command ends


def language_option() -> Any:
    """The option, for help; its value is read by `begin_in_language`."""
    text = "The language of messages; by default GRADKIT_LANGUAGE, the course's or homework's, or the locale's."
    return typer.Option(None, OPTION, metavar="|".join(LANGUAGES), help=text)


def begin_in_language(words: Sequence[str], own: str | None = None) -> None:
    """Use the language that a command's words, the environment or the current folder name.

    Args:
        words: the command's words. They are read before the command line is, whose errors have this language too.
        own: the language of the course or homework in the current folder; None: there is none, or it does not say.

    Raises:
        UsageError: the option or GRADKIT_LANGUAGE names none that there is.
    """
    use(of_locale())
    _asked.clear()
    with suppress(UsageError):  # the language of an error in the option
        speak(own)
    _asked[:] = _values(words)
    speak(own)


def speak(own: str | None) -> None:
    """Use the language of a course or a homework, unless the option or the environment names another.

    A terminal that cannot show it gets the locale's.

    Raises:
        UsageError: the option or GRADKIT_LANGUAGE names none that there is.
    """
    try:
        use(choose_language(_asked[-1] if _asked else None, own if own and _can_be_shown(own) else None))
    except ValueError as error:
        raise UsageError(*error.args) from None


def _values(words: Sequence[str]) -> Iterator[str]:
    for word, after in pairwise([*words, ""]):
        if word == OPTION:
            yield after
        elif word.startswith(f"{OPTION}="):
            yield word.partition("=")[2]


def _can_be_shown(language: str) -> bool:
    try:
        LANGUAGES[language].encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True

"""Text that comes out of the student's code, as it can be shown anywhere: short, and without control characters."""

from __future__ import annotations

import io

LONGEST = 2_000  # characters


def shown(text: str) -> str:
    """The text, cut, with every control character but newline and tab replaced."""
    cut = text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."
    return "".join(one if one.isprintable() or one in "\n\t" else "\ufffd" for one in cut.replace("\r\n", "\n"))


def said(error: BaseException) -> str:
    """What there is to say of an exception that a student's code let through."""
    if isinstance(error, SystemExit):
        return "Your code ends the program. Take out exit() and the like."
    if isinstance(error, EOFError):
        return "Your code waits for input, and nobody is there to type it. Take out input()."
    try:
        text = str(error.msg if isinstance(error, SyntaxError) else error)
    except Exception:  # noqa: BLE001 - a student's exception may do anything when it is asked for its text
        text = ""
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


class Tail(io.TextIOBase):
    """A stream that keeps the end of what is written to it, and stays open whatever is done to it."""

    def __init__(self) -> None:
        self._kept = ""

    def write(self, text: str, /) -> int:
        """Take the text; all but the last `LONGEST` characters of everything is forgotten."""
        self._kept = (self._kept + str(text)[-LONGEST:])[-LONGEST:]
        return len(text)

    def close(self) -> None:
        """Nothing: a student's ``sys.stdout.close()`` closes nothing."""

    def writable(self) -> bool:
        """It is."""
        return True

    def getvalue(self) -> str:
        """The end of what was written."""
        return self._kept

"""Text that comes out of the student's code, as it can be shown anywhere: short, and without control characters."""

from __future__ import annotations

from gradkit.conditions.rules import INPUT, explained

LONGEST = 2_000  # characters
# torch names the dtypes, but not the way out.
_DTYPES = " (double is float64, float is float32: give tensors that you make the dtype of the input, dtype=x.dtype)"


def excerpt(text: str) -> str:
    """The text, cut, with every control character but newline and tab replaced."""
    cut = text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."
    return "".join(one if one.isprintable() or one in "\n\t" else "\ufffd" for one in cut.replace("\r\n", "\n"))


def said(error: BaseException) -> str:
    """What there is to say of an exception that a student's code let through."""
    if isinstance(error, SystemExit):
        return "Your code ends the program. Take out exit() and the like."
    if isinstance(error, EOFError):
        return INPUT
    name, text = parts(error)
    advice = _DTYPES if "float" in text.lower() and "double" in text.lower() else ""
    return f"{name}: {text}{advice}" if text else name


def parts(error: BaseException) -> tuple[str, str]:
    """The type of an exception, and its message with the rule that was broken."""
    try:
        text = explained(error, str(error.msg if isinstance(error, SyntaxError) else error))
    except Exception:  # noqa: BLE001 - a student's exception may do anything when it is asked for its text
        text = ""
    return type(error).__name__, text


class Tail:
    """Keeps the end of the texts that it is given."""

    def __init__(self) -> None:
        self._kept = ""

    def take(self, text: str) -> None:
        """Take a text; all but the last `LONGEST` characters of everything is forgotten."""
        self._kept = (self._kept + text[-LONGEST:])[-LONGEST:]

    def getvalue(self) -> str:
        """The end of what was taken."""
        return self._kept

"""CSV files that a spreadsheet opens without running anything in them.

A cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return is taken for a formula, also where it is
a student's name, and also behind a separator that the file does not use but the spreadsheet does. Source: OWASP, CSV
Injection.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import dropwhile

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_QUOTED = re.compile('[",;\t\r\n]')
_DIGITS = 9  # decimal places; what is behind them is the error of binary fractions
_EMPTY = '""'  # a row of one cell without text, which would be no row at all

Cell = str | int | float | None


def cell(value: Cell) -> str:
    """A cell's text: nothing for None, and an apostrophe before text that would be a formula.

    Only what is a number here becomes one: text stays as it is, also where it looks like a number (an id such as 007 or
    1e5). Numbers have at most 9 decimal places, none has an exponent.
    """
    if value is None:
        return ""
    if isinstance(value, int):
        return format(value, "d")
    if isinstance(value, float):
        text = f"{value:.{_DIGITS}f}".rstrip("0").rstrip(".")
        return "0" if text == "-0" else text
    return f"'{value}" if _is_formula(value.lstrip("'")) else value


def uncell(text: str) -> str:
    """The text that `cell` made this of."""
    return text[1:] if text.startswith("'") and _is_formula(text.lstrip("'")) else text


def _is_formula(text: str) -> bool:
    seen = "".join(dropwhile(lambda one: one.isspace() or not one.isprintable(), text))
    return text.startswith(_FORMULA) or seen.startswith(_FORMULA)


def to_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A CSV file's text; no cell is a formula."""
    return csv_text([header, *([cell(value) for value in row] for row in rows)])


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Rows of cells as they are, quoted as RFC 4180 has it, and also where there is a semicolon or a tab."""
    lines = (",".join(map(_quoted, row)) for row in rows)
    return "".join(f"{line or _EMPTY}\r\n" for line in lines)


def _quoted(text: str) -> str:
    escaped = text.replace('"', '""')
    return f'"{escaped}"' if _QUOTED.search(text) else text

"""CSV files: those of other systems, read strictly and changed cell by cell, and ours, that run nothing when opened.

A cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return is taken for a formula, also where it is
a student's name, and also behind a separator that the file does not use but the spreadsheet does. Source: OWASP, CSV
Injection.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile
from pathlib import Path

from gradkit.errors import UsageError
from gradkit.temporary import replacing

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_QUOTED = re.compile('[",;\t\r\n]')
_DIGITS = 9  # decimal places; what is behind them is the error of binary fractions
_EMPTY = '""'  # a row of one cell without text, which would be no row at all

Cell = str | int | float | None


@dataclass
class Table:
    """Header and rows, each row as long as the header.

    Attributes:
        name: what errors call it.
        header: the columns.
        rows: the cells, as text.
        lines: where each row ends in the file that it was read from.
        students: whose each row is, where the rows were made from a roster.
    """

    name: str
    header: list[str]
    rows: list[list[str]]
    lines: Sequence[int] = ()
    students: Sequence[str] = ()

    def column(self, name: str) -> int:
        """The number of a column.

        Raises:
            UsageError: there is none of that name.
        """
        place = self._place(name)
        if place is None:
            raise UsageError(f'{self.name}: there is no column "{name}" (it has: {", ".join(self.header)}).')
        return place

    def has(self, name: str) -> bool:
        """Whether there is a column of that name."""
        return self._place(name) is not None

    def get(self, row: Sequence[str], name: str) -> str:
        """The text of a row's cell; "" where there is no such column."""
        place = self._place(name)
        return "" if place is None else row[place].strip()

    def numbered(self) -> Iterator[tuple[int, list[str]]]:
        """The rows of a file, each with its line."""
        return zip(self.lines, self.rows, strict=True)

    def _place(self, name: str) -> int | None:
        names = (uncell(found.strip()).lower() for found in self.header)
        return next((place for place, found in enumerate(names) if found == name.strip().lower()), None)

    def put(self, row: list[str], name: str, value: Cell) -> None:
        """Change a cell; text that a spreadsheet would take for a formula gets an apostrophe."""
        row[self.column(name)] = cell(value)

    def add_column(self, name: str) -> None:
        """Add an empty column at the end; its name is no formula either."""
        self.header.append(cell(name))
        for row in self.rows:
            row.append("")

    def text(self) -> str:
        """The file's text. Cells that were there are as they were."""
        return csv_text([self.header, *self.rows])


def read_table(path: Path) -> Table:
    """Read a CSV file with a header, in UTF-8 with or without a byte order mark.

    Raises:
        UsageError: it cannot be read, or a row has more cells than the header; naming file and line.
    """
    text = _read_text(path)
    _see_that_commas_separate(path, text)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        lines = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise UsageError(f"{path}: cannot be read as CSV ({error}).") from error
    if not lines or not any(lines[0][1]):
        raise UsageError(f"{path}: is empty. It should begin with a line that names the columns.")
    header = lines[0][1]
    lines = [(number, row) for number, row in lines[1:] if any(row)]
    for number, row in lines:
        while len(row) > len(header) and not row[-1].strip():  # a spreadsheet's commas at the end
            row.pop()
        if len(row) > len(header):
            raise UsageError(f"{path}, line {number}: has {len(row)} cells, the header has {len(header)}.")
    rows = [row + [""] * (len(header) - len(row)) for _, row in lines]
    return Table(str(path), header, rows, [number for number, _ in lines])


def drop_empty_columns(table: Table) -> None:
    """Take away columns with neither name nor content, which a spreadsheet leaves at the end.

    Raises:
        UsageError: a column has content and no name.
    """
    for place in reversed(range(len(table.header))):
        if table.header[place].strip():
            continue
        for number, row in table.numbered():
            if row[place].strip():
                raise UsageError(f'{table.name}, line {number}: "{row[place]}" stands in a column without a name.')
        del table.header[place]
        for row in table.rows:
            del row[place]


def _read_text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}).") from error
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UsageError(f'{path}: is in UTF-16, not in UTF-8. Save it as CSV with UTF-8 (Excel: "CSV UTF-8").')
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f'{path}: is not in UTF-8. Save it as CSV with UTF-8 (Excel: "CSV UTF-8").') from None


def _see_that_commas_separate(path: Path, text: str) -> None:
    """See what separates the cells of the first line, whether they are quoted or not."""
    first = re.sub('"(?:[^"]|"")*"', "", text.lstrip("\r\n").partition("\n")[0])
    for separator, name in ((";", "semicolons"), ("\t", "tabs")):
        if separator in first and "," not in first:
            raise UsageError(f"{path}: its cells are separated by {name}. Save it with commas.")


def readings(text: str) -> set[float]:
    """The numbers that a cell may mean, with a point or a comma before the decimals: "1,000" may be 1 or 1000."""
    plain = re.sub(r"[\s']", "", text)
    if not re.fullmatch(r"\d+(?:[.,]\d*)*", plain):
        return set()
    *whole, last = re.split("[.,]", plain)
    return {
        float(f"{''.join(whole)}.{last or 0}" if whole else last),
        *([float("".join(whole) + last)] if len(last) == 3 else []),
    }


def says(text: str, number: float) -> bool:
    """Whether a cell says a number, to the two decimal places that other systems show."""
    return any(abs(one - number) < 0.005 + 1e-9 for one in readings(text))


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as new:
            new.write_bytes(text.encode("utf-8", errors="replace"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror}).") from error


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

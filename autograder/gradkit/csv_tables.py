"""CSV files: other systems', read strictly and changed cell by cell, and our own, which run nothing when opened.

Spreadsheets take a cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return for a formula, even a
student's name, and even after a separator that only the spreadsheet recognizes. Source: OWASP, CSV Injection.
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
from gradkit.messages import message
from gradkit.temporary import replacing, system_reason

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_QUOTED = re.compile('[",;\t\r\n]')
_DIGITS = 9  # decimal places; the rest is binary rounding error
_EMPTY = '""'  # a row with one empty cell, which would otherwise be an empty line

Cell = str | int | float | None


@dataclass
class Table:
    """Header and rows, each row as long as the header.

    Attributes:
        name: its name in errors.
        header: the columns.
        rows: the cells, as text.
        lines: the line of its file on which each row ends.
        students: the student of each row, if the rows were made from a roster.
    """

    name: str
    header: list[str]
    rows: list[list[str]]
    lines: Sequence[int] = ()
    students: Sequence[str] = ()

    def column(self, name: str) -> int:
        """The number of a column.

        Raises:
            UsageError: there is no such column.
        """
        place = self._place(name)
        if place is None:
            raise UsageError(
                message(
                    '{table}: there is no column "{name}" (it has: {header}).',
                    table=self.name,
                    name=name,
                    header=", ".join(self.header),
                )
            )
        return place

    def has(self, name: str) -> bool:
        """Whether there is a column of that name."""
        return self._place(name) is not None

    def get(self, row: Sequence[str], name: str) -> str:
        """The text of a row's cell; "" if there is no such column."""
        place = self._place(name)
        return "" if place is None else row[place].strip()

    def numbered(self) -> Iterator[tuple[int, list[str]]]:
        """The rows of a file, each with its line."""
        return zip(self.lines, self.rows, strict=True)

    def _place(self, name: str) -> int | None:
        names = (uncell(found.strip()).lower() for found in self.header)
        return next((place for place, found in enumerate(names) if found == name.strip().lower()), None)

    def put(self, row: list[str], name: str, value: Cell) -> None:
        """Set a cell; text that a spreadsheet would take for a formula gets an apostrophe."""
        row[self.column(name)] = cell(value)

    def add_column(self, name: str) -> None:
        """Add an empty column at the end; its name is protected as well."""
        self.header.append(cell(name))
        for row in self.rows:
            row.append("")

    def text(self) -> str:
        """The file's text. Existing cells are unchanged."""
        return csv_text([self.header, *self.rows])


def read_table(path: Path) -> Table:
    """Read a CSV file with a header, in UTF-8 with or without a byte order mark.

    Raises:
        UsageError: it cannot be read, or a row has more cells than the header; names file and line.
    """
    text = _read_text(path)
    _require_commas(path, text)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        lines = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise UsageError(message("{path}: cannot be read as CSV ({error}).", path=path, error=error)) from error
    if not lines or not any(lines[0][1]):
        raise UsageError(message("{path}: is empty. Its first line must name the columns.", path=path))
    header = lines[0][1]
    lines = [(number, row) for number, row in lines[1:] if any(row)]
    for number, row in lines:
        while len(row) > len(header) and not row[-1].strip():  # trailing commas from a spreadsheet
            row.pop()
        if len(row) > len(header):
            raise UsageError(
                message(
                    "{path}, line {number}: has {found} cells, the header has {expected}.",
                    path=path,
                    number=number,
                    found=len(row),
                    expected=len(header),
                )
            )
    rows = [row + [""] * (len(header) - len(row)) for _, row in lines]
    return Table(str(path), header, rows, [number for number, _ in lines])


def drop_empty_columns(table: Table) -> None:
    """Remove columns with neither name nor content, which spreadsheets leave at the end.

    Raises:
        UsageError: a column has content but no name.
    """
    for place in reversed(range(len(table.header))):
        if table.header[place].strip():
            continue
        for number, row in table.numbered():
            if row[place].strip():
                raise UsageError(
                    message(
                        '{path}, line {number}: "{cell}" is in a column without a name.',
                        path=table.name,
                        number=number,
                        cell=row[place],
                    )
                )
        del table.header[place]
        for row in table.rows:
            del row[place]


def _read_text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(
            message("{path}: cannot be read ({reason}).", path=path, reason=system_reason(error))
        ) from error
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UsageError(message('{path}: is in UTF-16. Save it as CSV with UTF-8 (Excel: "CSV UTF-8").', path=path))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(
            message(
                "{path}: is not in UTF-8. Excel's plain CSV is in the code page of its Windows, such as GBK: "
                'save it as CSV with UTF-8 (Excel: "CSV UTF-8").',
                path=path,
            )
        ) from None


def _require_commas(path: Path, text: str) -> None:
    """Check that commas separate the cells of the first line, quoted or not."""
    first = re.sub('"(?:[^"]|"")*"', "", text.lstrip("\r\n").partition("\n")[0])
    for separator, name in ((";", message("semicolons")), ("\t", message("tabs"))):
        if separator in first and "," not in first:
            raise UsageError(
                message("{path}: its cells are separated by {name}. Save it with commas.", path=path, name=name)
            )


def readings(text: str) -> set[float]:
    """The numbers that a cell may mean, with a decimal point or comma: "1,000" may be 1 or 1000."""
    plain = re.sub(r"[\s']", "", text)
    if not re.fullmatch(r"\d+(?:[.,]\d*)*", plain):
        return set()
    *whole, last = re.split("[.,]", plain)
    return {
        float(f"{''.join(whole)}.{last or 0}" if whole else last),
        *([float("".join(whole) + last)] if len(last) == 3 else []),
    }


def says(text: str, number: float) -> bool:
    """Whether a cell may mean a number, to the two decimal places that other systems show."""
    return any(abs(reading - number) < 0.005 + 1e-9 for reading in readings(text))


def write_text(path: Path, text: str, *, bom: bool = False) -> None:
    """Write a file completely or not at all.

    Args:
        path: the file.
        text: its text, written in UTF-8.
        bom: whether it begins with a byte order mark, by which Excel recognizes UTF-8.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as new:
            new.write_bytes(text.encode("utf-8-sig" if bom else "utf-8", errors="replace"))
    except OSError as error:
        raise UsageError(
            message("{path}: cannot be written ({reason}).", path=path, reason=system_reason(error))
        ) from error


def cell(value: Cell) -> str:
    """A cell's text: "" for None, and an apostrophe before text that would be a formula.

    Only numbers become numbers: text is unchanged even if it looks like one (an id such as 007 or 1e5). Numbers have
    at most 9 decimal places and no exponent.
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
    """The inverse of `cell` for text."""
    return text[1:] if text.startswith("'") and _is_formula(text.lstrip("'")) else text


def _is_formula(text: str) -> bool:
    seen = "".join(dropwhile(lambda character: character.isspace() or not character.isprintable(), text))
    return text.startswith(_FORMULA) or seen.startswith(_FORMULA)


def to_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A CSV file's text; no cell is a formula."""
    return csv_text([header, *([cell(value) for value in row] for row in rows)])


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Rows of cells as CSV, quoted as in RFC 4180, and also if they contain a semicolon or a tab."""
    lines = (",".join(map(_quoted, row)) for row in rows)
    return "".join(f"{line or _EMPTY}\r\n" for line in lines)


def _quoted(text: str) -> str:
    escaped = text.replace('"', '""')
    return f'"{escaped}"' if _QUOTED.search(text) else text

"""A CSV file of another system: read strictly, changed cell by cell, all the rest kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gradkit.errors import UsageError
from gradkit.spreadsheet import Cell, cell, csv_text
from gradkit.temporary import replacing


@dataclass
class Table:
    """Header and rows, each row as long as the header.

    Attributes:
        name: what errors call it.
        header: the columns.
        rows: the cells, as text.
        lines: where each row ends in the file that it was read from.
    """

    name: str
    header: list[str]
    rows: list[list[str]]
    lines: Sequence[int] = ()

    def column(self, name: str) -> int:
        """The number of a column.

        Raises:
            UsageError: there is none of that name.
        """
        place = self._place(name)
        if place is None:
            raise UsageError(f'{self.name}: there is no column "{name}" (it has: {", ".join(self.header)}).')
        return place

    def get(self, row: Sequence[str], name: str) -> str:
        """The text of a row's cell; "" where there is no such column."""
        place = self._place(name)
        return "" if place is None else row[place].strip()

    def numbered(self) -> Iterator[tuple[int, list[str]]]:
        """The rows of a file, each with its line."""
        return zip(self.lines, self.rows, strict=True)

    def _place(self, name: str) -> int | None:
        names = (found.strip().lower() for found in self.header)
        return next((place for place, found in enumerate(names) if found == name.strip().lower()), None)

    def put(self, row: list[str], name: str, value: Cell) -> None:
        """Change a cell; text that a spreadsheet would take for a formula gets an apostrophe."""
        row[self.column(name)] = cell(value)

    def add_column(self, name: str) -> None:
        """Add an empty column at the end."""
        self.header.append(name)
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
    try:
        reader = csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), strict=True)
        lines = [(reader.line_num, row) for row in reader]
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError:
        raise UsageError(f"{path}: is not in UTF-8. Save it as CSV with the encoding UTF-8.") from None
    except csv.Error as error:
        raise UsageError(f"{path}: cannot be read as CSV ({error}).") from error
    if not lines or not any(lines[0][1]):
        raise UsageError(f"{path}: is empty. It should begin with a line that names the columns.")
    header = lines[0][1]
    if len(header) == 1 and ";" in header[0]:
        raise UsageError(f"{path}: its cells are separated by semicolons. Save it with commas.")
    lines = [(number, row) for number, row in lines[1:] if any(row)]
    for number, row in lines:
        if len(row) > len(header):
            raise UsageError(f"{path}, line {number}: has {len(row)} cells, the header has {len(header)}.")
    rows = [row + [""] * (len(header) - len(row)) for _, row in lines]
    return Table(str(path), header, rows, [number for number, _ in lines])


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

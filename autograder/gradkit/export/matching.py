"""Match students to the rows of another system's file, by one column chosen for the whole file.

A grade in the wrong row is worse than a missing one. So a student is matched only if the column is unambiguous and no
other column contradicts it; for all others a sentence says why not.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gradkit.course.roster import Person
from gradkit.csv_tables import Table, uncell
from gradkit.errors import UsageError
from gradkit.ids import composed
from gradkit.messages import message, one_of, with_commas

_NUMBER = re.compile(r"\d+(\.\d+)?(e\+?\d+)?", re.IGNORECASE)
_MANTISSA = re.compile(r"\d(?:\.(\d+))?E\+\d+")  # a number with many digits as a spreadsheet writes it
_EXCEL_DIGITS = 15  # significant digits that a spreadsheet keeps

Row = list[str]


@dataclass(frozen=True)
class Column:
    """A column that may identify students.

    Attributes:
        name: its name in the file.
        fields: the fields of `Person` that it holds.
        own: whether a student's own id may be in it; False if the other system assigns its own numbers.
    """

    name: str
    fields: tuple[str, ...]
    own: bool = True


@dataclass(frozen=True)
class Matched:
    """The students of a file's rows.

    Attributes:
        column: the column used; "" if none matched a row.
        rows: student -> row.
        reasons: student without a row -> why, as the end of a sentence that begins with the id.
        unused: the rows without a student.
    """

    column: str
    rows: Mapping[str, Row]
    reasons: Mapping[str, str]
    unused: Sequence[Row]


def match(
    students: Iterable[str],
    table: Table,
    roster: Mapping[str, Person],
    columns: Sequence[Column],
    label: Callable[[Row], str],
    only: str | None = None,
) -> Matched:
    """Find each student's row.

    The roster is used if it has an id of the other system for the student; otherwise the student's own id, which may
    also be the part of an address before ``@``. A match with two rows or two people is rejected.

    Args:
        students: the students to find.
        table: the file; if its rows were made from a roster, their students are known.
        roster: student -> person; people without a grade are matched as well, so that no one else gets their rows.
        columns: the columns to consider; if two match equally many students, the first is used.
        label: a row's name for messages.
        only: consider only this column.

    Raises:
        UsageError: ``only`` is not one of the columns, or not in the file.
    """
    wanted = list(dict.fromkeys(students))
    if table.students:
        return _of_roster(wanted, table)
    search = _Search(wanted, table, roster, _candidates(table, roster, columns, only), label)
    numbers = search.decide()
    reasons = {student: search.reason(student, columns) for student in wanted if student not in numbers}
    taken = set(numbers.values())
    unused = [row for number, row in enumerate(table.rows) if number not in taken]
    return Matched(search.column, {student: table.rows[number] for student, number in numbers.items()}, reasons, unused)


def _of_roster(students: Sequence[str], table: Table) -> Matched:
    """The rows of a table that was made from the roster."""
    made = {student.lower(): row for student, row in zip(table.students, table.rows, strict=True)}
    rows = {student: made[student.lower()] for student in students if student.lower() in made}
    lacking = {student: message("is not in the roster") for student in students if student not in rows}
    ours = {student.lower() for student in students}
    return Matched(message("the roster"), rows, lacking, [row for student, row in made.items() if student not in ours])


def _candidates(
    table: Table, roster: Mapping[str, Person], columns: Sequence[Column], only: str | None
) -> list[Column]:
    """The file's columns that can hold an id known here."""
    known = {
        name for person in roster.values() for column in columns for name in column.fields if getattr(person, name)
    }
    found = [
        column for column in columns if table.has(column.name) and (column.own or known.intersection(column.fields))
    ]
    if only is None:
        return found
    chosen = [column for column in found if column.name.lower() == only.strip().lower()]
    if not chosen:
        names = ", ".join(column.name for column in found) or message("none")
        raise UsageError(
            message(
                '{file}: "{name}" does not identify students. Columns that do, with the ids known here: {columns}.',
                file=table.name,
                name=only,
                columns=names,
            )
        )
    return chosen


@dataclass
class _Search:
    """One file's search for rows.

    Attributes:
        students: the students to find.
        table: the file.
        roster: student -> person.
        columns: the columns to search.
        label: a row's name for messages.
        column: the column chosen by `decide`.
    """

    students: Sequence[str]
    table: Table
    roster: Mapping[str, Person]
    columns: Sequence[Column]
    label: Callable[[Row], str]
    column: str = ""
    _people: dict[str, Person] = field(default_factory=dict)
    _hits: dict[str, dict[str, set[int]]] = field(default_factory=dict)
    _doubts: dict[str, str] = field(default_factory=dict)
    _index: dict[str, dict[str, set[int]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._people = {name.lower(): person for name, person in self.roster.items()}
        ours = {student.lower() for student in self.students}
        everybody = [*self.students, *(name for name in self.roster if name.lower() not in ours)]
        for column in self.columns:
            places = self._places(column.name)
            self._hits[column.name] = {
                student: set().union(*(places.get(key, ()) for key in self._keys(student, column)))
                for student in everybody
            }

    def decide(self) -> dict[str, int]:
        """The number of each student's row if it is unambiguous; sets `column`."""
        counts = {
            name: [
                sum(len(hits[student]) == 1 for student in self.students),
                sum(bool(hits[student]) for student in self.students),
            ]
            for name, hits in self._hits.items()
        }
        self.column = max(counts, key=lambda name: counts[name], default="") if any(map(any, counts.values())) else ""
        claims: defaultdict[int, set[str]] = defaultdict(set)
        for hits in self._hits.values():
            for student, numbers in hits.items():
                for number in numbers:
                    claims[number].add(student)
        found: dict[str, int] = {}
        for student in self.students if self.column else ():
            numbers = self._hits[self.column][student]
            doubt = self._doubt(student, numbers, claims)
            if doubt:
                self._doubts[student] = doubt
            elif numbers:
                found[student] = next(iter(numbers))
        return self._without_twins(found)

    def reason(self, student: str, columns: Sequence[Column]) -> str:
        """Why a student has no row, as the end of a sentence that begins with the id."""
        if student in self._doubts:
            return self._doubts[student]
        for name, hits in self._hits.items():
            if hits[student]:
                there = self._lines(hits[student])
                return message(
                    "is in the column {column} ({lines}), but rows are matched by {chosen}",
                    column=name,
                    lines=there,
                    chosen=self.column,
                )
        alike = [number for number in range(len(self.table.rows)) if self._alike(student, number)]
        if alike:
            return message(
                "may be {lines}, since spreadsheets drop zeros and digits of such ids. Export the file again without "
                "saving it in a spreadsheet, or identify the row in a --roster",
                lines=self._lines(alike),
            )
        for column in columns:
            if not column.own and student.lower() in self._places(column.name):
                there = self._lines(self._places(column.name)[student.lower()])
                return message(
                    "is only in the column {column} ({lines}), the other system's own number",
                    column=column.name,
                    lines=there,
                )
        person = self._people.get(student.lower())
        deciding = next((column for column in self.columns if column.name == self.column), None)
        if person is not None and deciding is not None and not self._keys(student, deciding):
            return message(
                "the roster has no {fields}, but rows are matched by {column}",
                fields=one_of(deciding.fields),
                column=self.column,
            )
        twin = next((name for name in self.roster if _same_number(name, student)), None)
        if twin is not None and person is None:
            return message("is not in the roster; its {twin} may be the same id, saved by a spreadsheet", twin=twin)
        return message(
            "no row has this id (searched: {columns})",
            columns=", ".join(column.name for column in self.columns) or message("none"),
        )

    def _doubt(self, student: str, numbers: set[int], claims: Mapping[int, set[str]]) -> str:
        """Why a student's match is not certain; "" if it is."""
        if len(numbers) > 1:
            return message(
                "{n} rows match ({lines}); leave one in the file", n=len(numbers), lines=self._lines(numbers)
            )
        others = sorted({claimant for number in numbers for claimant in claims[number]} - {student})
        if others:
            return message(
                "{lines} also matches {others}; say in a --roster who is who",
                lines=self._lines(numbers),
                others=", ".join(others),
            )
        for name, hits in self._hits.items():
            if numbers and hits[student] - numbers:
                return message(
                    "is {lines} by {column}, but {others} by {name}; say in a --roster who it is, or give --match "
                    '"{column}"',
                    lines=self._lines(numbers),
                    column=self.column,
                    others=self._lines(hits[student] - numbers),
                    name=name,
                )
        return ""

    def _without_twins(self, found: dict[str, int]) -> dict[str, int]:
        """Remove rows that may be another student's whose id a spreadsheet has made equal."""
        lost = [student for student in self.students if student not in found and student not in self._doubts]
        for student, number in list(found.items()):
            twins = [twin for twin in lost if self._alike(twin, number)]
            if twins:
                del found[student]
                self._doubts[student] = message(
                    "{lines} may be {twins}, whose id is the same number to a spreadsheet; match by another column "
                    "(--match), with a --roster that has its ids",
                    lines=self._lines([number]),
                    twins=", ".join(twins),
                )
        return found

    def _keys(self, student: str, column: Column) -> set[str]:
        """The values that a student's row may have in the column."""
        person = self._people.get(student.lower())
        if person is not None and person.known:
            return {str(getattr(person, name)).lower() for name in column.fields} - {""}
        return {student.lower()} if column.own else set()

    def _places(self, column: str) -> dict[str, set[int]]:
        """Value in the column, also the part before an ``@`` -> numbers of the rows."""
        if column in self._index:
            return self._index[column]
        places: defaultdict[str, set[int]] = defaultdict(set)
        for number, row in enumerate(self.table.rows):
            text = composed(uncell(self.table.get(row, column))).lower()
            for key in {text, text.partition("@")[0]} - {""}:
                places[key].add(number)
        self._index[column] = places
        return places

    def _alike(self, student: str, number: int) -> bool:
        """Whether a spreadsheet may have turned the student's id into the row's, or the reverse."""
        row = self.table.rows[number]
        return any(
            _same_number(key, self.table.get(row, column.name))
            for column in self.columns
            for key in self._keys(student, column)
        )

    def _lines(self, numbers: Iterable[int]) -> str:
        """Rows for messages: "line 5 (Weber, Klara)"."""
        lines = self.table.lines or range(2, len(self.table.rows) + 2)
        return with_commas(
            message("line {line} ({who})", line=lines[number], who=self.label(self.table.rows[number]))
            for number in sorted(numbers)
        )


def _same_number(left: str, right: str) -> bool:
    """Whether two different texts are the same number to a spreadsheet."""
    if left.lower() == right.lower() or not (_NUMBER.fullmatch(left) and _NUMBER.fullmatch(right)):
        return False
    digits = _EXCEL_DIGITS - 1
    for text in (left, right):
        if found := _MANTISSA.fullmatch(text):
            digits = min(digits, len(found[1] or ""))
    first, second = float(left), float(right)
    return math.isfinite(first) and f"{first:.{digits}e}" == f"{second:.{digits}e}"

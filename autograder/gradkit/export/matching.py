"""Whose a row of another system's file is: by one column, decided once for the whole file.

A grade on the wrong row is worse than one that is not written. So a student gets a row only where the column leaves no
doubt and no other column contradicts it; for everybody else there is a sentence that says why not.
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

_NUMBER = re.compile(r"\d+(\.\d+)?(e\+?\d+)?", re.IGNORECASE)
_MANTISSA = re.compile(r"\d(?:\.(\d+))?E\+\d+")  # a number of many digits as a spreadsheet writes it
_EXCEL_DIGITS = 15  # significant digits that a spreadsheet keeps

Row = list[str]


@dataclass(frozen=True)
class Column:
    """A column that may say whose a row is.

    Attributes:
        name: its name in the file.
        fields: what of a `Person` stands in it.
        own: whether a student's own id is looked for in it; not where the other system numbers people itself.
    """

    name: str
    fields: tuple[str, ...]
    own: bool = True


@dataclass(frozen=True)
class Matched:
    """Whose the rows of a file are.

    Attributes:
        column: the column that decided; "" where no row was found by any.
        rows: by student, the row.
        reasons: by student without a row, why: what comes behind the student's id.
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

    Through the roster where it knows the student by an id of the other system, else by the student's own id, which may
    also be what stands before the ``@`` of an address. What fits two rows or two people fits none.

    Args:
        students: whom to find.
        table: where; rows that were made from a roster are known to be whose they are.
        roster: by student; people without a grade are asked too, so that their rows go to nobody else.
        columns: what may say whose a row is; where two find as many students, the first decides.
        label: what a person calls a row.
        only: look at this column alone.

    Raises:
        UsageError: ``only`` is not one of the columns, or not in the file.
    """
    wanted = list(dict.fromkeys(students))
    if table.students:
        return _of_roster(wanted, table)
    search = _Search(wanted, table, roster, _candidates(table, roster, columns, only), label)
    numbers = search.decide()
    reasons = {one: search.reason(one, columns) for one in wanted if one not in numbers}
    taken = set(numbers.values())
    unused = [row for number, row in enumerate(table.rows) if number not in taken]
    return Matched(search.column, {one: table.rows[number] for one, number in numbers.items()}, reasons, unused)


def _of_roster(students: Sequence[str], table: Table) -> Matched:
    """The rows of a table that was made from the roster."""
    made = {one.lower(): row for one, row in zip(table.students, table.rows, strict=True)}
    rows = {one: made[one.lower()] for one in students if one.lower() in made}
    lacking = {one: "is not in the roster" for one in students if one not in rows}
    ours = {one.lower() for one in students}
    return Matched("the roster", rows, lacking, [row for one, row in made.items() if one not in ours])


def _candidates(
    table: Table, roster: Mapping[str, Person], columns: Sequence[Column], only: str | None
) -> list[Column]:
    """The columns that the file has and that can hold an id that is known here."""
    known = {
        name for person in roster.values() for column in columns for name in column.fields if getattr(person, name)
    }
    found = [one for one in columns if table.has(one.name) and (one.own or known.intersection(one.fields))]
    if only is None:
        return found
    chosen = [one for one in found if one.name.lower() == only.strip().lower()]
    if not chosen:
        names = ", ".join(one.name for one in found) or "none"
        raise UsageError(
            f'{table.name}: "{only}" cannot say whose a row is. Columns that can, with the ids known here: {names}.'
        )
    return chosen


@dataclass
class _Search:
    """One file's search for rows.

    Attributes:
        students: whom to find.
        table: where.
        roster: by student.
        columns: where to look.
        label: what a person calls a row.
        column: the column that decides, once `decide` has found one.
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
        ours = {one.lower() for one in self.students}
        everybody = [*self.students, *(name for name in self.roster if name.lower() not in ours)]
        for column in self.columns:
            places = self._places(column.name)
            self._hits[column.name] = {
                one: set().union(*(places.get(key, ()) for key in self._keys(one, column))) for one in everybody
            }

    def decide(self) -> dict[str, int]:
        """The number of each student's row, where there is no doubt; `column` says by which column."""
        counts = {
            name: [sum(len(hits[one]) == 1 for one in self.students), sum(bool(hits[one]) for one in self.students)]
            for name, hits in self._hits.items()
        }
        self.column = max(counts, key=lambda name: counts[name], default="") if any(map(any, counts.values())) else ""
        claims: defaultdict[int, set[str]] = defaultdict(set)
        for hits in self._hits.values():
            for one, numbers in hits.items():
                for number in numbers:
                    claims[number].add(one)
        found: dict[str, int] = {}
        for one in self.students if self.column else ():
            numbers = self._hits[self.column][one]
            doubt = self._doubt(one, numbers, claims)
            if doubt:
                self._doubts[one] = doubt
            elif numbers:
                found[one] = next(iter(numbers))
        return self._without_twins(found)

    def reason(self, student: str, columns: Sequence[Column]) -> str:
        """Why a student has no row: what comes behind the student's id."""
        if student in self._doubts:
            return self._doubts[student]
        for name, hits in self._hits.items():
            if hits[student]:
                there = self._lines(hits[student])
                return f"stands under {name} ({there}), but the rows are matched by {self.column}"
        alike = [number for number in range(len(self.table.rows)) if self._alike(student, number)]
        if alike:
            return (
                f"may be {self._lines(alike)}, since a spreadsheet drops zeros and digits of such ids. "
                "Export the file again and do not save it from a spreadsheet, or say in a --roster whose the row is"
            )
        for column in columns:
            if not column.own and student.lower() in self._places(column.name):
                there = self._lines(self._places(column.name)[student.lower()])
                return f"stands under {column.name} only ({there}), which is the other system's own number"
        person = self._people.get(student.lower())
        deciding = next((one for one in self.columns if one.name == self.column), None)
        if person is not None and deciding is not None and not self._keys(student, deciding):
            return f"the roster has no {' or '.join(deciding.fields)}, and the rows are matched by {self.column}"
        twin = next((one for one in self.roster if _same_number(one, student)), None)
        if twin is not None and person is None:
            return f"is not in the roster; {twin} there may be the same id, saved by a spreadsheet"
        return f"no row has this id (looked under {', '.join(one.name for one in self.columns) or 'none'})"

    def _doubt(self, student: str, numbers: set[int], claims: Mapping[int, set[str]]) -> str:
        """What speaks against giving a student the rows that the column says; "" where nothing does."""
        if len(numbers) > 1:
            return f"{len(numbers)} rows fit ({self._lines(numbers)}); leave one in the file"
        others = sorted({other for number in numbers for other in claims[number]} - {student})
        if others:
            return f"{self._lines(numbers)} fits {', '.join(others)} too; say in a --roster who is who"
        for name, hits in self._hits.items():
            if numbers and hits[student] - numbers:
                return (
                    f"is {self._lines(numbers)} by {self.column}, and {self._lines(hits[student])} by {name}; say in a "
                    f'--roster who it is, or give --match "{self.column}"'
                )
        return ""

    def _without_twins(self, found: dict[str, int]) -> dict[str, int]:
        """Without the rows that may be another student's, whose id a spreadsheet has made the same."""
        lost = [one for one in self.students if one not in found and one not in self._doubts]
        for one, number in list(found.items()):
            twins = [other for other in lost if self._alike(other, number)]
            if twins:
                del found[one]
                self._doubts[one] = (
                    f"{self._lines([number])} may be {', '.join(twins)}, whose id is the same number to a spreadsheet; "
                    "match by another column (--match), with a --roster that has its ids"
                )
        return found

    def _keys(self, student: str, column: Column) -> set[str]:
        """What a student's row would have in the column."""
        person = self._people.get(student.lower())
        if person is not None and person.known:
            return {str(getattr(person, name)).lower() for name in column.fields} - {""}
        return {student.lower()} if column.own else set()

    def _places(self, column: str) -> dict[str, set[int]]:
        """By what a row has in the column, also before an ``@``, the numbers of the rows."""
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
        """Whether a spreadsheet may have made the row's id of the student's, or the other way round."""
        row = self.table.rows[number]
        return any(
            _same_number(key, self.table.get(row, column.name))
            for column in self.columns
            for key in self._keys(student, column)
        )

    def _lines(self, numbers: Iterable[int]) -> str:
        """Rows as a person finds them: "line 5 (Weber, Klara)"."""
        lines = self.table.lines or range(2, len(self.table.rows) + 2)
        return ", ".join(f"line {lines[number]} ({self.label(self.table.rows[number])})" for number in sorted(numbers))


def _same_number(one: str, other: str) -> bool:
    """Whether two texts are one number to a spreadsheet, and not the same text."""
    if one.lower() == other.lower() or not (_NUMBER.fullmatch(one) and _NUMBER.fullmatch(other)):
        return False
    digits = _EXCEL_DIGITS - 1
    for text in (one, other):
        if found := _MANTISSA.fullmatch(text):
            digits = min(digits, len(found[1] or ""))
    first, second = float(one), float(other)
    return math.isfinite(first) and f"{first:.{digits}e}" == f"{second:.{digits}e}"

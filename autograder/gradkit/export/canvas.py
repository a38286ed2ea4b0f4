"""Canvas's gradebook CSV.

Source: Canvas's guide "How do I import grades in the Gradebook?": the columns ``Student``, ``ID``, ``SIS User ID``,
``SIS Login ID`` and ``Section``, then one for each assignment, ``<Title> (<number>)``. Below the header there may be a
row ``Points Possible``. An assignment without a number is made anew by the import.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gradkit.export.grades import Grade
from gradkit.export.outcome import Outcome, outcome
from gradkit.export.roster import Person, match
from gradkit.export.table import Table

IDENTITY = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
POINTS = "Points Possible"
_KEYS = {
    "sis_login_id": ("SIS Login ID",),
    "sis_user_id": ("SIS User ID",),
    "canvas_id": ("ID",),
    "email": ("SIS Login ID",),
}
_NOT_STUDENTS = re.compile(r"points possible|student, test|test student", re.IGNORECASE)


def new_table(roster: Mapping[str, Person]) -> Table:
    """A file for the people of a roster, without assignments yet."""
    table = Table("the roster", list(IDENTITY), [[f"    {POINTS}", "", "", "", ""]])
    for person in roster.values():
        row = [""] * len(IDENTITY)
        table.rows.append(row)
        values = (
            person.name or person.student,
            person.canvas_id,
            person.sis_user_id,
            person.sis_login_id,
            person.section,
        )
        for name, value in zip(IDENTITY, values, strict=True):
            table.put(row, name, value)
    return table


def fill(table: Table, grades: Sequence[Grade], roster: Mapping[str, Person], number: str | None = None) -> Outcome:
    """Put grades into Canvas's file.

    Args:
        table: Canvas's own export, or from `new_table`; changed in place.
        grades: of one assignment or several.
        roster: who is who.
        number: Canvas's number of the assignment, where it has one and there is only one.

    Raises:
        UsageError: the file is none of Canvas's.
    """
    for name in ("Student", "ID"):
        table.column(name)
    people = Table(table.name, table.header, [row for row in table.rows if not _is_no_student(table, row)])
    students = sorted({grade.student for grade in grades})
    rows, unmatched, unused = match(students, people, roster, _KEYS)
    for grade in grades:
        column = _column(table, grade, number)
        for row in table.rows:
            if table.get(row, "Student").strip() == POINTS and not row[column].strip():
                row[column] = f"{grade.max_score:g}"
        if grade.student in rows and grade.score is not None:
            table.put(rows[grade.student], table.header[column], grade.score)
    return outcome(grades, unmatched, [table.get(row, "Student") for row in unused])


def _is_no_student(table: Table, row: list[str]) -> bool:
    return _NOT_STUDENTS.search(table.get(row, "Student")) is not None or not table.get(row, "Student")


def _column(table: Table, grade: Grade, number: str | None) -> int:
    """The assignment's column: by Canvas's number, else by title; added where there is none."""
    wanted = re.compile(rf".*\({re.escape(number)}\)" if number else rf"{re.escape(grade.title)}( \(\d+\))?")
    for place, name in enumerate(table.header):
        if wanted.fullmatch(name.strip()) and name not in IDENTITY:
            return place
    table.add_column(f"{grade.title} ({number})" if number else grade.title)
    return len(table.header) - 1

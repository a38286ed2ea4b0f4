"""Canvas's gradebook CSV.

Source: Canvas's guide "How do I import grades in the Gradebook?": the columns ``Student``, ``ID``, ``SIS User ID``,
``SIS Login ID`` and ``Section``, then one for each assignment, ``<Title> (<number>)``. Below the header there may be a
row ``Points Possible``. An assignment without a number is made anew by the import.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gradkit.errors import UsageError
from gradkit.export.grades import Grade
from gradkit.export.outcome import Outcome, outcome
from gradkit.export.roster import Person, match
from gradkit.export.table import Table

IDENTITY = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
POINTS = "Points Possible"
EXCUSED = "EX"
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
        login = person.sis_login_id if person.known else person.student
        values = (person.name or person.student, person.canvas_id, person.sis_user_id, login, person.section)
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
        UsageError: the file is none of Canvas's, or the assignment's column is not what it should be.
    """
    for name in ("Student", "ID"):
        table.column(name)
    people = Table(table.name, table.header, [row for row in table.rows if not _is_no_student(table, row)])
    students = sorted({grade.student for grade in grades})
    rows, unmatched, unused = match(students, people, roster, _KEYS)
    notes: list[str] = []
    refused: list[str] = []
    titles = {grade.title: grade for grade in grades}
    columns = {title: _column(table, grade, number, notes) for title, grade in titles.items()}
    for grade in grades:
        column = columns[grade.title]
        row = rows.get(grade.student)
        if row is None or grade.score is None:
            continue
        if row[column].strip().upper() == EXCUSED:
            refused.append(f"{grade.student}: is excused in Canvas ({EXCUSED}); the cell is as it was")
        else:
            table.put(row, table.header[column], grade.score)
    return outcome(grades, unmatched, [table.get(row, "Student") for row in unused], refused, notes)


def _is_no_student(table: Table, row: list[str]) -> bool:
    return _NOT_STUDENTS.search(table.get(row, "Student")) is not None or not table.get(row, "Student")


def _column(table: Table, grade: Grade, number: str | None, notes: list[str]) -> int:
    """The assignment's column: by Canvas's number, else by title; added where there is none. With its points.

    Raises:
        UsageError: several columns fit, none has that number, or the points are not ours.
    """
    wanted = re.compile(rf".*\({re.escape(number)}\)" if number else rf"{re.escape(grade.title)}( \(\d+\))?")
    fitting = [place for place, name in enumerate(table.header) if wanted.fullmatch(name.strip()) and place > 0]
    if len(fitting) > 1:
        found = ", ".join(table.header[place] for place in fitting)
        raise UsageError(f"{table.name}: several columns fit ({found}). Say which: --assignment-id N")
    if number and not fitting and table.lines:
        raise UsageError(f"{table.name}: no column has the number {number} (it has: {', '.join(table.header)}).")
    if not fitting:
        table.add_column(f"{grade.title} ({number})" if number else grade.title)
        if table.lines:
            notes.append(f'the column "{grade.title}" was added, which makes a new assignment in Canvas')
    column = fitting[0] if fitting else len(table.header) - 1
    for row in table.rows:
        if table.get(row, "Student") == POINTS:
            _put_points(table, row, column, grade)
    return column


def _put_points(table: Table, row: list[str], column: int, grade: Grade) -> None:
    """Fill in what can be earned, or see that it is the same."""
    text = row[column].strip().replace(",", ".")
    if not text:
        row[column] = f"{grade.max_score:g}"
    elif re.fullmatch(r"\d+(\.\d*)?", text) and float(text) != grade.max_score:
        raise UsageError(
            f"{table.name}: {table.header[column]} gives {text} points in Canvas, and {grade.max_score:g} here. "
            "Set it to the same in Canvas, and export again."
        )

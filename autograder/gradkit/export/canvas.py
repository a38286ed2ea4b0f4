"""Canvas's gradebook CSV.

Sources: Canvas's guide "How do I import grades in the Gradebook?", and its ``gradebook_importer.rb`` and
``gradebook_exporter.rb``: the columns ``Student`` (or ``LastName`` and ``FirstName``), ``ID``, ``SIS User ID``,
``SIS Login ID`` and ``Section``, then one for each assignment, ``<Title> (<number>)``. Below the header there may be a
row ``Points Possible``. The import creates assignments that have no number. A cell ``EX`` excuses the student. A cell
``N/A`` means that the student does not have the assignment: the import skips it, and also columns named like Canvas's
own totals.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from gradkit.course.roster import Person
from gradkit.csv_tables import Table, cell, readings, says, uncell
from gradkit.errors import UsageError
from gradkit.export.grades import ExportSummary, Grade, summarize_export
from gradkit.export.matching import Column, match
from gradkit.messages import message
from gradkit.text import points

IDENTITY = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
POINTS = "Points Possible"
EXCUSED = "EX"
NOT_ASSIGNED = "N/A"
# Canvas's own number is not an id outside Canvas: only a roster can say whose it is.
_COLUMNS = (
    Column("ID", ("canvas_id",), own=False),
    Column("SIS User ID", ("sis_user_id",)),
    Column("SIS Login ID", ("sis_login_id", "email")),
)
_KEPT = {
    EXCUSED: message("is excused in Canvas ({mark}), but not here; the cell is unchanged", mark=EXCUSED),
    NOT_ASSIGNED: message("does not have the assignment in Canvas ({mark}); the cell is unchanged", mark=NOT_ASSIGNED),
}
_TEST_STUDENT = re.compile(r"student, test|test student", re.IGNORECASE)
_ABOUT = frozenset(name.lower() for name in (*IDENTITY, "LastName", "FirstName", "Integration ID", "Root Account"))
_SUMS = re.compile(r"(current|final) (score|points|grade)|override (score|grade|status)", re.IGNORECASE)
_NEARLY_SUMS = ("current", "final", "override")


def new_table(roster: Mapping[str, Person]) -> Table:
    """A file for the people of a roster, without assignments yet."""
    table = Table(message("the roster"), list(IDENTITY), [[f"    {POINTS}", "", "", "", ""]], students=["", *roster])
    for person in roster.values():
        row = [""] * len(IDENTITY)
        table.rows.append(row)
        login = person.sis_login_id if person.known else person.student
        values = (person.name or person.student, person.canvas_id, person.sis_user_id, login, person.section)
        for name, value in zip(IDENTITY, values, strict=True):
            table.put(row, name, value)
    return table


def fill(
    table: Table,
    grades: Sequence[Grade],
    roster: Mapping[str, Person],
    number: str | None = None,
    column: str | None = None,
    excused: Collection[tuple[str, str]] = (),
) -> ExportSummary:
    """Put grades into Canvas's file.

    Args:
        table: Canvas's own export, or from `new_table`; changed in place.
        grades: of one assignment or several.
        roster: who is who.
        number: Canvas's id of the assignment, if it has one and there is only one.
        column: the column that identifies students; None: the one that matches most.
        excused: (student, title of the assignment) that does not count.

    Raises:
        UsageError: the file is not Canvas's, or the assignment's column is wrong.
    """
    for name in ("FirstName" if table.has("LastName") else "Student", "ID"):
        table.column(name)
    students = sorted({grade.student for grade in grades} | {student for student, _ in excused})
    found = match(students, _people(table), roster, _COLUMNS, lambda row: _name(table, row), column)
    notes: list[str] = []
    refused: list[str] = []
    titles = {grade.title: grade for grade in grades}
    columns = {title: _column(table, grade, number, notes) for title, grade in titles.items()}
    for grade in grades:
        place = columns[grade.title]
        row = found.rows.get(grade.student)
        if row is None or grade.score is None:
            continue
        if (kept := _KEPT.get(row[place].strip().upper())) is not None:
            refused.append(message("{student}: {reason}", student=grade.student, reason=kept))
        else:
            row[place] = cell(grade.score)
    unused = [_name(table, row) for row in found.unused]
    summary = summarize_export(grades, found.reasons, unused, refused, notes, found.column)
    return _excuse(summary, excused, found.rows, columns)


def _excuse(
    summary: ExportSummary,
    excused: Collection[tuple[str, str]],
    rows: Mapping[str, list[str]],
    columns: Mapping[str, int],
) -> ExportSummary:
    """Excuse students in the file; those without a row or without the assignment stay as they are."""
    marked, unchanged = set[str](), set[str]()
    for student, title in excused:
        row, place = rows.get(student), columns.get(title)
        if row is None or place is None or row[place].strip().upper() == NOT_ASSIGNED:
            unchanged.add(student)
        else:
            row[place] = EXCUSED
            marked.add(student)
    return replace(summary, marked=tuple(sorted(marked)), excused=tuple(sorted(unchanged)))


def _people(table: Table) -> Table:
    """The rows of people, without those about assignments and Canvas's test student."""
    kept = [
        number
        for number, row in enumerate(table.rows)
        if not _is_points(table, row) and _name(table, row) and not _TEST_STUDENT.fullmatch(_name(table, row))
    ]
    lines = [table.lines[number] for number in kept] if table.lines else []
    students = [table.students[number] for number in kept] if table.students else []
    return Table(table.name, table.header, [table.rows[number] for number in kept], lines, students)


def _name(table: Table, row: list[str]) -> str:
    """Canvas's name of a row's student, or an id if the name is missing."""
    names = [table.get(row, name) for name in ("LastName", "FirstName")]
    ids = (table.get(row, column.name) for column in _COLUMNS)
    return table.get(row, "Student") or ", ".join(filter(None, names)) or next(filter(None, ids), "")


def _is_points(table: Table, row: list[str]) -> bool:
    return POINTS.lower() in _name(table, row).lower()


def _column(table: Table, grade: Grade, number: str | None, notes: list[str]) -> int:
    """The assignment's column, found by Canvas's number or by title, or added; its points are filled in or checked.

    Raises:
        UsageError: several columns match, none has that number, Canvas would skip it, or its points differ.
    """
    wanted = re.compile(rf".*\({re.escape(number)}\)" if number else rf"{re.escape(grade.title)}( \(\d+\))?")
    names = [uncell(name).strip() for name in table.header]
    fitting = [place for place, name in enumerate(names) if wanted.fullmatch(name) and name.lower() not in _ABOUT]
    _require_importable(table, grade.title, names[fitting[0]] if fitting else None)
    if len(fitting) > 1:
        found = ", ".join(table.header[place] for place in fitting)
        raise UsageError(
            message(
                "{file}: several columns match ({columns}). Choose one with --assignment-id N.",
                file=table.name,
                columns=found,
            )
        )
    if number and not fitting and table.lines:
        raise UsageError(
            message(
                "{file}: no column has the number {number} (it has: {columns}).",
                file=table.name,
                number=number,
                columns=", ".join(table.header),
            )
        )
    if not fitting:
        table.add_column(f"{grade.title} ({number})" if number else grade.title)
        if table.lines:
            notes.append(
                message('the column "{title}" was added, which creates a new assignment in Canvas', title=grade.title)
            )
    column = fitting[0] if fitting else len(table.header) - 1
    for row in table.rows:
        if _is_points(table, row):
            _put_points(table, row, column, grade)
    return column


def _put_points(table: Table, row: list[str], column: int, grade: Grade) -> None:
    """Fill in the points possible, or check that they are equal."""
    text = row[column].strip()
    if not text:
        row[column] = cell(grade.max_score)
    elif not readings(text):
        raise UsageError(
            message(
                '{file}: {column} has "{found}" as {points_possible} in Canvas, which is not a number. If '
                "it is one of Canvas's own totals, choose the assignment's column with --assignment-id N.",
                file=table.name,
                column=table.header[column],
                found=text,
                points_possible=POINTS,
            )
        )
    elif not says(text, grade.max_score):
        raise UsageError(
            message(
                "{file}: {column} gives {theirs} points in Canvas, but {ours} here. Set the same points in Canvas, and "
                "export again.",
                file=table.name,
                column=table.header[column],
                theirs=text,
                ours=points(grade.max_score),
            )
        )


def _require_importable(table: Table, title: str, there: str | None) -> None:
    """Check that Canvas's import will read the column as an assignment.

    Args:
        table: Canvas's file.
        title: the assignment's title.
        there: the file's column for it; None if one will be added.

    Raises:
        UsageError: Canvas's import would skip it.
    """
    name = there or title
    if _SUMS.search(name) or (there is None and name.strip().lower() in (*_NEARLY_SUMS, *_ABOUT)):
        raise UsageError(
            message(
                '{file}: Canvas would not import a column "{name}", a name it uses itself. Give the '
                "assignment another title, in its assignment.toml and in Canvas.",
                file=table.name,
                name=name,
            )
        )

"""Moodle: the offline grading worksheet of one assignment, and the CSV of its grade import.

Sources: MoodleDocs, "Assignment settings" (offline grading worksheet) and "Grade import". The worksheet identifies
rows by ``Identifier``; the import finds people by e-mail address, username or ID number. Which of these the worksheet
shows is a setting of the site ("Show user identity").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gradkit.course.roster import Person
from gradkit.csv_tables import Table, says
from gradkit.errors import UsageError
from gradkit.export.grades import ExportSummary, Grade, summarize_export
from gradkit.export.matching import Column, match
from gradkit.messages import message
from gradkit.text import points

WORKSHEET = (
    *("Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade", "Grade can be changed"),
    *("Last modified (submission)", "Last modified (grade)", "Feedback comments"),
)
IMPORT = ("Username", "Email address", "ID number")
_COLUMNS = (
    Column("Identifier", ("moodle_id",)),
    Column("ID number", ("sis_user_id",)),
    Column("Username", ("sis_login_id",)),
    Column("Email address", ("email",)),
)


def new_worksheet(roster: Mapping[str, Person], max_score: float) -> Table:
    """A worksheet for the people of a roster, which must have Moodle's ``Participant`` numbers.

    Raises:
        UsageError: nobody has one.
    """
    if not any(person.moodle_id for person in roster.values()):
        raise UsageError(
            message(
                "The roster has no moodle_id (Participant 1234), which Moodle's worksheet needs. Download the "
                "worksheet and give it with --into, or make an import with `gradkit export moodle-csv`."
            )
        )
    students = [name for name, person in roster.items() if person.moodle_id]
    table = Table(message("the roster"), list(WORKSHEET), [], students=students)
    for person in roster.values():
        if person.moodle_id:
            row = [""] * len(WORKSHEET)
            table.rows.append(row)
            values = (person.moodle_id, person.name, person.email)
            for name, value in zip(WORKSHEET, values, strict=False):
                table.put(row, name, value)
            table.put(row, "Maximum Grade", max_score)
            table.put(row, "Grade can be changed", "Yes")
    return table


def fill_worksheet(
    table: Table, grades: Sequence[Grade], roster: Mapping[str, Person], column: str | None = None
) -> ExportSummary:
    """Put one assignment's grades and comments into Moodle's worksheet, which is changed in place.

    Args:
        table: the worksheet, downloaded or from `new_worksheet`.
        grades: of one assignment.
        roster: who is who.
        column: the column that identifies students; None: the one that matches most.

    Raises:
        UsageError: it is not such a worksheet, or its maximum grade differs from ours.
    """
    for name in ("Identifier", "Grade"):
        table.column(name)
    found = match([grade.student for grade in grades], table, roster, _COLUMNS, lambda row: _name(table, row), column)
    refused = []
    for grade in grades:
        row = found.rows.get(grade.student)
        if row is None or grade.score is None:
            continue
        most = table.get(row, "Maximum Grade")
        if most and not says(most, grade.max_score):
            raise UsageError(
                message(
                    "{file}: the maximum grade is {most}, but the assignment gives {ours} points. Set the same maximum "
                    "in Moodle, and download the worksheet again.",
                    file=table.name,
                    most=most,
                    ours=points(grade.max_score),
                )
            )
        if table.get(row, "Grade can be changed").lower() not in ("yes", ""):
            refused.append(
                message(
                    "{student}: Moodle says that the grade cannot be changed; it is unchanged", student=grade.student
                )
            )
            continue
        table.put(row, "Grade", grade.score)
        if "Feedback comments" in table.header and grade.comment:
            table.put(row, "Feedback comments", grade.comment)
    return summarize_export(
        grades, found.reasons, [_name(table, row) for row in found.unused], refused, (), found.column
    )


def import_table(grades: Sequence[Grade], roster: Mapping[str, Person]) -> tuple[Table, ExportSummary]:
    """The CSV of the grade import: a row for each student; points and a comment for each assignment.

    With a roster, the file has only its people, since Moodle rejects a file with unknown ones. People without login,
    address or ID number in it are identified by the student's id.

    Raises:
        UsageError: an assignment's title is one of the file's own columns.
    """
    table = Table(message("the import"), list(IMPORT), [])
    people = {name.lower(): person for name, person in roster.items()} or {
        grade.student.lower(): Person(grade.student) for grade in grades
    }
    for title in {grade.title for grade in grades}:
        if title.lower() in {name.lower() for name in IMPORT}:
            raise UsageError(
                message(
                    '"{title}" is a column for people in the import. Give the assignment another title.', title=title
                )
            )
    rows: dict[str, list[str]] = {}
    for name, person in sorted(people.items()):
        row = rows[name] = [""] * len(IMPORT)
        table.rows.append(row)
        values = (person.sis_login_id if person.known else person.student, person.email, person.sis_user_id)
        for column, value in zip(IMPORT, values, strict=True):
            table.put(row, column, value)
    for grade in grades:
        columns = (grade.title, f"{grade.title} (comment)")
        for name in columns:
            if not table.has(name):
                table.add_column(name)
        if grade.student.lower() in rows:
            table.put(rows[grade.student.lower()], columns[0], grade.score)
            table.put(rows[grade.student.lower()], columns[1], grade.comment)
    graded = {grade.student.lower() for grade in grades}
    lacking = [grade.student for grade in grades if grade.student.lower() not in rows]
    unmatched = dict.fromkeys(lacking, message("is not in the roster"))
    return table, summarize_export(grades, unmatched, [people[name].student for name in rows if name not in graded])


def _name(table: Table, row: list[str]) -> str:
    return table.get(row, "Full name") or table.get(row, "Identifier")

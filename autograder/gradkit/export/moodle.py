"""Moodle: the offline grading worksheet of one assignment, and the CSV of its grade import.

Sources: MoodleDocs, "Assignment settings" (offline grading worksheet) and "Grade import". In the worksheet the row is
found by ``Identifier``; the import finds people by e-mail address, username or ID number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gradkit.errors import UsageError
from gradkit.export.grades import Grade
from gradkit.export.outcome import Outcome, outcome
from gradkit.export.roster import Person, match
from gradkit.export.table import Table

WORKSHEET = (
    *("Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade", "Grade can be changed"),
    *("Last modified (submission)", "Last modified (grade)", "Feedback comments"),
)
IMPORT = ("Username", "Email address", "ID number")
_KEYS = {"moodle_id": ("Identifier",), "email": ("Email address",)}


def new_worksheet(roster: Mapping[str, Person], max_score: float) -> Table:
    """A worksheet for the people of a roster, who need Moodle's ``Participant`` number there."""
    table = Table("the roster", list(WORKSHEET), [])
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


def fill_worksheet(table: Table, grades: Sequence[Grade], roster: Mapping[str, Person]) -> Outcome:
    """Put one assignment's grades and comments into Moodle's worksheet, which is changed in place.

    Raises:
        UsageError: it is no such worksheet, or its maximum grade is not ours.
    """
    for name in ("Identifier", "Grade"):
        table.column(name)
    rows, unmatched, unused = match([grade.student for grade in grades], table, roster, _KEYS)
    refused = []
    for grade in grades:
        row = rows.get(grade.student)
        if row is None or grade.score is None:
            continue
        most = table.get(row, "Maximum Grade").replace(",", ".")
        if most and float(most) != grade.max_score:
            raise UsageError(
                f"{table.name}: the maximum grade is {most}, the assignment gives {grade.max_score:g} points. "
                "Set it to the same in Moodle, and download the worksheet again."
            )
        if table.get(row, "Grade can be changed").lower() == "no":
            refused.append(f"{grade.student}: Moodle says that the grade cannot be changed; it is as it was")
            continue
        table.put(row, "Grade", grade.score)
        if "Feedback comments" in table.header and grade.comment:
            table.put(row, "Feedback comments", grade.comment)
    names = [table.get(row, "Full name") or table.get(row, "Identifier") for row in unused]
    return outcome(grades, unmatched, names, refused)


def import_table(grades: Sequence[Grade], roster: Mapping[str, Person]) -> tuple[Table, Outcome]:
    """The CSV of the grade import: a row for each student; points and a comment for each assignment."""
    table = Table("the import", list(IMPORT), [])
    rows: dict[str, list[str]] = {}
    for student in sorted({*roster, *(grade.student for grade in grades)}):
        person = roster.get(student, Person(student, sis_login_id=student))
        row = [""] * len(IMPORT)
        rows[student] = row
        table.rows.append(row)
        for name, value in zip(IMPORT, (person.sis_login_id, person.email, person.sis_user_id), strict=True):
            table.put(row, name, value)
    for grade in grades:
        columns = (grade.title, f"{grade.title} (comment)")
        for name in columns:
            if name not in table.header:
                table.add_column(name)
        table.put(rows[grade.student], columns[0], grade.score)
        table.put(rows[grade.student], columns[1], grade.comment)
    graded = {grade.student for grade in grades}
    unmatched = [student for student in graded if roster and student not in roster]
    return table, outcome(grades, unmatched, [student for student in roster if student not in graded])

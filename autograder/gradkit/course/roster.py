"""Who is who: the ids that a course's students have in other systems."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from gradkit.csv_tables import drop_empty_columns, read_table, uncell
from gradkit.errors import UsageError
from gradkit.ids import composed, skeleton, spelled
from gradkit.messages import message, sentences


@dataclass(frozen=True)
class Person:
    """A student, with the ids in other systems; "" if unknown.

    Attributes:
        student: the id in submissions and gradebook.
        name: the full name.
        email: the e-mail address.
        canvas_id: Canvas's ``ID``.
        sis_user_id: Canvas's ``SIS User ID``; Moodle's ID number.
        sis_login_id: Canvas's ``SIS Login ID``; Moodle's username.
        section: Canvas's ``Section``.
        moodle_id: Moodle's ``Identifier``: ``Participant 1234``.
        github: the name on GitHub.
    """

    student: str
    name: str = ""
    email: str = ""
    canvas_id: str = ""
    sis_user_id: str = ""
    sis_login_id: str = ""
    section: str = ""
    moodle_id: str = ""
    github: str = ""

    @property
    def known(self) -> bool:
        """Whether the roster has an id of another system; otherwise the student's own id may be one."""
        return any((self.email, self.canvas_id, self.sis_user_id, self.sis_login_id, self.moodle_id))


COLUMNS = tuple(field.name for field in fields(Person))
_NOT_OURS = ("repository", "assignment")  # a roster may also be what `gradkit collect --git` reads
# Two people may share a name or a section, but none of these.
_UNIQUE = ("student", "email", "canvas_id", "sis_user_id", "sis_login_id", "moodle_id", "github")


def read_roster(path: Path) -> dict[str, Person]:
    """The people of a CSV file: student -> person.

    Raises:
        UsageError: a column is unknown, a student is missing, or an id is repeated; names file and line.
    """
    table = read_table(path)
    drop_empty_columns(table)
    names = {name.strip().lower(): name for name in table.header}
    unknown = [name for key, name in names.items() if key not in (*COLUMNS, *_NOT_OURS)]
    if unknown or "student" not in names:
        raise UsageError(
            sentences(
                message('{path}: "{name}" is not a known column.', path=path, name=unknown[0])
                if unknown
                else message('{path}: there is no column "{name}".', path=path, name="student"),
                message("A roster has: {columns}; all but student are optional.", columns=", ".join(COLUMNS)),
            )
        )
    if len(names) < len(table.header):
        raise UsageError(
            message("{path}: a column is repeated (it has: {header}).", path=path, header=", ".join(table.header))
        )
    people: dict[str, Person] = {}
    seen: dict[tuple[str, str], int] = {}
    for number, row in table.numbered():
        person = Person(**{name: composed(uncell(table.get(row, name))) for name in COLUMNS})
        if not any(cell.strip() for cell in row):
            continue
        if not person.student:
            raise UsageError(
                message(
                    "{path}, line {number}: student is empty. Give the id used in submissions.",
                    path=path,
                    number=number,
                )
            )
        if "assignment" in names and people.get(person.student) == person:
            continue  # one row per assignment
        for name in _UNIQUE:
            value = skeleton(str(getattr(person, name)))
            before = seen.setdefault((name, value), number) if value else number
            if before != number:
                found = spelled(str(getattr(person, name)))
                raise UsageError(
                    message(
                        "{path}, line {number}: {column} {value} is already in line {before}, or one that looks like "
                        "it.",
                        path=path,
                        number=number,
                        column=name,
                        value=found,
                        before=before,
                    )
                )
        people[person.student] = person
    return people

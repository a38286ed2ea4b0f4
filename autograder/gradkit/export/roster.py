"""Who is who: the ids that a course's students have in other systems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from gradkit.errors import UsageError
from gradkit.export.table import Table, read_table
from gradkit.ids import composed, skeleton, spelled


@dataclass(frozen=True)
class Person:
    """A student, and what other systems call them; "" where that is not known.

    Attributes:
        student: the id that submissions and gradebook have.
        name: the full name.
        email: the address.
        canvas_id: Canvas's ``ID``.
        sis_user_id: Canvas's ``SIS User ID``; Moodle's ID number.
        sis_login_id: Canvas's ``SIS Login ID``; Moodle's username.
        section: Canvas's ``Section``.
        moodle_id: Moodle's ``Identifier``: ``Participant 1234``.
    """

    student: str
    name: str = ""
    email: str = ""
    canvas_id: str = ""
    sis_user_id: str = ""
    sis_login_id: str = ""
    section: str = ""
    moodle_id: str = ""

    @property
    def known(self) -> bool:
        """Whether the roster has any id of another system's; else the student's own id may be one."""
        return any((self.email, self.canvas_id, self.sis_user_id, self.sis_login_id, self.moodle_id))


COLUMNS = tuple(field.name for field in fields(Person))
_NOT_OURS = ("repository", "assignment")  # a roster may also be what `gradkit collect --git` reads
# Two people may share a name or a section, but none of these.
_UNIQUE = ("student", "email", "canvas_id", "sis_user_id", "sis_login_id", "moodle_id")


def read_roster(path: Path) -> dict[str, Person]:
    """The people of a CSV file, by student.

    Raises:
        UsageError: naming file and row: an unknown column, no student, or an id that stands twice.
    """
    table = read_table(path)
    names = {name.strip().lower(): name for name in table.header}
    unknown = [name for key, name in names.items() if key not in (*COLUMNS, *_NOT_OURS)]
    if unknown or "student" not in names:
        found = f'"{unknown[0]}" is none of its columns' if unknown else 'there is no column "student"'
        raise UsageError(f"{path}: {found}. A roster has: {', '.join(COLUMNS)}; all but student may be left out.")
    if len(names) < len(table.header):
        raise UsageError(f"{path}: a column stands twice in it (it has: {', '.join(table.header)}).")
    people: dict[str, Person] = {}
    seen: dict[tuple[str, str], int] = {}
    for number, row in table.numbered():
        person = Person(**{name: composed(table.get(row, name)) for name in COLUMNS})
        if not person.student:
            raise UsageError(f"{path}, line {number}: student is empty. It is the id that the submissions have.")
        if "assignment" in names and people.get(person.student) == person:
            continue  # one row for each
        for name in _UNIQUE:
            value = skeleton(str(getattr(person, name)))
            before = seen.setdefault((name, value), number) if value else number
            if before != number:
                found = spelled(str(getattr(person, name)))
                raise UsageError(
                    f"{path}, line {number}: {name} {found} stands in line {before} already, or one that looks like it."
                )
        people[person.student] = person
    return people


def match(
    students: Iterable[str], table: Table, roster: Mapping[str, Person], keys: Mapping[str, Sequence[str]]
) -> tuple[dict[str, list[str]], list[str], list[list[str]]]:
    """Find each student's row.

    Through the roster where it knows the student by such an id, else by the student's own id, which may also be what
    stands before the ``@`` of an address. What fits two rows or two students fits none.

    Args:
        students: whom to find.
        table: where.
        roster: by student.
        keys: by a person's field, the columns that hold it.

    Returns:
        The rows by student, the students without a row, and the rows without a student.
    """
    places: dict[str, list[int]] = {}
    for number, row in enumerate(table.rows):
        for column in {column for columns in keys.values() for column in columns}:
            text = composed(table.get(row, column)).lower().removeprefix("'")  # see gradkit.spreadsheet
            for key in {text, text.partition("@")[0]} - {""}:
                places.setdefault(f"{column}\0{key}", []).append(number)
    found: dict[str, int] = {}
    people = {name.lower(): person for name, person in roster.items()}
    for student in students:
        person = people.get(student.lower())
        wanted = {name: str(getattr(person, name)) if person and person.known else student for name in keys}
        hits = {
            number
            for name, columns in keys.items()
            for column in columns
            for number in places.get(f"{column}\0{wanted[name].lower()}", ())
            if wanted[name]
        }
        if len(hits) == 1:
            found[student] = hits.pop()
    twice = {number for number in found.values() if list(found.values()).count(number) > 1}
    rows = {student: table.rows[number] for student, number in found.items() if number not in twice}
    missing = [student for student in students if student not in rows]
    taken = {number for number in found.values() if number not in twice}
    return rows, missing, [row for number, row in enumerate(table.rows) if number not in taken]

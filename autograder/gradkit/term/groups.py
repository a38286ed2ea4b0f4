"""``groups.csv``: who hands in together. What one member hands in is everybody's.

The file is for what is collected from now on. ``.gradkit/collected/groups.jsonl`` has those who handed in together.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from gradkit.course import Course
from gradkit.csv_tables import read_table
from gradkit.errors import UsageError
from gradkit.ids import student_id
from gradkit.messages import message
from gradkit.temporary import replacing
from gradkit.term.ledger import read_ledger

FILE = "groups.csv"


@dataclass(frozen=True)
class Groups:
    """The groups of a course.

    Attributes:
        members: (group, assignment, or "" for all) -> its students.
        before: (assignment, students) of those who handed in together.
    """

    members: Mapping[tuple[str, str], frozenset[str]]
    before: frozenset[tuple[str, frozenset[str]]] = frozenset()

    def of(self, student: str, assignment: str) -> frozenset[str]:
        """Who hands in together with a student, the student among them.

        Groups for the assignment replace those for all.

        Raises:
            UsageError: the student is in several groups.
        """
        for which in (assignment, ""):
            found = {group: students for (group, of), students in self.members.items() if of == which}
            mine = {group: students for group, students in found.items() if student in students}
            if len(mine) > 1:
                raise UsageError(
                    message(
                        "{student} is in several groups of {assignment}: {groups}. Correct {file}.",
                        student=student,
                        assignment=assignment,
                        groups=", ".join(sorted(mine)),
                        file=FILE,
                    )
                )
            if mine or (found and which):
                return next(iter(mine.values()), frozenset({student}))
        return frozenset({student})

    def together(self, one: str, other: str, assignment: str) -> bool:
        """Whether two students hand in together, in any of their groups, or did so before."""
        groups = [students for (_, of), students in self.members.items() if of in (assignment, "")]
        groups += [students for of, students in self.before if of == assignment]
        return any({one, other} <= students for students in groups)


def read_groups(course: Course) -> Groups:
    """Read the course's groups; none if there is no file. Their students have the ids that they have now.

    Raises:
        UsageError: the file is wrong; names it and the line.
        CourseError: the ledger is wrong.
    """
    path, ledger = course.root / FILE, read_ledger(course)
    lines = map(json.loads, _noted(course))
    before = frozenset((assignment, frozenset(map(ledger.now, students))) for assignment, *students in lines)
    if not path.is_file():
        return Groups({}, before)
    table = read_table(path)
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for line, row in table.numbered():
        group, student = row[table.column("group")].strip(), row[table.column("student")].strip()
        assignment = table.get(row, "assignment")
        try:
            if not group:
                raise UsageError(message("the group has no name."))
            if assignment:
                course.assignment(assignment)
            found[group, assignment].add(ledger.now(student_id(student)))
        except UsageError as error:
            raise UsageError(
                message("{path}, line {line}: {error}", path=path, line=line, error=error.message)
            ) from error
    return Groups({key: frozenset(students) for key, students in found.items()}, before)


def note_group(course: Course, students: Iterable[str], assignment: str) -> None:
    """Note that some students handed in together, whatever becomes of their group.

    Raises:
        OSError: it cannot be written.
    """
    path, line = _notes(course), json.dumps([assignment, *sorted(students)], ensure_ascii=False)
    if line not in (noted := _noted(course)):
        with replacing(path) as new:
            new.write_text("".join(f"{each}\n" for each in (*noted, line)), encoding="utf-8")


def _notes(course: Course) -> Path:
    return course.work / "collected" / "groups.jsonl"


def _noted(course: Course) -> list[str]:
    path = _notes(course)
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []

"""``groups.csv``: who hands in together. What one member hands in is everybody's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from gradkit.course import Course
from gradkit.csv_tables import read_table
from gradkit.errors import UsageError
from gradkit.ids import student_id

FILE = "groups.csv"


@dataclass(frozen=True)
class Groups:
    """The groups of a course.

    Attributes:
        members: (group, assignment, or "" for all) -> its students.
    """

    members: Mapping[tuple[str, str], frozenset[str]]

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
                    f"{student} is in several groups of {assignment}: {', '.join(sorted(mine))}. Correct {FILE}."
                )
            if mine or (found and which):
                return next(iter(mine.values()), frozenset({student}))
        return frozenset({student})

    def together(self, one: str, other: str, assignment: str) -> bool:
        """Whether two students hand in together, in any of their groups."""
        return any(of in (assignment, "") and {one, other} <= students for (_, of), students in self.members.items())


def read_groups(course: Course) -> Groups:
    """Read the course's groups; none if there is no file.

    Raises:
        UsageError: the file is wrong; names it and the line.
    """
    path = course.root / FILE
    if not path.is_file():
        return Groups({})
    table = read_table(path)
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for line, row in table.numbered():
        group, student = row[table.column("group")].strip(), row[table.column("student")].strip()
        assignment = table.get(row, "assignment")
        try:
            if not group:
                raise UsageError("the group has no name.")
            if assignment:
                course.assignment(assignment)
            found[group, assignment].add(student_id(student))
        except UsageError as error:
            raise UsageError(f"{path}, line {line}: {error}") from error
    return Groups({key: frozenset(students) for key, students in found.items()})

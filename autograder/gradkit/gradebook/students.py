"""Give a student's rows in nbgrader's gradebook to another id, with everything that people entered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# nbgrader has annotations but does not declare them (no py.typed).
from nbgrader.api import (  # type: ignore[import-untyped]
    Assignment as AssignmentRow,
)
from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import delete, insert, select, update

from gradkit.course import Course
from gradkit.gradebook.database import open_gradebook
from gradkit.gradebook.database_errors import PATIENCE
from gradkit.gradebook.rows import transaction
from gradkit.messages import message

_BY_PEOPLE = ((Grade, "manual_score"), (Grade, "extra_credit"), (Comment, "manual_comment"))
_WHAT = {
    "manual_score": message("the manual score"),
    "extra_credit": message("the extra credit"),
    "manual_comment": message("the comment"),
}
_ABOUT = ("first_name", "last_name", "email", "lms_user_id")


@dataclass(frozen=True)
class _Pair:
    """A mark or comment that people may have entered for the same cell under both ids."""

    assignment: str
    cell: str
    table: Any
    column: str
    row: str
    old: float | str | None
    new: float | str | None


def differences(course: Course, old: str, new: str, patience: float = PATIENCE) -> list[str]:
    """Marks and comments that people entered under both ids and that differ, a clause each.

    Raises:
        GradebookUnavailable: the gradebook cannot be used now.
    """
    with open_gradebook(course, patience=patience) as gradebook, transaction(gradebook, course) as db:
        return list(_differences(db, old, new))


def rename_student(course: Course, old: str, new: str, patience: float = PATIENCE) -> list[str]:
    """Give all rows of a student to another id; of an assignment that both have, what people entered.

    A mark that goes to another submission's row is flagged for review.

    Returns:
        The differences, as above; if there are any, nothing was changed.

    Raises:
        GradebookUnavailable: the gradebook cannot be used now.
    """
    with open_gradebook(course, patience=patience) as gradebook, transaction(gradebook, course) as db:
        if found := list(_differences(db, old, new)):
            return found
        for pair in _pairs(db, old, new):
            if pair.old is not None and pair.new is None:
                review = {"needs_manual_grade": True} if pair.table is Grade.__table__ else {}
                by_id = update(pair.table).where(pair.table.c.id == pair.row)
                db.execute(by_id.values({pair.column: pair.old, **review}))
        _move_person(db, old, new)
        table = SubmittedAssignment.__table__
        kept = select(table.c.assignment_id).where(table.c.student_id == new)
        for submission in db.execute(select(table).where(table.c.student_id == old)).all():
            if submission.assignment_id in set(db.scalars(kept)):
                _remove(db, submission.id)
            else:
                db.execute(update(table).where(table.c.id == submission.id).values(student_id=new))
        db.execute(delete(Student.__table__).where(Student.__table__.c.id == old))
    return []


def _differences(db: Any, old: str, new: str) -> Iterator[str]:
    for pair in _pairs(db, old, new):
        if None not in (pair.old, pair.new) and pair.old != pair.new:
            yield message(
                "{assignment}, {question}: {what} is {before} under {old}, {after} under {new}",
                assignment=pair.assignment,
                question=pair.cell,
                what=_WHAT[pair.column],
                before=repr(pair.old),
                old=old,
                after=repr(pair.new),
                new=new,
            )


def _pairs(db: Any, old: str, new: str) -> Iterator[_Pair]:
    for row, column in _BY_PEOPLE:
        found: defaultdict[str, dict[str, Any]] = defaultdict(dict)
        query = (
            select(
                *(row.id, row.cell_id, getattr(row, column).label("value"), BaseCell.name.label("cell")),
                *(AssignmentRow.name.label("assignment"), SubmittedAssignment.student_id),
            )
            .join(BaseCell, BaseCell.id == row.cell_id)
            .join(SubmittedNotebook, SubmittedNotebook.id == row.notebook_id)
            .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
            .join(AssignmentRow, AssignmentRow.id == SubmittedAssignment.assignment_id)
            .where(SubmittedAssignment.student_id.in_((old, new)))
            .order_by(AssignmentRow.name, BaseCell.name)
            .with_for_update(of=row.__table__)  # on a server, a mark that is being saved is waited for and seen
        )
        for each in db.execute(query).all():
            found[each.cell_id][each.student_id] = each
        for ours in found.values():
            if len(ours) == 2:
                first, second = ours[old], ours[new]
                about = (second.assignment, second.cell, row.__table__, column, second.id)
                yield _Pair(*about, first.value, second.value)


def _move_person(db: Any, old: str, new: str) -> None:
    """Enter the new id, with the name and addresses of the old one where it has none."""
    table = Student.__table__
    before = db.execute(select(table).where(table.c.id == old)).one_or_none()
    there = db.execute(select(table).where(table.c.id == new)).one_or_none()
    if before is None:
        return
    if there is None:
        db.execute(insert(table).values(id=new, **{name: getattr(before, name) for name in _ABOUT}))
        return
    about = {name: getattr(there, name) or getattr(before, name) for name in _ABOUT}
    db.execute(update(table).where(table.c.id == new).values(about))


def _remove(db: Any, submission: str) -> None:
    """Delete a submission's rows."""
    notebooks = select(SubmittedNotebook.id).where(SubmittedNotebook.assignment_id == submission)
    for row in (Grade, Comment):
        db.execute(delete(row.__table__).where(row.__table__.c.notebook_id.in_(notebooks)))
    for row, column in ((SubmittedNotebook, "assignment_id"), (SubmittedAssignment, "id")):
        db.execute(delete(row.__table__).where(row.__table__.c[column] == submission))

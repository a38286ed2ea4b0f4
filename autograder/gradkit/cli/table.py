"""The table of a class: student by assignment, with points and a mark for each problem."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import asdict
from typing import Any

from rich.table import Table
from rich.text import Text

from gradkit.cli.output import escape_controls
from gradkit.grading.record import Record
from gradkit.messages import message, shown
from gradkit.text import points
from gradkit.wire.kinds import meaning_of

# mark -> meaning, in the legend's order
MARKS = {
    "?": message("not graded: the grader failed"),
    "x": message("refused"),
    "!": message("something went wrong: see the feedback page"),
    "~": message("late"),
    "o": message("left, so not in the gradebook"),
    "e": message("excused: does not count"),
    "*": message("look at this: see gradkit report"),
}


def mark_of(record: Record, late: bool = False, gone: bool = False, excused: bool = False) -> str:
    """The marks after a record's points; "" if there is nothing to look at."""
    return ("o" if gone else "") + ("e" if excused else "") + _mark_of(record, late and not excused)


def _mark_of(record: Record, late: bool) -> str:
    if record.status == "error":
        return "?"
    if record.status == "refused":
        return "x"
    if record.output or record.problems or any(test.kind and meaning_of(test.kind).marked for test in record.tests):
        mark = "!"
    else:
        mark = "~" if late else ""
    return mark + ("*" if record.look_at else "")


def class_table(
    records: Sequence[Record],
    assignments: Sequence[str],
    late: Set[tuple[str, str]],
    gone: Set[str] = frozenset(),
    excused: Set[tuple[str, str]] = frozenset(),
) -> Table:
    """One row per student, one column per assignment.

    Args:
        records: the records.
        assignments: the columns.
        late: (student, assignment) of submissions with a late penalty.
        gone: students who were removed from the gradebook.
        excused: (student, assignment) that does not count, with a record or without.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(message("student"))
    for name in assignments:
        best = next((record.max_score for record in records if record.assignment == name), 0)
        table.add_column(f"{name.partition('_')[0]} /{points(best)}", justify="right")
    found = {(record.student, record.assignment): record for record in records}
    for student in sorted({record.student for record in records}):
        cells = [
            _cell(found.get((student, name)), (student, name) in late, student in gone, (student, name) in excused)
            for name in assignments
        ]
        table.add_row(Text(escape_controls(student)), *cells)
    return table


def _cell(record: Record | None, late: bool, gone: bool, excused: bool) -> Text:
    if record is None:
        return Text("- e" if excused else "-  ", style="dim")
    score = "-" if record.score is None else points(record.score)
    return Text(f"{score} {mark_of(record, late, gone, excused) or ' '}")


def legend(
    records: Sequence[Record],
    late: Set[tuple[str, str]],
    gone: Set[str] = frozenset(),
    excused: Set[tuple[str, str]] = frozenset(),
) -> str:
    """The meanings of the marks used in the table."""
    students, assignments = ({getattr(each, name) for each in records} for name in ("student", "assignment"))
    used = {"e" for student, name in excused if student in students and name in assignments}
    for record in records:
        key = (record.student, record.assignment)
        used.update(mark_of(record, key in late, record.student in gone, key in excused))
    return "   ".join(f"{mark} {shown(text)}" for mark, text in MARKS.items() if mark in used)


def as_rows(
    records: Sequence[Record],
    late: Set[tuple[str, str]],
    gone: Set[str] = frozenset(),
    excused: Set[tuple[str, str]] = frozenset(),
) -> list[dict[str, Any]]:
    """The same as plain data, for ``--json``."""
    return [
        {
            "student": record.student,
            "assignment": record.assignment,
            "status": record.status,
            "score": record.score,
            "max_score": record.max_score,
            "late": (record.student, record.assignment) in late,
            "gone": record.student in gone,
            "excused": (record.student, record.assignment) in excused,
            "output": record.output,
            "problems": list(record.problems),
            "look_at": [asdict(sign) for sign in record.look_at],
        }
        for record in records
    ]

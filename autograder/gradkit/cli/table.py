"""The table of a class: student by assignment, with points and a mark for each problem."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import asdict
from typing import Any

from rich.table import Table
from rich.text import Text

from gradkit.cli.output import escape_controls
from gradkit.grading.record import Record
from gradkit.text import points
from gradkit.wire.kinds import meaning_of

# mark -> meaning, in the legend's order
MARKS = {
    "?": "not graded: the grader failed",
    "x": "refused",
    "!": "something went wrong: see the feedback page",
    "~": "late",
    "o": "left, so not in the gradebook",
    "*": "look at this: see gradkit report",
}


def mark_of(record: Record, late: bool = False, gone: bool = False) -> str:
    """The marks after a record's points; "" if there is nothing to look at."""
    return ("o" if gone else "") + _mark_of(record, late)


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
    records: Sequence[Record], assignments: Sequence[str], late: Set[tuple[str, str]], gone: Set[str] = frozenset()
) -> Table:
    """One row per student, one column per assignment.

    Args:
        records: the records.
        assignments: the columns.
        late: (student, assignment) of submissions with a late penalty.
        gone: students who were removed from the gradebook.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("student")
    for name in assignments:
        best = next((record.max_score for record in records if record.assignment == name), 0)
        table.add_column(f"{name.partition('_')[0]} /{points(best)}", justify="right")
    found = {(record.student, record.assignment): record for record in records}
    for student in sorted({record.student for record in records}):
        cells = [_cell(found.get((student, name)), (student, name) in late, student in gone) for name in assignments]
        table.add_row(Text(escape_controls(student)), *cells)
    return table


def _cell(record: Record | None, late: bool, gone: bool) -> Text:
    if record is None:
        return Text("-  ", style="dim")
    score = "-" if record.score is None else points(record.score)
    return Text(f"{score} {mark_of(record, late, gone) or ' '}")


def legend(records: Sequence[Record], late: Set[tuple[str, str]], gone: Set[str] = frozenset()) -> str:
    """The meanings of the marks used in the table."""
    used = {
        mark
        for record in records
        for mark in mark_of(record, (record.student, record.assignment) in late, record.student in gone)
    }
    return "   ".join(f"{mark} {text}" for mark, text in MARKS.items() if mark in used)


def as_rows(
    records: Sequence[Record], late: Set[tuple[str, str]], gone: Set[str] = frozenset()
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
            "output": record.output,
            "problems": list(record.problems),
            "look_at": [asdict(sign) for sign in record.look_at],
        }
        for record in records
    ]

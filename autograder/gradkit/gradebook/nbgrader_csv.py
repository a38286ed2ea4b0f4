"""The CSV that ``nbgrader export`` writes, by nbgrader's own exporter, with no cell that is a formula."""

from __future__ import annotations

import csv
import io
from pathlib import Path

# nbgrader has annotations but does not declare them (no py.typed).
from nbgrader.plugins import CsvExportPlugin  # type: ignore[import-untyped]

from gradkit.course import Course
from gradkit.gradebook.database import open_gradebook
from gradkit.gradebook.marks import read_marks
from gradkit.gradebook.quiet import gathered_log
from gradkit.spreadsheet import to_csv
from gradkit.temporary import TemporaryFolder


def export_csv(course: Course) -> str:
    """Every student and assignment of the gradebook, with nbgrader's own columns.

    Raises:
        GradebookUnavailable: the gradebook cannot be used now.
    """
    for name in course.assignment_ids:
        read_marks(course, name)  # late penalties, as they are now
    with TemporaryFolder("gradkit-export") as folder, open_gradebook(course) as gradebook, gathered_log("export"):
        plugin = CsvExportPlugin()
        plugin.to = str(Path(folder) / "grades.csv")
        plugin.export(gradebook)
        text = Path(plugin.to).read_text(encoding="utf-8")
    header, *rows = list(csv.reader(io.StringIO(text, newline="")))
    return to_csv(header, [[_number(value) for value in row] for row in rows])


def _number(value: str) -> str | float:
    """A number stays one: what begins with a minus sign need not be a formula."""
    try:
        return float(value)
    except ValueError:
        return value

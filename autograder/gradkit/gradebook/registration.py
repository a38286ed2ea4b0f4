"""Enter an assignment in nbgrader's gradebook, by nbgrader's own ``generate_assignment``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

# nbgrader has annotations but does not declare them (no py.typed).
from nbgrader.api import Assignment as AssignmentRow  # type: ignore[import-untyped]
from nbgrader.api import Gradebook
from nbgrader.utils import parse_utc  # type: ignore[import-untyped]
from sqlalchemy import select

from gradkit.course import Assignment, Course
from gradkit.errors import BuildError, GradkitError
from gradkit.gradebook.database import alone, database_url
from gradkit.gradebook.database_errors import PATIENCE, advice_on, trouble
from gradkit.gradebook.generate import generate_assignment
from gradkit.gradebook.notebooks import read_released
from gradkit.gradebook.rows import transaction
from gradkit.messages import message, sentences, with_commas
from gradkit.temporary import TemporaryFolder
from gradkit.text import points


def register(
    gradebook: Gradebook, course: Course, assignment: Assignment, staged: Path, patience: float = PATIENCE
) -> bool:
    """Enter an assignment's cells, points and due time in the gradebook unless they are there.

    Args:
        gradebook: from ``open_gradebook``.
        course: the course.
        assignment: the assignment; its released notebook must exist.
        staged: the folder that holds the assignment's staged source folder (stripped of solutions).
        patience: seconds to wait while another program writes to the gradebook.

    Returns:
        Whether anything had to be entered.

    Raises:
        BuildError: the released notebook is missing or older than ``assignment.toml``, or nbgrader rejected the
            staged one.
        GradebookUnavailable: the gradebook cannot be used now.
        GradkitError: cells were added or removed after submissions had been graded.
    """
    path = course.release(assignment.id) / assignment.notebook
    released = _cells_released(path)
    current = _is_current(gradebook, course, assignment, released)
    _check_released_points(path, released, assignment)
    if current:
        return False
    with alone(course, patience), TemporaryFolder("gradkit-register") as folder:
        if _is_current(gradebook, course, assignment, released):  # by another run meanwhile
            return False
        try:
            generate_assignment(
                staged,
                folder,
                database_url=database_url(course, patience).render_as_string(),
                course_id=course.id,
                assignment_id=assignment.id,
                due=assignment.due,
            )
        except BuildError as error:
            if advice_on(error.message):
                raise trouble(course.gradebook_place, error.message.splitlines()[-1], error.message) from error
            raise
    return True


def _is_current(
    gradebook: Gradebook,
    course: Course,
    assignment: Assignment,
    released: Mapping[str, tuple[float | None, str | None]],
) -> bool:
    """Whether the gradebook has the released cells and the due time.

    Raises:
        GradkitError: cells were added or removed after submissions had been graded.
    """
    with transaction(gradebook, course) as db:
        row = db.scalar(select(AssignmentRow).where(AssignmentRow.name == assignment.id))
        entered = _cells_entered(row, assignment) if row is not None else {}
        if entered and entered.keys() != released.keys() and row.submissions:
            changed = ", ".join(sorted(entered.keys() ^ released.keys()))
            away = (
                message(
                    "Export the manual grades (`nbgrader export`), move the file away and grade again; or undo the "
                    "change."
                )
                if course.server is None
                else message(
                    "Export the manual grades (`nbgrader export`), set `database` to an empty one and grade again; or "
                    "undo the change."
                )
            )
            text = message(
                "{place}: questions of {assignment} were added or removed ({questions}) after submissions had been "
                "graded, which nbgrader's gradebook does not support.",
                place=course.gradebook_place,
                assignment=assignment.id,
                questions=changed,
            )
            raise GradkitError(sentences(text, away))
        return bool(entered == released and row.duedate == parse_utc(assignment.due))


def _cells_released(path: Path) -> dict[str, tuple[float | None, str | None]]:
    """The points and checksum of each cell that the released notebook names."""
    cells = [cell["metadata"].get("nbgrader") for cell in read_released(path)["cells"]]
    return {cell["grade_id"]: (cell.get("points"), cell.get("checksum")) for cell in cells if cell}


def _check_released_points(
    path: Path, released: Mapping[str, tuple[float | None, str | None]], assignment: Assignment
) -> None:
    """Check that the released points are those of ``assignment.toml``.

    Raises:
        BuildError: they are not.
    """
    wanted = {question.id: question.points for question in assignment.questions}
    wanted |= {question.id: question.points for question in assignment.written}
    given = {name: value for name, (value, _) in released.items() if value is not None}
    differ = [
        message(
            "{question} {found} (assignment.toml: {expected})",
            question=name,
            found=points(given[name]) if name in given else message("none"),
            expected=points(wanted.get(name, 0.0)),
        )
        for name in sorted(wanted.keys() | given.keys())
        if wanted.get(name) != given.get(name)
    ]
    if differ:
        raise BuildError(
            message(
                "{path}: its points differ from assignment.toml's: {questions}. Run `make release`, then `make grade`.",
                path=path,
                questions=with_commas(differ),
            )
        )


def _cells_entered(row: Any, assignment: Assignment) -> dict[str, tuple[float | None, str | None]]:
    """The points and checksum of each cell that the gradebook has."""
    notebooks = [notebook for notebook in row.notebooks if notebook.name == assignment.topic]
    points = {cell.name: cell.max_score for notebook in notebooks for cell in notebook.grade_cells}
    return {
        cell.name: (points.get(cell.name), cell.checksum) for notebook in notebooks for cell in notebook.source_cells
    }

"""``gradkit feedback``: put the feedback pages into nbgrader's exchange."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gradkit.cli.console import complain, find_course, out


def feedback(
    assignments: Annotated[list[str] | None, typer.Argument(help="Assignments to release; all by default.")] = None,
    course: Annotated[Path | None, typer.Option(help="The course's folder.")] = None,
) -> None:
    """Make the feedback pages anew, with every manual score and comment, and release them to the students."""
    from gradkit.classroom.feedback import release_feedback

    report = release_feedback(find_course(course), assignments or None)
    for name in report.released:
        out.print(f"{name}: feedback released")
    for line in report.problems:
        complain(line)
    raise typer.Exit(1 if report.problems else 0)

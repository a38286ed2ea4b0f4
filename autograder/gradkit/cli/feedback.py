"""``gradkit feedback``: put the feedback pages into nbgrader's exchange."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gradkit.cli.console import complain, find_course, out, require_current


def feedback(
    assignments: Annotated[list[str] | None, typer.Argument(help="Assignments to release; all by default.")] = None,
    stale: Annotated[bool, typer.Option("--stale", help="Also release what is out of date.")] = False,
    course: Annotated[Path | None, typer.Option(help="The course's folder.")] = None,
) -> None:
    """Make the feedback pages again, with all manual scores and comments, and release them to students."""
    from gradkit.classroom.releasing import release_feedback

    found = find_course(course)
    require_current(found, assignments or (), stale=stale)
    report = release_feedback(found, assignments or None)
    for name in report.released:
        out.print(f"{name}: feedback released")
    if report.left_out:
        complain(f"left out because they are not in the gradebook: {', '.join(report.left_out)}")
    for line in report.problems:
        complain(line)
    raise typer.Exit(1 if report.problems else 0)

"""``gradkit collect``: bring submissions in from nbgrader's exchange, a folder of zip files, or repositories."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gradkit.cli.console import complain, find_course, out
from gradkit.errors import UsageError


def collect(
    assignments: Annotated[list[str] | None, typer.Argument(help="Assignments to collect; all by default.")] = None,
    zips: Annotated[
        Path | None, typer.Option("--zip", help="Collect a folder of uploaded zip files (an LMS download) instead.")
    ] = None,
    pattern: Annotated[
        str | None, typer.Option(help="With --zip: a regular expression for the file names; see docs/instructors.md.")
    ] = None,
    roster: Annotated[
        Path | None, typer.Option("--git", help="Collect from the repositories that this CSV file lists instead.")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(help="With --git: the deadline, as 2026-10-05T22:00:00Z; what came later does not count."),
    ] = None,
    branch: Annotated[
        str | None, typer.Option(help="With --git: the branch; each one's default branch otherwise.")
    ] = None,
    pushes: Annotated[
        Path | None, typer.Option(help="With --git: the server's record of pushes, a CSV file; see docs/ci.md.")
    ] = None,
    course: Annotated[Path | None, typer.Option(help="The course's folder.")] = None,
) -> None:
    """Bring submissions into submitted/.

    Every one is looked at before it is copied or unpacked; one that is refused is named, and the others come in.
    """
    from gradkit.classroom.collecting import Repositories, collect_class
    from gradkit.gradebook.roster import zoned_time

    if roster is None and (until, branch, pushes) != (None, None, None):
        raise UsageError("--until, --branch and --pushes say which commit counts; they need --git FILE.")
    deadline = None if until is None else zoned_time("--until", until)
    repositories = None if roster is None else Repositories(roster, deadline, branch, pushes)
    report = collect_class(find_course(course), assignments or None, zips, pattern, repositories)
    out.print(f"{report.collected} submission{'' if report.collected == 1 else 's'} collected.")
    for line in (*report.warnings, *report.refused):
        complain(line)
    raise typer.Exit(1 if report.refused else 0)

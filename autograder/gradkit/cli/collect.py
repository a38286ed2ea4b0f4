"""``gradkit collect``: bring submissions in from nbgrader's exchange, or from a folder of zip files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gradkit.cli.console import complain, find_course, out


def collect(
    assignments: Annotated[list[str] | None, typer.Argument(help="Assignments to collect; all by default.")] = None,
    zips: Annotated[
        Path | None, typer.Option("--zip", help="Collect a folder of uploaded zip files (an LMS download) instead.")
    ] = None,
    pattern: Annotated[
        str | None, typer.Option(help="With --zip: a regular expression for the file names; see docs/instructors.md.")
    ] = None,
    course: Annotated[Path | None, typer.Option(help="The course's folder.")] = None,
) -> None:
    """Bring submissions into submitted/.

    Every one is looked at before it is copied or unpacked; one that is refused is named, and the others come in.
    """
    from gradkit.classroom.collecting import collect_class

    report = collect_class(find_course(course), assignments or None, zips, pattern)
    out.print(f"{report.collected} submission{'' if report.collected == 1 else 's'} collected.")
    for line in (*report.warnings, *report.refused):
        complain(line)
    raise typer.Exit(1 if report.refused else 0)

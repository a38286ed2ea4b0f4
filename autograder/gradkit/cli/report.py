"""``gradkit report``: how the class did, on one page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from gradkit.cli.console import complain, find_course, out, shown


def report(
    output: Annotated[
        Path | None, typer.Option(help="The folder to write to; report/ in the course's folder by default.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    course: Annotated[Path | None, typer.Option(help="The course's folder.")] = None,
) -> None:
    """Write the class report: scores, questions, misconceptions, who is missing, who wrote alike."""
    from gradkit.classroom.reporting import make_report
    from gradkit.report.tables import as_data

    found = find_course(course)
    made = make_report(found, output or found.root / "report")
    if as_json:
        out.print_json(json.dumps(as_data(made.report)))
    else:
        for one in made.report.assignments:
            mean = "" if one.scores.mean is None else f", mean {one.scores.mean:.1f} of {one.max_score:g} points"
            out.print(f"{one.id}: {one.scores.number} graded, {len(one.missing)} missing{mean}", soft_wrap=True)
        out.print(f"\nreport: {shown(made.page)}", soft_wrap=True)
    for line in made.problems:
        complain(line)
    raise typer.Exit(1 if made.problems else 0)

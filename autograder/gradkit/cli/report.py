"""``gradkit report``: how the class did, on one page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from gradkit.cli.console import check_folder, complain, find_course, out, see_that_all_is_current, short_path
from gradkit.errors import UsageError


def report(
    output: Annotated[
        Path | None, typer.Option(help="The folder to write to; report/ in the course's folder by default.")
    ] = None,
    results: Annotated[
        Path | None, typer.Option(help="Report on the records of this folder; no gradebook, no feedback pages.")
    ] = None,
    submissions: Annotated[
        Path | None, typer.Option(help="With --results: what was handed in, for similar pairs.")
    ] = None,
    stale: Annotated[bool, typer.Option("--stale", help="Report also on what is out of date.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    course: Annotated[Path | None, typer.Option(help="The course's folder.")] = None,
) -> None:
    """Write the class report: scores, questions, misconceptions, who is missing, who wrote alike."""
    from gradkit.classroom.reporting import make_report, report_on
    from gradkit.report.tables import as_data
    from gradkit.text import points

    if submissions is not None and results is None:
        raise UsageError("--submissions DIR is what the records of --results DIR were made from; give both.")
    found = find_course(course)
    target = output or found.report
    check_folder("--output", target)
    see_that_all_is_current(found, stale=stale or results is not None)
    made = make_report(found, target) if results is None else report_on(found, target, results, submissions)
    if as_json:
        out.print_json(json.dumps(as_data(made.report)))
    else:
        for one in made.report.assignments:
            mean = one.scores.mean
            told = "" if mean is None else f", mean {points(mean)} of {points(one.max_score)} points"
            out.print(f"{one.id}: {one.scores.number} graded, {len(one.missing)} missing{told}", soft_wrap=True)
        out.print(f"\nreport: {short_path(made.page)}", soft_wrap=True)
    if made.left_out:
        complain(f"left out, since the gradebook does not have them: {', '.join(made.left_out)}")
    for line in made.problems:
        complain(line)
    raise typer.Exit(1 if made.problems else 0)

"""``gradkit collect``: collect submissions from nbgrader's exchange, a folder of zip files, or repositories."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gradkit.cli.output import complain, err, escape_controls, find_course, out
from gradkit.errors import UsageError
from gradkit.messages import message, plural
from gradkit.term.runs import only_run

if TYPE_CHECKING:
    from gradkit.classroom.collecting import Incoming


def collect(
    assignments: Annotated[list[str] | None, typer.Argument(help="Assignments to collect; all by default.")] = None,
    zips: Annotated[
        Path | None, typer.Option("--zip", help="Collect an LMS download instead, a zip file or a folder.")
    ] = None,
    pattern: Annotated[
        str | None,
        typer.Option(
            help="With --zip: canvas, moodle, brightspace, blackboard, or a regular expression for the names."
        ),
    ] = None,
    times: Annotated[
        Path | None,
        typer.Option(help="With --zip: when each was handed in, a CSV file or Moodle's grading worksheet."),
    ] = None,
    people: Annotated[
        Path | None,
        typer.Option("--roster", help="With --zip or --classroom50: whose the platform's ids are, a CSV file."),
    ] = None,
    roster: Annotated[
        Path | None, typer.Option("--git", help="Collect from the repositories listed in this CSV file instead.")
    ] = None,
    classroom50: Annotated[
        str | None,
        typer.Option(
            metavar="ORG/CLASSROOM",
            help="Collect from a classroom of Classroom 50 instead; also a URL or folder with its files.",
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            help="With --git or --classroom50: the deadline, as 2026-10-05T22:00:00Z; later commits do not count."
        ),
    ] = None,
    branch: Annotated[
        str | None,
        typer.Option(help="With --git or --classroom50: the branch; each repository's default branch by default."),
    ] = None,
    pushes: Annotated[
        Path | None,
        typer.Option(help="With --git or --classroom50: the server's record of pushes, a CSV file; see docs/ci.md."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what became of each upload as JSON.")] = False,
    course: Annotated[Path | None, typer.Option(help="The course's folder.")] = None,
) -> None:
    """Collect submissions into submitted/.

    Each one is checked before it is copied or unpacked. Refused ones are listed; the others are collected.
    """
    from gradkit.classroom.collecting import Repositories, collect_class
    from gradkit.collect.repository_list import zoned_time

    if classroom50 is not None and people is None:
        raise UsageError(message("--classroom50 ORG/CLASSROOM needs --roster FILE, which says who is who."))
    if classroom50 is not None and roster is not None:
        raise UsageError(message("--git and --classroom50 exclude each other: give one of them."))
    listed = roster if classroom50 is None else people
    if listed is None and (until, branch, pushes) != (None, None, None):
        raise UsageError(
            message("--until, --branch and --pushes select a commit: they need --git FILE or --classroom50.")
        )
    deadline = None if until is None else zoned_time("--until", until)
    found = find_course(course)
    repositories = None if listed is None else Repositories(listed, deadline, branch, pushes, classroom50)
    whose = people if classroom50 is None else None
    with only_run(found, lambda sentence: err.print(sentence, soft_wrap=True)):
        report = collect_class(found, assignments or None, zips, pattern, repositories, times, whose)
    if zips is None and listed is None and not found.exchange.is_dir():
        from gradkit.collect.exchange import missing_exchange

        raise UsageError(missing_exchange(found))
    if as_json:
        out.print_json(json.dumps(asdict(report)))
    else:
        out.print(plural("{n} submission collected.", "{n} submissions collected.", report.collected))
        if zips is not None:
            _account_for(report)
    for line in (*report.warnings, *report.refused):
        complain(line)
    raise typer.Exit(1 if report.refused else 0)


def _account_for(report: Incoming) -> None:
    """Print each upload that was taken or passed over; refusals are printed with their reasons."""
    for entry in report.entries:
        if entry.status == "taken":
            line = message(
                'taken: "{name}": {student}, {assignment}',
                name=entry.name,
                student=entry.student,
                assignment=entry.assignment,
            )
            err.print(escape_controls(line), soft_wrap=True)
        elif entry.status in ("superseded", "unchanged", "ignored"):
            line = message('not taken: "{name}": {reason}.', name=entry.name, reason=entry.reason)
            err.print(escape_controls(line), soft_wrap=True)

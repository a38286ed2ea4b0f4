"""``gradkit feedback``: pages for students. ``gradkit report``: how the class did, on one page."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gradkit.cli.output import check_file, check_folder, complain, find_course, out, require_current, short_path
from gradkit.errors import UsageError
from gradkit.messages import Message, message, with_commas
from gradkit.text import points

if TYPE_CHECKING:
    from gradkit.course import Course
    from gradkit.report import AssignmentReport


def report(
    output: Annotated[
        Path | None, typer.Option(help="The folder to write to; report/ in the course's folder by default.")
    ] = None,
    results: Annotated[
        Path | None, typer.Option(help="Report on the records in this folder, without gradebook and feedback pages.")
    ] = None,
    submissions: Annotated[
        Path | None, typer.Option(help="With --results: the submissions, for similar pairs.")
    ] = None,
    stale: Annotated[bool, typer.Option("--stale", help="Also report on what is out of date.")] = False,
    bom: Annotated[
        bool, typer.Option("--bom", help="Begin the CSV files with a byte order mark, so that Excel reads UTF-8.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    serve: Annotated[
        bool, typer.Option("--serve", help="Then show it in this machine's browser, up to date, until Ctrl-C.")
    ] = False,
    course: Annotated[Path | None, typer.Option(help="The course's folder.")] = None,
) -> None:
    """Write the class report: scores, questions, misconceptions, missing students and similar submissions."""
    from gradkit.classroom.reporting import make_report, report_on
    from gradkit.report.tables import as_data

    if serve and (output, results, as_json) != (None, None, False):
        raise UsageError(
            message("--serve shows the course's own report: give no --output, --results or --json with it.")
        )
    if submissions is not None and results is None:
        raise UsageError(message("--submissions DIR holds the submissions behind --results DIR: give both."))
    found = find_course(course)
    target = output or found.report
    check_folder("--output", target)
    require_current(found, stale=stale or results is not None)
    if results is None:
        made = make_report(found, target, bom=bom)
    else:
        made = report_on(found, target, results, submissions, bom=bom)
    if as_json:
        out.print_json(json.dumps(as_data(made.report)))
    else:
        for assignment in made.report.assignments:
            excused = sum(assignment.id in line.excused for line in made.report.students)
            out.print(_figures(assignment, excused), soft_wrap=True)
        out.print()
        out.print(message("report: {path}", path=short_path(made.page)), soft_wrap=True)
    if made.left_out:
        complain(message("left out because they have left the course: {names}", names=", ".join(made.left_out)))
    for line in made.problems:
        complain(line)
    if serve:
        _serve(found)
    raise typer.Exit(1 if made.problems else 0)


def _figures(assignment: AssignmentReport, excused: int) -> Message:
    """An assignment's figures in a line."""
    parts = [
        message("{n} graded", n=assignment.scores.number),
        message("{n} missing", n=len(assignment.missing)),
    ]
    if excused:
        parts.append(message("{n} excused (e)", n=excused))
    if (mean := assignment.scores.mean) is not None:
        parts.append(message("mean {mean} of {most} points", mean=points(mean), most=points(assignment.max_score)))
    return message("{assignment}: {figures}", assignment=assignment.id, figures=with_commas(parts))


def _serve(course: Course) -> None:
    from gradkit.classroom.serving import ReportServer

    with ReportServer(course) as server, suppress(KeyboardInterrupt):
        out.print(f"\n{server.address}", soft_wrap=True)
        out.print(message("Only this machine reaches it; Ctrl-C ends it."), soft_wrap=True)
        server.serve_forever()


def feedback(
    assignments: Annotated[list[str] | None, typer.Argument(help="Assignments to release; all by default.")] = None,
    platform: Annotated[
        str | None,
        typer.Option("--zip", help="Pack the pages for moodle or canvas instead, to upload as feedback files."),
    ] = None,
    output: Annotated[Path | None, typer.Option(help="With --zip: the zip file to write.")] = None,
    mail: Annotated[
        Path | None, typer.Option(help="Write a message for each student into this folder instead; nothing is sent.")
    ] = None,
    roster: Annotated[Path | None, typer.Option(help="With --mail: the students' addresses, a CSV file.")] = None,
    stale: Annotated[bool, typer.Option("--stale", help="Also release what is out of date.")] = False,
    course: Annotated[Path | None, typer.Option(help="The course's folder.")] = None,
) -> None:
    """Make the feedback pages again, with all manual scores and comments, and release them to students."""
    from gradkit.classroom.releasing import release_feedback

    found = find_course(course)
    if (platform, mail) != (None, None) and len(assignments or ()) != 1:
        raise UsageError(message("--zip and --mail are for one assignment: name it."))
    if (platform is None) != (output is None) or (mail is None) != (roster is None):
        raise UsageError(message("--zip PLATFORM needs --output FILE, and --mail DIR needs --roster FILE."))
    check_file("--output", output)
    require_current(found, assignments or (), stale=stale)
    report = release_feedback(found, assignments or None, exchange=platform is None and mail is None)
    lacking: list[str] = []
    if assignments and platform is not None and output is not None:
        lacking = _pack(found, assignments[0], platform, output)
    elif assignments and mail is not None and roster is not None:
        lacking = _write_messages(found, assignments[0], roster, mail)
    else:
        for name in report.released:
            out.print(message("{name}: feedback released", name=name))
    if report.left_out:
        complain(message("left out because they have left the course: {names}", names=", ".join(report.left_out)))
    for line in (*lacking, *report.problems):
        complain(line)
    raise typer.Exit(1 if lacking or report.problems else 0)


def _pack(course: Course, assignment: str, platform: str, output: Path) -> list[str]:
    from gradkit.classroom.handing_back import pack

    left_out = pack(course, assignment, platform, output)
    out.print(message("{name}: feedback in {path}", name=assignment, path=short_path(output)), soft_wrap=True)
    return (
        [message("left out, as their work did not come from there: {names}", names=", ".join(left_out))]
        if left_out
        else []
    )


def _write_messages(course: Course, assignment: str, roster: Path, folder: Path) -> list[str]:
    from gradkit.classroom.handing_back import write_messages
    from gradkit.classroom.renaming import people

    left_out = write_messages(course, assignment, people(course, roster), folder)
    out.print(message("{name}: messages in {path}", name=assignment, path=short_path(folder)), soft_wrap=True)
    return (
        [message("left out, without an address in the roster: {names}", names=", ".join(left_out))] if left_out else []
    )

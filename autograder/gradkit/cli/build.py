"""``gradkit new``: the files of a new assignment. ``gradkit build``: ``release/`` and ``solutions/`` from them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from gradkit.cli.output import complain, find_course, out, short_path
from gradkit.errors import UsageError
from gradkit.messages import message, plural


def build(
    assignments: Annotated[list[str] | None, typer.Argument(help="Assignments to build; all by default.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Only check whether both folders are up to date.")] = False,
    publish: Annotated[
        bool, typer.Option("--publish", help="Also put the release into nbgrader's exchange for students to fetch.")
    ] = False,
    extract: Annotated[
        bool,
        typer.Option(
            "--extract", help="Only enter new texts into the catalogues of translations; begins those of ASSIGNMENTS."
        ),
    ] = False,
    course: Annotated[Path | None, typer.Option(help="The course's folder.")] = None,
) -> None:
    """Make release/ and solutions/ from assignments/, in the course's language; beside it, release/zh/ in Chinese.

    Solutions are removed at the markers and nbgrader makes the released notebooks. Nothing is written if a solution, a
    hidden test or other instructor material would be released.
    """
    from gradkit.collect.exchange import publish as publish_assignment
    from gradkit.release import build_course, check_course
    from gradkit.release import extract as extract_texts

    if check and publish:
        raise UsageError(message("--check changes nothing, --publish builds and publishes: give one of them."))
    if extract and (check or publish):
        raise UsageError(message("--extract only updates catalogues: give it without --check and --publish."))
    found = find_course(course)
    if extract:
        left = extract_texts(found, assignments or None)
        for line in left:
            out.print(line, soft_wrap=True, markup=False)
        out.print(
            plural(
                "The catalogues are up to date; {n} text is left to translate.",
                "The catalogues are up to date; {n} texts are left to translate.",
                len(left),
            )
            if left
            else message("The catalogues are up to date.")
        )
        return
    if check:
        differences = check_course(found, assignments or None)
        for line in differences:
            complain(line)
        if differences:
            complain(message("release/ and solutions/ are not up to date with assignments/. Run `make release`."))
            raise typer.Exit(1)
        out.print(message("release/ and solutions/ are up to date."))
        return
    report = build_course(found, assignments or None)
    for name in report.assignments:
        out.print(message("{name}: built", name=name))
        if publish:
            publish_assignment(found, name)
            out.print(message("{name}: in the exchange", name=name))


def new(
    assignment: Annotated[str, typer.Argument(help="The new assignment's id, as in hw9_attention.")],
    title: Annotated[str | None, typer.Option(help="Its title on pages; derived from the id by default.")] = None,
    due: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The due date; in two weeks by default.")
    ] = None,
    course: Annotated[Path | None, typer.Option(help="The course's folder.")] = None,
) -> None:
    """Write a new assignment with one small worked question: source, hidden suite, mistakes bank and accepted variants.

    It can be built, audited and graded at once; replace it piece by piece, as docs/authoring.md explains.
    """
    from gradkit.release.new import scaffold

    deadline = None if due is None else due.replace(hour=22, tzinfo=UTC)
    for path in scaffold(find_course(course), assignment, title, deadline):
        out.print(short_path(path), soft_wrap=True)
    out.print()
    out.print(
        message(
            "Next: gradkit build {assignment}, then gradkit audit {assignment}; see docs/authoring.md",
            assignment=assignment,
        ),
        soft_wrap=True,
    )

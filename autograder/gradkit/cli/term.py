"""``gradkit term``: begin a new term."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from gradkit.cli.output import complain, err, find_course, out, short_path
from gradkit.course import Course
from gradkit.errors import UsageError
from gradkit.messages import message, plural, shown
from gradkit.term.reckoning import later
from gradkit.term.runs import only_run

app = typer.Typer(help="Begin a new term.", no_args_is_help=True, rich_markup_mode=None, add_completion=False)


@app.callback()
def _commands() -> None:
    pass


@app.command("new")
def new(
    name: Annotated[str | None, typer.Option(help="The archive's name; today's date by default.")] = None,
    shift_days: Annotated[
        int | None, typer.Option(min=1, help="Move each due time by this many days; 364 keeps the day of the week.")
    ] = None,
    due: Annotated[
        list[str] | None,
        typer.Option(metavar="HW=TIME", help="Set one due time, as hw1=2027-03-01T22:00:00Z; repeatable."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    course: Annotated[Path | None, typer.Option(help="The course's folder.")] = None,
) -> None:
    """Archive the old term in terms/NAME and verify the copy, then set new due times and a new secret.

    The archive holds submissions, records, gradebook, notebooks, feedback, report, release, course files, secret and
    the exchange. What the term produced is then removed, and the exchange's inbound folder is emptied. An interrupted
    run is finished by the next one.
    """
    from gradkit.classroom.term import FOLDER, finish_term, new_term, unfinished

    found = find_course(course)
    half = unfinished(found)
    if half is not None:
        err.print(message("Finishing an interrupted run: {path}", path=short_path(half)), soft_wrap=True)
        with only_run(found, partial(err.print, soft_wrap=True)):
            made = finish_term(found, half, _tell)
    else:
        times = _due_times(found, shift_days, due or [], ask=not yes)
        title = name or f"{datetime.now().astimezone():%Y-%m-%d}"
        for assignment, time in times.items():
            out.print(message("{assignment}: due {time}", assignment=assignment, time=time.isoformat()), soft_wrap=True)
        target = short_path(found.root / FOLDER / title)
        question = message(
            "Archive the old term of {course} in {archive}, and begin this one?", course=found.id, archive=target
        )
        if not yes and not typer.confirm(shown(question)):
            raise UsageError(message("Nothing was changed."))
        with only_run(found, partial(err.print, soft_wrap=True)):
            made = new_term(found, title, times, _tell)
    for line in made.left:
        complain(line)
    path = short_path(made.archive)
    out.print(
        plural("archive: {path} ({n} file)", "archive: {path} ({n} files)", made.files, path=path), soft_wrap=True
    )
    out.print(message("The secret and the due times are new. Next: `gradkit build --publish`"), soft_wrap=True)
    raise typer.Exit(1 if made.left else 0)


def _tell(step: str) -> None:
    err.print(message("{step} ...", step=step), style="dim")


def _due_times(course: Course, shift_days: int | None, given: Sequence[str], *, ask: bool) -> dict[str, datetime]:
    """The new due time of each assignment: given, shifted, or prompted for.

    Raises:
        UsageError: a time or an assignment is invalid.
    """
    from gradkit.collect.repository_list import zoned_time

    times: dict[str, datetime] = {}
    for text in given:
        assignment, _, time = text.partition("=")
        course.assignment(assignment)
        times[assignment] = zoned_time(f"--due {assignment}", time)
    for assignment in course.assignment_ids:
        if assignment in times:
            continue
        before = course.assignment(assignment).due
        if shift_days is not None:
            times[assignment] = later(before, shift_days, course.zone)
        elif ask:
            year_later = later(before, 364, course.zone).isoformat()
            question = message("{assignment} was due {time}; now", assignment=assignment, time=before.isoformat())
            times[assignment] = zoned_time(assignment, typer.prompt(shown(question), year_later))
    return times

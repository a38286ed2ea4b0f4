"""``gradkit gradebook``: move the gradebook to another database."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from gradkit.cli.output import err, find_course, out, short_path
from gradkit.course import Course
from gradkit.course.server_url import EXAMPLE, SCHEME, check_server_url
from gradkit.errors import UsageError
from gradkit.messages import message
from gradkit.term.runs import only_run

app = typer.Typer(
    help="Copy the gradebook to another database.", no_args_is_help=True, rich_markup_mode=None, add_completion=False
)


_COUNTED = ("student", "assignment", "submitted_assignment", "grade", "comment")
_COPIED = message(
    "copied and compared: {student} students, {assignment} assignments, {submitted_assignment} submissions, {grade} "
    "grades, {comment} comments; {total} rows in total"
)


@app.callback()
def _commands() -> None:
    pass


@app.command("copy")
def copy(
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="URL|PATH",
            help=f"An empty database on a PostgreSQL server, as {EXAMPLE}, or the path of a new SQLite file.",
        ),
    ],
    course: Annotated[Path | None, typer.Option(help="The course's folder.")] = None,
) -> None:
    """Copy the whole gradebook, manual grading included, into an empty database, and compare the copy.

    The gradebook itself is not changed. To use the copy, set `database` in course.toml. Nobody should grade in between.
    """
    from gradkit.gradebook.copying import copy_gradebook

    found = find_course(course)
    target = _target(to)
    with only_run(found, partial(err.print, soft_wrap=True)):
        rows = copy_gradebook(found, target)
    known = {table: rows[table] for table in _COUNTED}
    out.print(message(_COPIED, **known, total=sum(rows.values())), soft_wrap=True)
    out.print(_next(found, target), soft_wrap=True)


def _target(to: str) -> str | Path:
    """The URL or path.

    Raises:
        UsageError: it is a URL, and not one of a PostgreSQL server, or contains a password.
    """
    if to and not any(sign in to for sign in ("://", f"{SCHEME}:", "password=")):
        return Path(to).expanduser().resolve()
    try:
        return check_server_url(to, message('a URL such as "{example}" or a path', example=EXAMPLE))
    except ValueError as reason:
        raise UsageError(message("--to: {reason}", reason=reason.args[0])) from None


def _next(course: Course, target: str | Path) -> str:
    if isinstance(target, str):
        return message("To use it: database = {url} in course.toml", url=json.dumps(target, ensure_ascii=False))
    if target == course.gradebook:
        return message('To use it: database = "{name}" in course.toml, or remove that line', name=target.name)
    return message(
        "To use it: name it {path}, and remove `database` from course.toml", path=short_path(course.gradebook)
    )

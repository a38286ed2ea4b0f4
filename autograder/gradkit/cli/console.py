"""Where commands print: results to standard output, everything else to standard error."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from gradkit.course import Course, load_course
from gradkit.errors import UsageError

_COMMAND = re.compile(r"^[ \t]*::|##\[", re.MULTILINE)

# Names of students and files are printed as they are: nothing in them is markup.
out = Console(highlight=False, markup=False)
err = Console(stderr=True, highlight=False, markup=False)


def complain(text: str) -> None:
    """Print an error as it is: nothing in it is markup, and terminal escapes in it do nothing."""
    err.print(printable(text), style="red", soft_wrap=True)


def printable(text: str) -> str:
    """The text with every control character but newline and tab made visible, and nothing that a CI runner obeys.

    GitHub's takes ``::`` at the beginning of a line for a command, and ``##[`` anywhere.
    """
    visible = "".join(c if c.isprintable() or c in "\n\t" else repr(c)[1:-1] for c in text)
    return _COMMAND.sub(lambda found: " ".join(found[0]), visible)


def find_course(folder: Path | None) -> Course:
    """The course in ``folder``, or the nearest one at or above the working folder.

    Raises:
        UsageError: there is none.
    """
    if folder is not None:
        return load_course(folder)
    here = Path.cwd()
    for candidate in (here, *here.parents):
        if (candidate / "course.toml").is_file():
            return load_course(candidate)
    raise UsageError(f"There is no course.toml in {here} or above it. Go to the course's folder, or give --course DIR.")


def progress() -> Progress:
    """A progress bar on standard error that leaves nothing behind.

    It has no thread of its own (graders are forked), so each update asks for a refresh.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=err, transient=True, auto_refresh=False, disable=not err.is_terminal)


def see_that_all_is_current(course: Course, assignments: Sequence[str] = (), *, stale: bool) -> None:
    """Name what is out of date in records and gradebook, and end the command with status 1 before anything goes out.

    Args:
        course: the course.
        assignments: only these; all when empty.
        stale: do not look: what is out of date may go out.
    """
    if stale:
        return
    from gradkit.classroom.current import out_of_date

    lines = out_of_date(course, assignments)
    for line in lines:
        complain(f"out of date: {line}")
    if lines:
        complain("Nothing was written. Run make grade first, or give --stale to use what there is.")
        raise typer.Exit(1)


def check_file(option: str, path: Path | None) -> None:
    """See that an option names a file that can be written.

    Raises:
        UsageError: it is a folder.
    """
    if path is not None and path.is_dir():
        raise UsageError(f"{option} {shown(path)}: is a folder. Name the file to write.")


def check_folder(option: str, path: Path | None) -> None:
    """See that an option names a folder, there or not yet.

    Raises:
        UsageError: it is a file.
    """
    if path is not None and path.exists() and not path.is_dir():
        raise UsageError(f"{option} {shown(path)}: is a file. Name the folder to write to.")


def shown(path: Path) -> str:
    """A path as short as it can be said from here."""
    relative = os.path.relpath(path)
    return relative if len(relative) < len(str(path)) else str(path)

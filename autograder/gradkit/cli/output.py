"""Console output: results to standard output, everything else to standard error."""

from __future__ import annotations

import os
import re
import sys
import time
import tomllib
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from gradkit.check.language import speak
from gradkit.course import Course, load_course
from gradkit.errors import UsageError
from gradkit.messages import LANGUAGES, message, shown

_COURSE = "course.toml"
_EVERY = 5.0  # seconds between lines about the same step, in a log
_COMMAND = re.compile(r"^[ \t]*::|##\[", re.MULTILINE)


class _Terminal(Console):
    """A console that shows messages in the language in use, and treats nothing as markup, such as names of files."""

    def render_str(self, text: str, **options: Any) -> Text:
        """Any str that is printed, also in a table's cell."""
        return super().render_str(shown(text), **options)

    def print(self, *objects: Any, **options: Any) -> None:
        """Print; a failing standard error (a full disk) must not hide how a command ends."""
        with suppress(OSError) if self.stderr else nullcontext():
            super().print(*objects, **options)

    def on_broken_pipe(self) -> None:
        """The reader (``| head``) has closed the pipe: finish the work silently."""
        self.quiet = True
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, (sys.stderr if self.stderr else sys.stdout).fileno())
        os.close(nowhere)


out = _Terminal(highlight=False, markup=False)
err = _Terminal(stderr=True, highlight=False, markup=False)


def complain(text: str) -> None:
    """Print an error without markup, its terminal escapes made visible."""
    err.print(escape_controls(text), style="red", soft_wrap=True)


def escape_controls(text: str) -> str:
    """The text with control characters except newline and tab made visible, and without commands to a CI runner.

    A message is translated first, since what this returns is none.
    GitHub's runner reads ``::`` at the beginning of a line, and ``##[`` anywhere, as a command.
    """
    visible = "".join(c if c.isprintable() or c in "\n\t" else repr(c)[1:-1] for c in shown(text))
    return _COMMAND.sub(lambda found: " ".join(found[0]), visible)


def find_course(folder: Path | None) -> Course:
    """The course in ``folder``, or the nearest one at or above the working folder.

    Raises:
        UsageError: there is none.
    """
    root = folder or _nearest()
    if root is None:
        raise UsageError(
            message(
                "No course.toml in {folder} or above it. Change to the course's folder, or give --course DIR.",
                folder=Path.cwd(),
            )
        )
    course = load_course(root)
    speak(course.language)
    return course


def course_language() -> str | None:
    """The language of the course that the working folder is in; None if there is none, or if it does not say.

    Only this is read of the course, for what is printed before it is loaded, such as help.
    """
    root = _nearest()
    try:
        found = tomllib.loads((root / _COURSE).read_text(encoding="utf-8")).get("language") if root else None
    except (OSError, ValueError):
        return None  # loading it reports the error
    return found if isinstance(found, str) and found in LANGUAGES else None


def _nearest() -> Path | None:
    """The folder of the course that the working folder is in."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / _COURSE).is_file()), None)


class _Progress(Progress):
    """A bar in a terminal; in a log a line for each step, repeated every few seconds while it lasts."""

    def __init__(self, *columns: ProgressColumn) -> None:
        super().__init__(*columns, console=err, transient=True, auto_refresh=False, disable=not err.is_terminal)
        self._told: dict[TaskID, tuple[str, float]] = {}

    def add_task(self, description: str, *args: Any, **options: Any) -> TaskID:
        """Begin a step."""
        task = super().add_task(shown(description), *args, **options)
        self._tell(task)
        return task

    def update(self, task_id: TaskID, **options: Any) -> None:
        """Advance a step."""
        if "description" in options:
            options["description"] = shown(options["description"])
        super().update(task_id, **options)
        self._tell(task_id)

    def _tell(self, task_id: TaskID) -> None:
        task, now = self.tasks[self.task_ids.index(task_id)], time.monotonic()
        before, when = self._told.get(task_id, ("", 0.0))
        if err.is_terminal or not task.description or (task.description == before and now < when + _EVERY):
            return
        self._told[task_id] = (task.description, now)
        line = message("{step} ...", step=task.description)
        if task.total and task.completed:
            done, total = f"{task.completed:g}", f"{task.total:g}"
            line = message("{step}: {done} of {total} ...", step=task.description, done=done, total=total)
        err.print(line, style="dim", soft_wrap=True)


def progress() -> Progress:
    """A transient progress bar on standard error; lines where that is not a terminal.

    It has no thread of its own (graders are forked), so each update must request a refresh.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return _Progress(*columns)


def require_current(course: Course, assignments: Sequence[str] = (), *, stale: bool) -> None:
    """List what is out of date in records and gradebook, and exit with status 1 before anything is released.

    Args:
        course: the course.
        assignments: only these; empty: all.
        stale: allow what is out of date: do not check.
    """
    if stale:
        return
    from gradkit.classroom.current import out_of_date

    lines = out_of_date(course, assignments)
    for line in lines:
        complain(message("out of date: {what}", what=line))
    if lines:
        complain(message("Nothing was written. Run `make grade` first, or give --stale to use the outdated records."))
        raise typer.Exit(1)


def check_file(option: str, path: Path | None) -> None:
    """Check that an option names a file, existing or not.

    Raises:
        UsageError: it is a folder.
    """
    if path is not None and path.is_dir():
        raise UsageError(
            message("{option} {path}: is a folder. Give the file to write.", option=option, path=short_path(path))
        )


def check_folder(option: str, path: Path | None) -> None:
    """Check that an option names a folder, existing or not.

    Raises:
        UsageError: it is a file.
    """
    if path is not None and path.exists() and not path.is_dir():
        raise UsageError(
            message("{option} {path}: is a file. Give the folder to write to.", option=option, path=short_path(path))
        )


def short_path(path: Path) -> str:
    """The path, or its relative form if that is shorter."""
    relative = os.path.relpath(path)
    return relative if len(relative) < len(str(path)) else str(path)

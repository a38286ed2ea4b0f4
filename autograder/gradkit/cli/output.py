"""Console output: results to standard output, everything else to standard error."""

from __future__ import annotations

import os
import re
import sys
import time
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

from gradkit.course import Course, load_course
from gradkit.errors import UsageError

_EVERY = 5.0  # seconds between lines about the same step, in a log
_COMMAND = re.compile(r"^[ \t]*::|##\[", re.MULTILINE)


class _Terminal(Console):
    """A console that treats nothing as markup, such as the names of students and files."""

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

    GitHub's runner reads ``::`` at the beginning of a line, and ``##[`` anywhere, as a command.
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
    raise UsageError(f"No course.toml in {here} or above it. Change to the course's folder, or give --course DIR.")


class _Progress(Progress):
    """A bar in a terminal; in a log a line for each step, repeated every few seconds while it lasts."""

    def __init__(self, *columns: ProgressColumn) -> None:
        super().__init__(*columns, console=err, transient=True, auto_refresh=False, disable=not err.is_terminal)
        self._told: dict[TaskID, tuple[str, float]] = {}

    def add_task(self, description: str, *args: Any, **options: Any) -> TaskID:
        """Begin a step."""
        task = super().add_task(description, *args, **options)
        self._tell(task)
        return task

    def update(self, task_id: TaskID, **options: Any) -> None:
        """Advance a step."""
        super().update(task_id, **options)
        self._tell(task_id)

    def _tell(self, task_id: TaskID) -> None:
        task, now = self.tasks[self.task_ids.index(task_id)], time.monotonic()
        before, when = self._told.get(task_id, ("", 0.0))
        if err.is_terminal or not task.description or (task.description == before and now < when + _EVERY):
            return
        self._told[task_id] = (task.description, now)
        count = f": {task.completed:g} of {task.total:g}" if task.total and task.completed else ""
        err.print(f"{task.description}{count} ...", style="dim", soft_wrap=True)


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
        complain(f"out of date: {line}")
    if lines:
        complain("Nothing was written. Run `make grade` first, or give --stale to use the outdated records.")
        raise typer.Exit(1)


def check_file(option: str, path: Path | None) -> None:
    """Check that an option names a file, existing or not.

    Raises:
        UsageError: it is a folder.
    """
    if path is not None and path.is_dir():
        raise UsageError(f"{option} {short_path(path)}: is a folder. Give the file to write.")


def check_folder(option: str, path: Path | None) -> None:
    """Check that an option names a folder, existing or not.

    Raises:
        UsageError: it is a file.
    """
    if path is not None and path.exists() and not path.is_dir():
        raise UsageError(f"{option} {short_path(path)}: is a file. Give the folder to write to.")


def short_path(path: Path) -> str:
    """The path, or its relative form if that is shorter."""
    relative = os.path.relpath(path)
    return relative if len(relative) < len(str(path)) else str(path)

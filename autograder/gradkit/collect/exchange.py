"""nbgrader's exchange: publish assignments and feedback, fetch and submit as a student, list submissions.

All transfers are nbgrader's own. Fetching and submitting as a given student is for the sample class and for tests;
real students use nbgrader's commands or its tab in Jupyter.
"""

from __future__ import annotations

import os
import shlex
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

# nbgrader has annotations but does not declare them (no py.typed).
from nbgrader.auth import Authenticator  # type: ignore[import-untyped]
from nbgrader.coursedir import CourseDirectory  # type: ignore[import-untyped]
from nbgrader.exchange.abc import ExchangeError  # type: ignore[import-untyped]
from nbgrader.exchange.default import (  # type: ignore[import-untyped]
    Exchange,
    ExchangeFetchAssignment,
    ExchangeReleaseAssignment,
    ExchangeReleaseFeedback,
    ExchangeSubmit,
)
from traitlets import Instance
from traitlets.config import Config

from gradkit.course import Course
from gradkit.errors import GradkitError, UsageError
from gradkit.gradebook.logs import gathered_log
from gradkit.gradebook.settings import nbgrader_config
from gradkit.gradebook.timestamps import format_time, parse_time
from gradkit.ids import student_id
from gradkit.intake.files import scratch
from gradkit.intake.policy import system_made
from gradkit.intake.traces import Traces, traces_of
from gradkit.messages import Message, message


@dataclass(frozen=True)
class Inbound:
    """A folder in the exchange's inbound folder.

    Attributes:
        student: the student in its name.
        assignment: the assignment's id in its name, which may be unknown.
        time: the submission time in its name, in UTC.
        path: the folder itself; nothing in it has been opened.
        traces: its owners and times in the file system.
    """

    student: str
    assignment: str
    time: datetime
    path: Path
    traces: Traces


# A class without declared types cannot be subclassed strictly.
class _SubmitAt(ExchangeSubmit):  # type: ignore[misc]
    """nbgrader's submit at a given time."""

    at = Instance(datetime)

    def set_timestamp(self) -> None:
        self.timestamp = format_time(self.at)


def publish(course: Course, assignment_id: str) -> Path:
    """Put ``release/<assignment>`` into the exchange, replacing an earlier one. Returns the published folder.

    Raises:
        GradkitError: there is no release; with nbgrader's messages.
        UsageError: the exchange cannot be written.
    """
    _check_usable(course, may_be_made=True)
    _run(ExchangeReleaseAssignment, nbgrader_config(course), assignment_id, message("publish"), force=True)
    return course.exchange / course.id / "outbound" / assignment_id


def publish_feedback(course: Course, assignment_id: str, without: Iterable[str] = ()) -> Path:
    """Put an assignment's feedback pages into the exchange, except those of ``without``. Returns their folder.

    Each page's name is made from the submission's secret, so that only its student can find it.

    Raises:
        UsageError: there is no exchange, or it cannot be written.
        GradkitError: nbgrader failed; with its messages.
    """
    _check_usable(course)
    config = nbgrader_config(course)
    config.CourseDirectory.student_id_exclude = ",".join(without)
    with warnings.catch_warnings():
        # nbgrader leaves each timestamp.txt to the garbage collector to close.
        warnings.filterwarnings("ignore", r"unclosed file .*timestamp\.txt", ResourceWarning)
        _run(ExchangeReleaseFeedback, config, assignment_id, message("release the feedback on"))
    return course.exchange / course.id / "feedback"


def fetch(course: Course, student: str, assignment_id: str, into: Path) -> Path:
    """Fetch a published assignment as ``student``, to ``into/<assignment>``. Returns that folder.

    Raises:
        GradkitError: it is not published, or ``into`` has it already.
    """
    config = nbgrader_config(course)
    config.CourseDirectory.student_id = student_id(student)
    config.Exchange.assignment_dir = str(into)
    _run(ExchangeFetchAssignment, config, assignment_id, message("fetch"))
    return into / assignment_id


def submit(course: Course, student: str, folder: Path, at: datetime | None = None) -> None:
    """Submit ``folder``, whose name is the assignment's id, as ``student``.

    Args:
        course: the course.
        student: the student's id.
        folder: the folder to submit.
        at: the submission time with its time zone; None: now.

    Raises:
        GradkitError: the assignment is not published, or the exchange cannot be written.
    """
    config = nbgrader_config(course)
    config.CourseDirectory.student_id = student_id(student)
    config.Exchange.assignment_dir = str(folder.parent)
    with scratch(course, "cache") as cache:
        # nbgrader keeps a copy named by the second, where two submissions in one second would collide.
        config.Exchange.cache = str(cache)
        if at is None:
            _run(ExchangeSubmit, config, folder.name, message("submit"))
        else:
            _run(_SubmitAt, config, folder.name, message("submit"), at=at)


def list_inbound(course: Course) -> tuple[list[Inbound], list[tuple[str, str]]]:
    """List the exchange's inbound folder.

    Returns:
        The submissions, oldest first; and (name, reason) of each entry that is not one.
    """
    found: list[Inbound] = []
    strange: list[tuple[str, str]] = []
    try:
        paths = sorted((course.exchange / course.id / "inbound").iterdir())
    except FileNotFoundError:
        return [], []
    for path in paths:
        if system_made(path.name):
            continue
        parts = path.name.split("+")
        time = parse_time(parts[2]) if len(parts) in (3, 4) else None
        traces = traces_of(path, course.submission)
        try:
            student = student_id(parts[0])
        except UsageError as error:
            strange.append((path.name, error.message))
            continue
        if time is None:
            why = message("its name is not <student>+<assignment>+<time>, as nbgrader submit makes it.")
            strange.append((path.name, why))
        elif traces is not None:
            found.append(Inbound(student, parts[1], time, path, traces))
    return sorted(found, key=lambda entry: (entry.time, entry.path.name)), strange


def _check_usable(course: Course, *, may_be_made: bool = False) -> None:
    """Check before nbgrader does, whose message tells the instructor to contact the instructor.

    Raises:
        UsageError: there is no exchange, or it cannot be written.
    """
    place = course.exchange
    if not place.exists() and not may_be_made:
        raise UsageError(missing_exchange(course))
    there = next(folder for folder in (place, *place.parents) if folder.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise UsageError(
            message(
                "{folder}: is not writable for you, so the exchange in {exchange} cannot be used. Check who owns "
                "it ({command}), or set another exchange in course.toml.",
                folder=there,
                exchange=place,
                command=f"ls -ld {shlex.quote(str(there))}",
            )
        )


def missing_exchange(course: Course) -> str:
    """What to do about a missing exchange."""
    return message(
        "{folder}: no such exchange. Check that its disk is mounted and that exchange in course.toml is right. "
        "Publishing an assignment creates a new one: {command}",
        folder=course.exchange,
        command="gradkit build --publish",
    )


def _run(action: type[Exchange], config: Config, assignment_id: str, verb: Message, **settings: object) -> None:
    with gathered_log("exchange") as (log, said):
        config.CourseDirectory.assignment_id = assignment_id
        folders = CourseDirectory(config=config, log=log)
        act = action(coursedir=folders, authenticator=Authenticator(config=config), config=config, log=log, **settings)
        try:
            act.start()
        except (ExchangeError, OSError, RuntimeError) as error:
            words = "\n".join([*said, str(error)] if str(error) not in said else said)
            raise GradkitError(
                message(
                    "{assignment}: nbgrader could not {verb} it:\n{words}",
                    assignment=assignment_id,
                    verb=verb,
                    words=words,
                )
            ) from error

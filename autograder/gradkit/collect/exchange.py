"""nbgrader's exchange: publish assignments and feedback, fetch and submit as a student, list what was submitted.

All the carrying is nbgrader's own. Fetching and submitting as a given student is for the sample class and for tests;
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


@dataclass(frozen=True)
class Inbound:
    """One folder that lies in the exchange.

    Attributes:
        student: who it says it is from.
        assignment: the assignment's id, which may be unknown.
        time: when it says it was submitted, in UTC.
        path: the folder itself; nothing in it has been opened.
        traces: what the file system remembers of it.
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
    """Put ``release/<assignment>`` into the exchange, in place of what was published before. Returns where it lies.

    Raises:
        GradkitError: there is no release, in nbgrader's words.
        UsageError: the exchange cannot be written.
    """
    _see_that_it_can_be_used(course, may_be_made=True)
    _run(ExchangeReleaseAssignment, nbgrader_config(course), assignment_id, "publish", force=True)
    return course.exchange / course.id / "outbound" / assignment_id


def publish_feedback(course: Course, assignment_id: str, without: Iterable[str] = ()) -> Path:
    """Put an assignment's feedback pages into the exchange, but for some students'. Returns where they lie.

    Each page's name is made from the submission's secret, so that only its student finds it.

    Raises:
        UsageError: there is no exchange, or it cannot be written.
        GradkitError: nbgrader fails; its words.
    """
    _see_that_it_can_be_used(course)
    config = nbgrader_config(course)
    config.CourseDirectory.student_id_exclude = ",".join(without)
    with warnings.catch_warnings():
        # nbgrader leaves each timestamp.txt to the garbage collector to close.
        warnings.filterwarnings("ignore", r"unclosed file .*timestamp\.txt", ResourceWarning)
        _run(ExchangeReleaseFeedback, config, assignment_id, "release the feedback on")
    return course.exchange / course.id / "feedback"


def fetch(course: Course, student: str, assignment_id: str, into: Path) -> Path:
    """Fetch a published assignment as ``student``, to ``into/<assignment>``. Returns that folder.

    Raises:
        GradkitError: it is not published, or ``into`` has it already.
    """
    config = nbgrader_config(course)
    config.CourseDirectory.student_id = student_id(student)
    config.Exchange.assignment_dir = str(into)
    _run(ExchangeFetchAssignment, config, assignment_id, "fetch")
    return into / assignment_id


def submit(course: Course, student: str, folder: Path, at: datetime | None = None) -> None:
    """Submit ``folder``, whose name is the assignment's id, as ``student``.

    Args:
        course: the course.
        student: the student's id.
        folder: what is submitted.
        at: when, with its time zone; now, where it is None.

    Raises:
        GradkitError: the assignment is not published, or the exchange cannot be written.
    """
    config = nbgrader_config(course)
    config.CourseDirectory.student_id = student_id(student)
    config.Exchange.assignment_dir = str(folder.parent)
    with scratch(course, "cache") as cache:
        # nbgrader keeps a copy for the student by second; two submissions of one second would meet there.
        config.Exchange.cache = str(cache)
        if at is None:
            _run(ExchangeSubmit, config, folder.name, "submit")
        else:
            _run(_SubmitAt, config, folder.name, "submit", at=at)


def list_inbound(course: Course) -> tuple[list[Inbound], list[tuple[str, str]]]:
    """What lies in the exchange's inbound folder.

    Returns:
        The submissions, oldest first, and the entries that are none: each one's name, and why.
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
            strange.append((path.name, str(error)))
            continue
        if time is None:
            strange.append((path.name, "its name is not <student>+<assignment>+<time>, as nbgrader's submit makes it."))
        elif traces is not None:
            found.append(Inbound(student, parts[1], time, path, traces))
    return sorted(found, key=lambda one: (one.time, one.path.name)), strange


def _see_that_it_can_be_used(course: Course, *, may_be_made: bool = False) -> None:
    """Look before nbgrader does, which tells an instructor to contact the instructor.

    Raises:
        UsageError: there is no exchange, or it cannot be written.
    """
    place = course.exchange
    if not place.exists() and not may_be_made:
        raise UsageError(missing_exchange(course))
    there = next(folder for folder in (place, *place.parents) if folder.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise UsageError(
            f"{there}: you may not write there, so the exchange in {place} cannot be used. See who owns it "
            f"(ls -ld {shlex.quote(str(there))}), or name another folder as exchange in course.toml."
        )


def missing_exchange(course: Course) -> str:
    """What to do where there is no exchange, in sentences."""
    return (
        f"{course.exchange}: there is no exchange. Is its disk mounted, and is exchange in course.toml right? "
        "A new one is made when an assignment is published: gradkit build --publish"
    )


def _run(action: type[Exchange], config: Config, assignment_id: str, verb: str, **settings: object) -> None:
    with gathered_log("exchange") as (log, said):
        config.CourseDirectory.assignment_id = assignment_id
        folders = CourseDirectory(config=config, log=log)
        act = action(coursedir=folders, authenticator=Authenticator(config=config), config=config, log=log, **settings)
        try:
            act.start()
        except (ExchangeError, OSError, RuntimeError) as error:
            words = "\n".join([*said, str(error)] if str(error) not in said else said)
            raise GradkitError(f"{assignment_id}: nbgrader could not {verb} it. It says:\n{words}") from error

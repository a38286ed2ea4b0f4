"""Collect what students submitted, with nbgrader's own collect, from a copy that has been found harmless.

nbgrader's collect follows links, drops large files silently, stops for the whole class at one strange folder, and
deletes the earlier submission before it copies the next. So each new submission is first copied by ``folders``; those
that pass are handed to nbgrader's ``ExchangeCollect`` in a private exchange; what it collects is moved into place.
"""

from __future__ import annotations

import os
import pwd
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

# nbgrader has annotations but does not declare them (no py.typed).
from nbgrader.auth import Authenticator  # type: ignore[import-untyped]
from nbgrader.coursedir import CourseDirectory  # type: ignore[import-untyped]
from nbgrader.exchange.abc import ExchangeError  # type: ignore[import-untyped]
from nbgrader.exchange.default import ExchangeCollect  # type: ignore[import-untyped]

from gradkit.course import Course, load_course
from gradkit.errors import SubmissionRefused
from gradkit.gradebook.database import ensure_database
from gradkit.gradebook.exchange import Inbound, list_inbound
from gradkit.gradebook.folders import copy_untrusted, printable, put_in_place, scratch
from gradkit.gradebook.quiet import gathered_log
from gradkit.gradebook.settings import nbgrader_config
from gradkit.gradebook.times import read_time, write_time
from gradkit.grading.submission import read_submission


@dataclass(frozen=True)
class Collected:
    """A submission that lies in ``submitted/<student>/<assignment>`` since this run."""

    student: str
    assignment: str
    time: datetime | None


@dataclass(frozen=True)
class Refused:
    """A submission that was not collected.

    Attributes:
        name: the folder or archive, ready to be shown.
        reason: why, in a sentence or two.
        student: who it says it is from; "" where that cannot be read.
        assignment: the assignment's id; "" where that cannot be read.
    """

    name: str
    reason: str
    student: str = ""
    assignment: str = ""


@dataclass(frozen=True)
class CollectReport:
    """What one run of collecting did.

    Attributes:
        collected: submissions that are new or newer, by student and assignment.
        refused: submissions that were left where they are. An earlier one of the same student stays, or is collected.
        warnings: what an instructor should look at, one sentence each.
    """

    collected: tuple[Collected, ...] = ()
    refused: tuple[Refused, ...] = ()
    warnings: tuple[str, ...] = ()


def collect(course: Course, assignment_ids: Collection[str] | None = None) -> CollectReport:
    """Collect each student's newest submission that can be read, where it is newer than the one collected before.

    Args:
        course: the course.
        assignment_ids: only these; all of the course's, where it is None.

    Returns:
        What was collected and what was refused. One student's failure never stops the run.
    """
    wanted = course.assignment_ids if assignment_ids is None else assignment_ids
    inbound, strange = list_inbound(course)
    refused = [Refused(printable(name), reason) for name, reason in strange]
    waiting: defaultdict[tuple[str, str], list[Inbound]] = defaultdict(list)
    for one in inbound:
        if one.assignment not in course.assignment_ids:
            known = ", ".join(course.assignment_ids) or "none"
            reason = f"there is no assignment {printable(one.assignment)} in this course (it has: {known})."
            refused.append(Refused(printable(one.path.name), reason, one.student, one.assignment))
        elif one.assignment in wanted:
            waiting[one.student, one.assignment].append(one)
    with scratch(course, "collect") as work:
        taken: list[Inbound] = []
        for submissions in waiting.values():
            one_taken, not_taken = _newest_harmless(course, submissions, work / "exchange" / course.id / "inbound")
            taken += one_taken
            refused += not_taken
        collected, failed = _hand_to_nbgrader(course, taken, work)
    warnings = [text for one in taken if (text := _foreign_owner(one))]
    return CollectReport(tuple(collected), tuple(refused + failed), tuple(warnings))


# A class without declared types cannot be subclassed strictly.
class SafeCollect(ExchangeCollect):  # type: ignore[misc]
    """Stands in for nbgrader's collect in its own commands and in formgrader, so that they are as careful."""

    def start(self) -> None:
        """Collect the assignment for all students, and log what was collected and refused."""
        course = load_course(Path(self.coursedir.root))
        report = collect(course, [self.coursedir.assignment_id])
        for one in report.collected:
            self.log.info("Collected: %s %s", one.student, one.assignment)
        for text in (*refusals_in_words(report.refused), *report.warnings):
            self.log.warning(text)


def refuse_worse(course: Course, new: Path, student: str, assignment_id: str) -> None:
    """See that a submission that would take the place of an earlier one can be read by the grading.

    The first one comes in as it is: its feedback page will say what is wrong with it.

    Raises:
        SubmissionRefused: there is an earlier one, which stays.
    """
    if (course.submitted / student / assignment_id).is_dir():
        try:
            read_submission(new, student, course.assignment(assignment_id), course.submission)
        except SubmissionRefused as error:
            raise SubmissionRefused(f"{error} The earlier submission stays.") from error


def refusals_in_words(refused: Iterable[Refused]) -> list[str]:
    """One line for each refused submission."""
    return [f"{one.name}: {one.reason}" for one in refused]


def _newest_harmless(course: Course, submissions: list[Inbound], inbound: Path) -> tuple[list[Inbound], list[Refused]]:
    """Copy a student's newest harmless submission of one assignment to ``inbound``, if it is newer than the last."""
    before = read_time(course.submitted / submissions[0].student / submissions[0].assignment)
    refused = []
    for one in reversed(submissions):  # newest first
        if before is not None and one.time <= before:
            break
        copy = inbound.parent / "examined" / one.path.name
        try:
            copy_untrusted(one.path, copy, course.submission)
            refuse_worse(course, copy, one.student, one.assignment)
        except SubmissionRefused as error:
            refused.append(Refused(printable(one.path.name), str(error), one.student, one.assignment))
            continue
        # nbgrader goes by the name when it collects and by the file when it counts late hours: they must agree.
        write_time(copy, one.time)
        put_in_place(copy, inbound / one.path.name)
        return [one], refused
    return [], refused


def _hand_to_nbgrader(course: Course, taken: list[Inbound], work: Path) -> tuple[list[Collected], list[Refused]]:
    collected: list[Collected] = []
    failed: list[Refused] = []
    if taken:
        ensure_database(course)
    for assignment_id in sorted({one.assignment for one in taken}):
        mine = [one for one in taken if one.assignment == assignment_id]
        stopped = _nbgrader_collect(course, work, assignment_id, "*")
        for one in mine:
            copy = work / "submitted" / one.student / assignment_id
            # Where one of them stopped the run, each for itself, so that the others go on.
            words = _nbgrader_collect(course, work, assignment_id, one.student) if stopped else ""
            try:
                put_in_place(copy, course.submitted / one.student / assignment_id)
            except OSError as error:
                reason = f"nbgrader could not collect it: {words or error.strerror}."
                failed.append(Refused(printable(one.path.name), reason, one.student, assignment_id))
            else:
                collected.append(Collected(one.student, assignment_id, one.time))
    return sorted(collected, key=lambda one: (one.student, one.assignment)), failed


def _nbgrader_collect(course: Course, work: Path, assignment_id: str, student: str) -> str:
    """Run nbgrader's collect in the private exchange; what it said where it failed, else ""."""
    config = nbgrader_config(course)
    config.Exchange.root = str(work / "exchange")
    config.CourseDirectory.submitted_directory = str(work / "submitted")
    config.CourseDirectory.assignment_id = assignment_id
    config.CourseDirectory.student_id = student
    config.ExchangeCollect.update = True
    config.ExchangeCollect.check_owner = False  # these are our copies; the owners were looked at in the real exchange
    with gathered_log("collect") as (log, said):
        folders = CourseDirectory(config=config, log=log)
        action = ExchangeCollect(coursedir=folders, authenticator=Authenticator(config=config), config=config, log=log)
        try:
            action.start()
        except (ExchangeError, OSError, RuntimeError, ValueError) as error:
            return "; ".join([*said, str(error)])
    return ""


def _foreign_owner(one: Inbound) -> str | None:
    """A warning where the folder belongs to someone who is neither the student nor the one who collects."""
    try:
        owner = one.path.stat(follow_symlinks=False).st_uid
        name = pwd.getpwuid(owner).pw_name
    except (OSError, KeyError):
        return None
    if owner == os.getuid() or name == one.student:
        return None
    return f"{printable(one.path.name)} says that it is from {one.student} but belongs to {printable(name)}."

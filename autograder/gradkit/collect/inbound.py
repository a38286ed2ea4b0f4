"""Collect submissions from the exchange with nbgrader's own collect, from copies that were checked first.

nbgrader's collect follows links, drops large files silently, stops for the whole class at one malformed folder, and
deletes the earlier submission before it copies the next. So each new submission is first copied by ``intake.files``;
those that pass are given to nbgrader's ``ExchangeCollect`` in a private exchange, and the result is moved into place.

The student and time in a folder's name are believed unless ``owners`` or ``timestamps`` contradict them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

# nbgrader has annotations but does not declare them (no py.typed).
from nbgrader.auth import Authenticator  # type: ignore[import-untyped]
from nbgrader.coursedir import CourseDirectory  # type: ignore[import-untyped]
from nbgrader.exchange.abc import ExchangeError  # type: ignore[import-untyped]
from nbgrader.exchange.default import ExchangeCollect  # type: ignore[import-untyped]

from gradkit.collect.collected import (
    Collected,
    CollectReport,
    Refused,
    alike,
    due_of,
    newest_time,
    refusals_in_words,
    refuse_by_rules,
    refuse_worse,
    take,
    times_collected,
)
from gradkit.collect.exchange import Inbound, list_inbound
from gradkit.collect.owners import ADVICE, Ownership, believed, judge
from gradkit.course import Course, load_course
from gradkit.errors import SubmissionRefused
from gradkit.gradebook.database import ensure_database, errors_in_words
from gradkit.gradebook.logs import gathered_log
from gradkit.gradebook.settings import nbgrader_config
from gradkit.gradebook.timestamps import HandedIn, format_time, handed_in, read_time, write_time
from gradkit.ids import quoted
from gradkit.intake.files import copy_untrusted, put_in_place, scratch
from gradkit.messages import message, sentences
from gradkit.temporary import system_reason
from gradkit.term.attempts import keep
from gradkit.term.ledger import read_ledger


@dataclass(frozen=True)
class _Dated:
    """A folder of the exchange with its submission time.

    Attributes:
        inbound: the folder.
        due: when its assignment is due; None if that cannot be read.
        changed: when its files were last changed; None if that says nothing.
        handed_in: the submission time, from all that is known.
        remarks: what else an instructor should know.
    """

    inbound: Inbound
    due: datetime | None
    changed: datetime | None
    handed_in: HandedIn
    remarks: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """Student and assignment."""
        return self.inbound.student, self.inbound.assignment


def collect(course: Course, assignment_ids: Collection[str] | None = None) -> CollectReport:
    """Collect each student's newest readable submission, if it is newer than the one collected before.

    Args:
        course: the course.
        assignment_ids: only these; None: all of the course's.

    Returns:
        What was collected and refused. One student's failure never stops the run.
    """
    wanted = course.assignment_ids if assignment_ids is None else assignment_ids
    inbound, strange = list_inbound(course)
    ownership = judge(inbound, course.exchange_owners)
    reasons = _reasons(course, inbound, ownership)
    ledger = read_ledger(course)
    inbound = [replace(entry, student=ledger.now(entry.student)) for entry in inbound]
    mine = [entry for entry in inbound if entry.assignment in wanted or entry.assignment not in course.assignment_ids]
    refused = [Refused(quoted(name), reason) for name, reason in strange]
    refused += [_refused(entry, reasons[entry.path]) for entry in mine if entry.path in reasons]
    waiting: defaultdict[tuple[str, str], list[_Dated]] = defaultdict(list)
    due = {name: due_of(course, name) for name in wanted}
    for entry in mine:
        if entry.path not in reasons:
            dated = _date(entry, due[entry.assignment], None if entry.path in ownership.ours else entry.traces.changed)
            waiting[dated.key].append(dated)
    with scratch(course, "collect") as work:
        taken: list[_Dated] = []
        # The oldest first: what another member of a group handed in later must come later.
        for submissions in sorted(waiting.values(), key=lambda mine: max(dated.handed_in.time for dated in mine)):
            student, inner = submissions[0].inbound.student, work / "exchange" / course.id / "inbound"
            newest, not_taken = _newest_harmless(course, submissions, inner)
            if len(ledger.ids(student)) > 1:
                _keep_older(course, submissions, work / "older")
            taken += newest
            refused += not_taken
        collected, failed = _hand_to_nbgrader(course, taken, work)
    warnings: list[str] = [
        message("{student}, {assignment}: {text}.", student=dated.key[0], assignment=dated.key[1], text=text)
        for dated in taken
        for text in (*dated.handed_in.doubts, *dated.remarks)
    ]
    warnings += believed([dated.inbound for dated in taken], ownership, course.exchange_owners)
    if any(entry.path in ownership.refused for entry in mine):
        warnings.append(ADVICE)
    return CollectReport(tuple(collected), tuple(refused + failed), tuple(warnings))


# A class without declared types cannot be subclassed strictly.
class SafeCollect(ExchangeCollect):  # type: ignore[misc]
    """Replaces nbgrader's collect in its own commands and in formgrader, so that they are as careful."""

    def start(self) -> None:
        """Collect the assignment for all students, and log what was collected and refused."""
        course = load_course(Path(self.coursedir.root))
        report = collect(course, [self.coursedir.assignment_id])
        for submission in report.collected:
            self.log.info("Collected: %s %s", submission.student, submission.assignment)
        for text in (*refusals_in_words(report.refused), *report.warnings):
            self.log.warning(text)


def _reasons(course: Course, inbound: Sequence[Inbound], ownership: Ownership) -> Mapping[Path, str]:
    """Folder -> why it is refused before anything in it is read."""
    known = ", ".join(course.assignment_ids) or message("none")
    unknown = {
        entry.path: message(
            "there is no assignment {assignment} in this course (it has: {known}).",
            assignment=quoted(entry.assignment),
            known=known,
        )
        for entry in inbound
        if entry.assignment not in course.assignment_ids
    }
    twins = alike(course, {entry.student for entry in inbound if entry.path not in ownership.refused})
    similar = {entry.path: twins[entry.student] for entry in inbound if entry.student in twins}
    strangers = {path: sentences(text, message("It was not taken.")) for path, text in ownership.refused.items()}
    return similar | strangers | unknown


def _refused(entry: Inbound, reason: str) -> Refused:
    return Refused(quoted(entry.path.name), reason, entry.student, entry.assignment)


def _date(
    entry: Inbound,
    due: datetime | None,
    changed: datetime | None,
    written: datetime | None = None,
    remarks: tuple[str, ...] = (),
) -> _Dated:
    return _Dated(entry, due, changed, handed_in(entry.time, written, changed, due), remarks)


def _newest_harmless(
    course: Course, submissions: Sequence[_Dated], inbound: Path
) -> tuple[list[_Dated], list[Refused]]:
    """Copy a student's newest harmless submission of one assignment to ``inbound``, if it is newer than the last.

    Older ones that are newer than the last are kept beside it.
    """
    student, assignment_id = submissions[0].key
    before = newest_time(course, student, assignment_id)
    taken: list[_Dated] = []
    refused: list[Refused] = []
    for dated in sorted(submissions, key=lambda dated: (dated.handed_in.time, dated.inbound.path.name), reverse=True):
        if before is not None and dated.handed_in.time <= before:
            break
        copy = inbound.parent / "examined" / dated.inbound.path.name
        try:
            final = _examine(course, dated, copy)
        except SubmissionRefused as error:
            if not taken:  # an older one would not count
                refused.append(_refused(dated.inbound, error.message))
            continue
        time = final.handed_in.time
        # nbgrader uses the time in the name to collect and the one in the file for lateness: they must agree.
        write_time(copy, time)
        if taken:
            keep(course, student, assignment_id, time, copy)
        else:
            put_in_place(copy, inbound / f"{student}+{assignment_id}+{format_time(time)}")
            taken.append(final)
    return taken, refused


def _keep_older(course: Course, submissions: Sequence[_Dated], work: Path) -> None:
    """Keep what came under another id of the student, and is older than what was collected before."""
    student, assignment_id = submissions[0].key
    before = newest_time(course, student, assignment_id)
    there = times_collected(course, student, assignment_id)
    for dated in submissions:
        if before is None or dated.handed_in.time >= before or dated.handed_in.time in there:
            continue
        copy = work / dated.inbound.path.name
        with suppress(SubmissionRefused):  # it would not count
            time = _examine(course, dated, copy).handed_in.time
            if time not in there:
                write_time(copy, time)
                keep(course, student, assignment_id, time, copy)


def _examine(course: Course, dated: _Dated, copy: Path) -> _Dated:
    """Copy a submission, and date it by all that is known.

    Raises:
        SubmissionRefused: it cannot be copied or read, or came after the assignment closed.
    """
    entry = dated.inbound
    copied = copy_untrusted(entry.path, copy, course.submission)
    seen = copied.traces
    if not (seen.owners <= entry.traces.owners and seen.changed <= entry.traces.changed):
        raise SubmissionRefused(message("it was changed while it was collected. Collect again."))
    refuse_worse(course, copy, *dated.key)
    final = _date(entry, dated.due, dated.changed, read_time(copy), tuple(copied.remarks(course, entry.assignment)))
    refuse_by_rules(course, *dated.key, final.handed_in.time)
    return final


def _hand_to_nbgrader(course: Course, taken: list[_Dated], work: Path) -> tuple[list[Collected], list[Refused]]:
    collected: list[Collected] = []
    failed: list[Refused] = []
    if taken:
        ensure_database(course)
    for assignment_id in sorted({dated.inbound.assignment for dated in taken}):
        mine = [dated for dated in taken if dated.inbound.assignment == assignment_id]
        stopped = _nbgrader_collect(course, work, assignment_id, "*")
        for dated in sorted(mine, key=lambda dated: dated.handed_in.time):
            student = dated.inbound.student
            copy = work / "submitted" / student / assignment_id
            # If one of them stopped the run, collect each on its own, so that the others succeed.
            words = _nbgrader_collect(course, work, assignment_id, student) if stopped else ""
            try:
                take(course, copy, student, assignment_id)
            except OSError as error:
                why = message("nbgrader could not collect it: {reason}.", reason=words or system_reason(error))
                failed.append(_refused(dated.inbound, why))
            else:
                name = quoted(dated.inbound.path.name)
                collected.append(Collected(student, assignment_id, dated.handed_in.time, name))
    return sorted(collected, key=lambda submission: (submission.student, submission.assignment)), failed


def _nbgrader_collect(course: Course, work: Path, assignment_id: str, student: str) -> str:
    """Run nbgrader's collect in the private exchange; its error messages, or "" for success."""
    config = nbgrader_config(course)
    config.Exchange.root = str(work / "exchange")
    config.CourseDirectory.submitted_directory = str(work / "submitted")
    config.CourseDirectory.assignment_id = assignment_id
    config.CourseDirectory.student_id = student
    config.ExchangeCollect.update = True
    config.ExchangeCollect.check_owner = False  # these are our copies; owners were checked in the real exchange
    with gathered_log("collect") as (log, said):
        folders = CourseDirectory(config=config, log=log)
        action = ExchangeCollect(coursedir=folders, authenticator=Authenticator(config=config), config=config, log=log)
        try:
            with errors_in_words(course.gradebook_place):
                action.start()
        except (ExchangeError, OSError, RuntimeError, ValueError) as error:
            return "; ".join([*said, str(error)])
    return ""

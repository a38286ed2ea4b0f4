"""Collect submissions from the repositories of a roster: of each the last commit before the deadline.

It also decides how reliable a commit's time is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gradkit.collect.collected import (
    Collected,
    CollectReport,
    Refused,
    alike,
    note_path,
    read_note,
    refuse_by_rules,
    refuse_worse,
    take,
    write_note,
)
from gradkit.collect.repository_list import Pushes, Row, read_pushes, read_rows, shared_repositories
from gradkit.course import Course
from gradkit.errors import EarlierStays, GradkitError, SubmissionRefused
from gradkit.gradebook.timestamps import write_time
from gradkit.ids import quoted, student_id
from gradkit.intake import git, tree
from gradkit.intake.files import copy_untrusted, not_kept, scratch
from gradkit.intake.git import Commit, history
from gradkit.messages import message, sentences
from gradkit.term.ledger import Ledger, read_ledger

_AHEAD = timedelta(minutes=10)  # tolerance for a fast clock


def collect_repositories(
    course: Course,
    roster: Path | Sequence[Row],
    assignment_ids: Collection[str] | None = None,
    until: datetime | None = None,
    branch: str | None = None,
    pushes: Path | None = None,
) -> CollectReport:
    """Collect from every repository of the roster that has something newer than what was collected before.

    Args:
        course: the course.
        roster: a CSV file with the columns ``student``, ``repository`` and, if each assignment has a repository of
            its own, ``assignment``. It may also have the columns of `course.roster`. Or its rows.
        assignment_ids: only these; None: all.
        until: the deadline; None: the newest commit counts.
        branch: the branch; None: each repository's default.
        pushes: the server's record, a CSV file with the columns ``repository``, ``commit`` and ``time``.

    Returns:
        What was collected and refused, and doubts about times. One repository's failure never stops the run.

    Raises:
        UsageError: roster or pushes is invalid.
    """
    rows = read_rows(course, roster) if isinstance(roster, Path) else roster
    record: Pushes = {} if pushes is None else read_pushes(pushes)
    ledger, twins = read_ledger(course), alike(course, {row.id for row in rows})
    rows = [replace(row, student=ledger.now(row.id)) for row in rows]
    shared = shared_repositories(rows)
    collected: list[Collected] = []
    refused: list[Refused] = []
    warnings: list[str] = []
    unsure = 0
    for row in rows:
        wanted = [row.assignment] if row.assignment else list(course.assignment_ids)
        wanted = [name for name in wanted if assignment_ids is None or name in assignment_ids]
        if not wanted:
            continue
        if why := shared.get(row.student) or twins.get(row.id):
            refused.append(_refused(course, row, why, wanted))
            continue
        copy = course.work / "repositories" / hashlib.sha256(row.place.encode()).hexdigest()[:24]
        try:
            student_id(row.student)
            tip = git.fetch(row.repository, copy, branch)
            chosen = choose(copy, tip, until, record.get(row.place, ()))
            git.ensure(row.repository, copy, chosen.commit)
            places = _places(course, tree.folders(copy, chosen.commit), wanted)
        except GradkitError as error:
            refused.append(_refused(course, row, error, wanted))
            continue
        for name, folder in places.items():
            if _is_collected(course, row, name, chosen, ledger):
                continue
            try:
                left_out = _bring_in(course, row, name, copy, chosen, folder)
            except GradkitError as error:
                refused.append(_refused(course, row, error, [name]))
            else:
                collected.append(Collected(row.student, name, chosen.time, git.quoted_address(row.repository)))
                unsure += not chosen.by_server
                elsewhere = message("collected from the folder {folder}", folder=quoted(folder))
                where = [elsewhere] if folder not in ("", name) else []
                warnings += [
                    message("{student}, {assignment}: {text}.", student=row.student, assignment=name, text=text)
                    for text in (*chosen.doubts, *where, *left_out)
                ]
        if len(wanted) == 1 and not places:
            warnings.append(
                message(
                    "{student}, {assignment}: the repository has no folder of that name.",
                    student=row.student,
                    assignment=wanted[0],
                )
            )
    if unsure:
        warnings.append(
            message(
                "{number} of {total} times are the commits' own, which their authors can set. If you have the server's "
                "record of pushes, give it with --pushes FILE.",
                number=unsure,
                total=len(collected),
            )
        )
    return CollectReport(tuple(collected), tuple(refused), (*warnings, *_without_record(rows, pushes, record)))


def _refused(course: Course, row: Row, why: str | GradkitError, assignments: Sequence[str]) -> Refused:
    """A refusal that also says what is kept of earlier collections."""
    kept = [name for name in assignments if (course.submitted / row.student / name).is_dir()]
    reason = why.message if isinstance(why, GradkitError) else why
    if kept and not isinstance(why, EarlierStays):
        stays = message(
            "What was collected before of {assignments} stays in {folder}.",
            assignments=", ".join(kept),
            folder=f"submitted/{row.student}/",
        )
        reason = sentences(reason, stays)
    return Refused(f"{row.student}, {git.quoted_address(row.repository)}", reason, row.student, row.assignment)


def _without_record(rows: Sequence[Row], pushes: Path | None, record: Pushes) -> list[str]:
    """Warnings if the server's record and the roster name different repositories."""
    if pushes is None:
        return []
    unknown = sorted(record.keys() - {row.place for row in rows})
    lacking = [row.student for row in rows if row.place not in record]
    found: list[str] = []
    if unknown:
        found.append(
            message(
                "{path}: {number} of its repositories are not in the roster: {repositories}.",
                path=pushes,
                number=len(unknown),
                repositories=", ".join(unknown),
            )
        )
    if lacking:
        found.append(
            message(
                "{path}: has no push of {students}; their commits' own times were used.",
                path=pushes,
                students=", ".join(lacking),
            )
        )
    return found


def _places(course: Course, folders: Collection[str], wanted: Sequence[str]) -> dict[str, str]:
    """Each assignment's folder in a repository: the one of its name, or "" (the top) if no assignment has one.

    Case is ignored if only one folder can be meant. An assignment without a folder, beside others that have one, is
    taken as not submitted, and is not in the result.

    Raises:
        SubmissionRefused: the repository has no such folder, and could be for any of several assignments.
    """
    spelled = {name: _folder_of(name, folders) for name in course.assignment_ids}
    if any(spelled.values()):
        return {name: found for name in wanted if (found := spelled[name])}
    if len(wanted) > 1:
        raise SubmissionRefused(
            message(
                "it has no folder named after an assignment ({assignments}). If it is for only one of them, say "
                'which in the roster\'s column "assignment" or on the command line.',
                assignments=", ".join(wanted),
            )
        )
    return {wanted[0]: ""}


def _folder_of(assignment: str, folders: Collection[str]) -> str:
    """The folder with the assignment's name, or the only one that differs from it in case; "" if there is none."""
    alike = [name for name in folders if name.casefold() == assignment.casefold()]
    return assignment if assignment in folders else alike[0] if len(alike) == 1 else ""


def _bring_in(course: Course, row: Row, assignment: str, copy: Path, chosen: Chosen, folder: str) -> list[str]:
    refuse_by_rules(course, row.student, assignment, chosen.time)
    with scratch(course, "git") as work:
        left_out, inner = tree.write_files(copy, chosen.commit, folder, work / "files", course.submission)
        copied = copy_untrusted(work / "files", work / "submission", course.submission)
        refuse_worse(course, work / "submission", row.student, assignment)
        write_time(work / "submission", chosen.time)
        take(course, work / "submission", row.student, assignment)
    write_note(note_path(course, row.id, assignment), _facts(row, chosen))
    repositories = [
        message("{name} is another repository (a submodule) and was left out", name=quoted(name)) for name in inner
    ]
    return [*repositories, *copied.remarks(course, assignment), *not_kept(course, assignment, left_out)]


def _facts(row: Row, chosen: Chosen) -> dict[str, object]:
    return {
        "repository": git.without_user(row.repository),
        "commit": chosen.commit,
        "time": chosen.time.isoformat(),
        "time_from": "server" if chosen.by_server else "commit",
        "doubts": list(chosen.doubts),
    }


def _is_collected(course: Course, row: Row, assignment: str, chosen: Chosen, ledger: Ledger) -> bool:
    """Whether exactly this commit was the last one collected."""
    before = [read_note(course, student, assignment) for student in ledger.ids(row.student)]
    return _facts(row, chosen) in before and (course.submitted / row.student / assignment).is_dir()


@dataclass(frozen=True)
class Chosen:
    """The commit that counts.

    Attributes:
        commit: its id.
        time: the time of its push by the server's record, otherwise of the commit.
        by_server: whether the time is the server's.
        doubts: reasons to doubt the time.
    """

    commit: str
    time: datetime
    by_server: bool
    doubts: tuple[str, ...] = ()


def choose(copy: Path, tip: str, until: datetime | None, record: Sequence[tuple[datetime, str]]) -> Chosen:
    """The commit that counts, by the server's record if there is one.

    Args:
        copy: the bare copy.
        tip: the newest commit of the branch.
        until: the deadline; None: the newest commit counts.
        record: the server's record of pushes, (time, commit); of equal times the later push comes last.

    Raises:
        SubmissionRefused: no commit is in time.
    """
    if record:
        pushed = sorted(record, key=lambda push: push[0])
        in_time = [push for push in pushed if until is None or push[0] <= until]
        if not in_time:
            raise SubmissionRefused(
                message(
                    "nothing was pushed by {until}; the first push was at {first}.",
                    until=_said(until),
                    first=_said(pushed[0][0]),
                )
            )
        time, commit = in_time[-1]
        return Chosen(commit, time, by_server=True)
    commits = history(copy, tip)
    found = next((commit for commit in commits if until is None or commit.time <= until), None)
    if found is None:
        first = _said(commits[-1].time)
        raise SubmissionRefused(
            message("there is no commit by {until}; the first one is from {first}.", until=_said(until), first=first)
        )
    return Chosen(found.id, found.time, by_server=False, doubts=tuple(_doubts(commits, found)))


def _doubts(commits: Sequence[Commit], found: Commit) -> Iterator[str]:
    """Reasons to doubt a time written by a student's own clock."""
    if any(commit.time > found.time for commit in commits[commits.index(found) + 1 :]):
        yield message("an earlier commit has a later time, so at least one of the two is wrong")
    if found.time > datetime.now(UTC) + _AHEAD:
        yield message("the commit's time is in the future")


def _said(time: datetime | None) -> str:
    return "" if time is None else f"{time:%Y-%m-%d %H:%M:%S %Z}"

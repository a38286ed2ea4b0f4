"""Collect submissions from the repositories of a roster: of each the last commit before the deadline."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gradkit.course import Course
from gradkit.errors import GradkitError, SubmissionRefused, UsageError
from gradkit.export.roster import COLUMNS as PEOPLE
from gradkit.export.table import read_table
from gradkit.gradebook import git, tree
from gradkit.gradebook.collect import Collected, CollectReport, Refused
from gradkit.gradebook.commits import Chosen, choose
from gradkit.gradebook.exchange import check_student
from gradkit.gradebook.folders import copy_untrusted, put_in_place, scratch
from gradkit.gradebook.times import parse_time, write_time
from gradkit.temporary import replacing

_COLUMNS = ("student", "repository", "assignment")


@dataclass(frozen=True)
class Row:
    """One row of the roster: a student's repository, for one assignment or, where that is "", for all."""

    student: str
    repository: str
    assignment: str


Pushes = Mapping[str, Sequence[tuple[datetime, str]]]


def collect_repositories(
    course: Course,
    roster: Path,
    assignment_ids: Collection[str] | None = None,
    until: datetime | None = None,
    branch: str | None = None,
    pushes: Path | None = None,
) -> CollectReport:
    """Collect from every repository of the roster, where there is something newer than what was collected before.

    Args:
        course: the course.
        roster: a CSV file with the columns ``student``, ``repository`` and, where there is one repository for each
            assignment, ``assignment``. The columns of `export.roster` may stand in it, too.
        assignment_ids: only these; all when None.
        until: only what was handed in by then counts; the newest where it is None.
        branch: the branch; each repository's own default where it is None.
        pushes: the server's record, a CSV file with the columns ``repository``, ``commit`` and ``time``.

    Returns:
        What was collected and refused, and doubts about times. One repository's failure never stops the run.

    Raises:
        UsageError: roster or pushes is not what it should be.
    """
    rows, record = _read_roster(course, roster), {} if pushes is None else _read_pushes(pushes)
    collected: list[Collected] = []
    refused: list[Refused] = []
    warnings: list[str] = []
    unsure = 0
    for row in rows:
        copy = course.work / "repositories" / hashlib.sha256(row.repository.encode()).hexdigest()[:24]
        wanted = [row.assignment] if row.assignment else list(course.assignment_ids)
        wanted = [one for one in wanted if assignment_ids is None or one in assignment_ids]
        if not wanted:
            continue
        try:
            check_student(row.student)
            tip = git.fetch(row.repository, copy, branch)
            chosen = choose(row.repository, copy, tip, until, branch, record.get(row.repository, ()))
            git.ensure(row.repository, copy, chosen.commit)
            places = _places(course, tree.folders(copy, chosen.commit), wanted)
        except GradkitError as error:
            refused.append(Refused(git.shown(row.repository), str(error), row.student, row.assignment))
            continue
        for name, folder in places.items():
            if _is_collected(course, row, name, chosen):
                continue
            try:
                left_out = _bring_in(course, row, name, copy, chosen, folder)
            except GradkitError as error:
                refused.append(Refused(git.shown(row.repository), str(error), row.student, name))
            else:
                collected.append(Collected(row.student, name, chosen.time))
                unsure += not chosen.by_server
                warnings += [f"{row.student}, {name}: {text}." for text in (*chosen.doubts, *left_out)]
    if unsure:
        warnings.append(
            f"{unsure} of {len(collected)} times are the commits' own, which their authors can set. Where the server's "
            "record of pushes is at hand, --pushes FILE takes it."
        )
    return CollectReport(tuple(collected), tuple(refused), tuple(warnings))


def _places(course: Course, folders: Collection[str], wanted: Sequence[str]) -> dict[str, str]:
    """Where in a repository each assignment lies: in the folder of its name; at the top, where no assignment has one.

    An assignment without a folder beside others that have one is not handed in, and not in the result.

    Raises:
        SubmissionRefused: the repository has no such folder, and could be any of several assignments.
    """
    if any(name in folders for name in course.assignment_ids):
        return {name: name for name in wanted if name in folders}
    if len(wanted) > 1:
        raise SubmissionRefused(
            f"it has no folder named after an assignment ({', '.join(wanted)}). If it is for one of them alone, say "
            'which: in the roster\'s column "assignment", or on the command line.'
        )
    return {wanted[0]: ""}


def _bring_in(course: Course, row: Row, assignment: str, copy: Path, chosen: Chosen, folder: str) -> list[str]:
    with scratch(course, "git") as work:
        left_out = tree.write_files(copy, chosen.commit, folder, work / "files", course.submission)
        copy_untrusted(work / "files", work / "submission", course.submission)
        write_time(work / "submission", chosen.time)
        put_in_place(work / "submission", course.submitted / row.student / assignment)
    note = _note(course, row.student, assignment)
    note.parent.mkdir(parents=True, exist_ok=True)
    with replacing(note) as new:
        new.write_text(json.dumps(_facts(row, chosen), indent=1) + "\n", encoding="utf-8")
    return left_out


def _facts(row: Row, chosen: Chosen) -> dict[str, object]:
    return {
        "repository": row.repository,
        "commit": chosen.commit,
        "time": chosen.time.isoformat(),
        "time_from": "server" if chosen.by_server else "commit",
        "doubts": list(chosen.doubts),
    }


def _note(course: Course, student: str, assignment: str) -> Path:
    return course.work / "collected" / student / f"{assignment}.json"


def _is_collected(course: Course, row: Row, assignment: str, chosen: Chosen) -> bool:
    """Whether just this commit is what lies in ``submitted/``."""
    try:
        before = json.loads(_note(course, row.student, assignment).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(before == _facts(row, chosen)) and (course.submitted / row.student / assignment).is_dir()


def _read_roster(course: Course, path: Path) -> list[Row]:
    table = read_table(path)
    unknown = [name for name in table.header if name.strip() not in {*_COLUMNS, *PEOPLE}]
    if unknown:
        raise UsageError(f'{path}: "{unknown[0]}" is none of its columns: {", ".join(_COLUMNS)}.')
    for name in ("student", "repository"):
        table.column(name)
    rows = [Row(*(table.get(row, name) for name in _COLUMNS)) for row in table.rows]
    seen: dict[tuple[str, str], int] = {}
    for number, row in enumerate(rows, start=2):
        if not row.student or not row.repository:
            raise UsageError(f"{path}, row {number}: student and repository must both be given.")
        if row.assignment and row.assignment not in course.assignment_ids:
            known = ", ".join(course.assignment_ids)
            raise UsageError(
                f"{path}, row {number}: there is no assignment {row.assignment} (the course has: {known})."
            )
        before = seen.setdefault((row.student, row.assignment), number)
        if before != number:
            raise UsageError(f"{path}, row {number}: {row.student} stands in row {before} already.")
    return rows


def _read_pushes(path: Path) -> Pushes:
    table = read_table(path)
    for name in ("repository", "commit", "time"):
        table.column(name)
    found: dict[str, list[tuple[datetime, str]]] = {}
    for number, row in enumerate(table.rows, start=2):
        time = parse_time(table.get(row, "time"))
        if time is None:
            raise UsageError(
                f"{path}, row {number}: {table.get(row, 'time')!r} is no time, such as 2026-10-05T21:59:00Z."
            )
        found.setdefault(table.get(row, "repository"), []).append((time, table.get(row, "commit")))
    return found

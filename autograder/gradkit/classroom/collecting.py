"""Collect a class's submissions from the exchange, uploaded zip files or repositories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from gradkit.classroom.renaming import settle
from gradkit.collect.classroom50 import collect_classroom50
from gradkit.collect.collected import CollectReport, Entry, refusals_in_words
from gradkit.collect.inbound import collect
from gradkit.collect.repositories import collect_repositories
from gradkit.collect.zip_uploads import collect_zips
from gradkit.course import Course
from gradkit.errors import UsageError
from gradkit.messages import message


@dataclass(frozen=True)
class Repositories:
    """The list of repositories, and which commit of each counts; see `collect_repositories`.

    With ``classroom50`` the repositories are those of a classroom, and ``roster`` says who is who; see
    `collect_classroom50`.
    """

    roster: Path
    until: datetime | None = None
    branch: str | None = None
    pushes: Path | None = None
    classroom50: str | None = None


@dataclass(frozen=True)
class Incoming:
    """The result of one run of collecting.

    Attributes:
        collected: the number of new or newer submissions.
        refused: what was refused, one sentence each.
        warnings: what an instructor should look at, one sentence each.
        entries: what became of each item found.
    """

    collected: int
    refused: tuple[str, ...]
    warnings: tuple[str, ...]
    entries: tuple[Entry, ...] = ()


def collect_class(
    course: Course,
    assignments: Sequence[str] | None = None,
    zips: Path | None = None,
    pattern: str | None = None,
    repositories: Repositories | None = None,
    times: Path | None = None,
    roster: Path | None = None,
) -> Incoming:
    """Collect from nbgrader's exchange, from a platform's download, or from a roster of repositories.

    Args:
        course: the course.
        assignments: only these; None: all.
        zips: a platform's download, a zip file or unpacked, instead of the exchange.
        pattern: with ``zips``: how to read their names.
        repositories: the roster of repositories, instead of the exchange.
        times: with ``zips``: a table of hand-in times; see `collect_zips`.
        roster: with ``zips``: the students, with the ids that the names have; see `collect_zips`.

    Raises:
        UsageError: an assignment, the folder or the pattern is wrong.
    """
    for name in assignments or ():
        course.assignment(name)
    problems = settle(course)
    incoming = _collect(course, assignments, zips, pattern, repositories, times, roster)
    return replace(incoming, warnings=(*problems, *incoming.warnings))


def _collect(
    course: Course,
    assignments: Sequence[str] | None,
    zips: Path | None,
    pattern: str | None,
    repositories: Repositories | None,
    times: Path | None,
    roster: Path | None,
) -> Incoming:
    if times is not None and zips is None:
        raise UsageError(message("--times FILE says when uploads were handed in: it needs --zip PATH."))
    if roster is not None and zips is None:
        raise UsageError(message("--roster FILE says whose uploads these are: it needs --zip PATH."))
    if repositories is not None:
        if zips is not None or pattern is not None:
            raise UsageError(message("--zip and --git (or --classroom50) exclude each other: give one of them."))
        source = repositories
        which = (assignments, source.until, source.branch, source.pushes)
        if source.classroom50 is not None:
            return _incoming(collect_classroom50(course, source.classroom50, source.roster, *which))
        return _incoming(collect_repositories(course, source.roster, *which))
    if zips is None:
        if pattern is not None:
            raise UsageError(message("--pattern describes the names of zip files: it needs --zip PATH."))
        return _incoming(collect(course, assignments))
    if assignments is not None and len(assignments) > 1:
        raise UsageError(message("--zip PATH takes at most one assignment, the one that all the files are for."))
    return _incoming(collect_zips(course, zips, assignments[0] if assignments else None, pattern, times, roster))


def _incoming(report: CollectReport) -> Incoming:
    taken = [
        Entry(_bare(submission.name), "taken", "", submission.student, submission.assignment)
        for submission in report.collected
    ]
    passed = [replace(entry, name=_bare(entry.name)) for entry in report.passed]
    refused = [
        Entry(
            _bare(submission.name),
            "refused" if submission.understood else "not understood",
            submission.reason,
            submission.student,
            submission.assignment,
        )
        for submission in report.refused
    ]
    return Incoming(
        len(report.collected),
        tuple(refusals_in_words(report.refused)),
        report.warnings,
        tuple(sorted([*taken, *passed, *refused], key=lambda entry: (entry.name, entry.student, entry.assignment))),
    )


def _bare(shown: str) -> str:
    """A name without its quotes."""
    return shown[1:-1] if shown.startswith('"') and shown.endswith('"') else shown

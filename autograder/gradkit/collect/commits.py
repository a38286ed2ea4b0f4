"""Which commit of a repository counts, when it was submitted, and how certain that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gradkit.errors import SubmissionRefused
from gradkit.intake.git import Commit, history

_AHEAD = timedelta(minutes=10)  # tolerance for a fast clock


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
                f"nothing was pushed by {_said(until)}; the first push was at {_said(pushed[0][0])}."
            )
        time, commit = in_time[-1]
        return Chosen(commit, time, by_server=True)
    commits = history(copy, tip)
    found = next((commit for commit in commits if until is None or commit.time <= until), None)
    if found is None:
        first = _said(commits[-1].time)
        raise SubmissionRefused(f"there is no commit by {_said(until)}; the first one is from {first}.")
    return Chosen(found.id, found.time, by_server=False, doubts=tuple(_doubts(commits, found)))


def _doubts(commits: Sequence[Commit], found: Commit) -> Iterator[str]:
    """Reasons to doubt a time written by a student's own clock."""
    if any(commit.time > found.time for commit in commits[commits.index(found) + 1 :]):
        yield "an earlier commit has a later time, so at least one of the two is wrong"
    if found.time > datetime.now(UTC) + _AHEAD:
        yield "the commit's time is in the future"


def _said(time: datetime | None) -> str:
    return "" if time is None else f"{time:%Y-%m-%d %H:%M:%S %Z}"

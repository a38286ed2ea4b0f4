"""Which commit of a repository counts, when it was handed in, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gradkit.errors import SubmissionRefused
from gradkit.intake.git import Commit, history

_AHEAD = timedelta(minutes=10)  # that a clock may be fast


@dataclass(frozen=True)
class Chosen:
    """The commit that counts.

    Attributes:
        commit: its id.
        time: when it was handed in: pushed, by the server's record, else committed.
        by_server: whether the server says so.
        doubts: what speaks against that time.
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
        until: the deadline; None where the newest commit counts.
        record: the server's record: when which commit was pushed, the later of two at one time after the other.

    Raises:
        SubmissionRefused: there is none before the deadline.
    """
    if record:
        pushed = sorted(record, key=lambda one: one[0])
        in_time = [one for one in pushed if until is None or one[0] <= until]
        if not in_time:
            raise SubmissionRefused(
                f"nothing was pushed until {_said(until)}; the first push was {_said(pushed[0][0])}."
            )
        time, commit = in_time[-1]
        return Chosen(commit, time, by_server=True)
    commits = history(copy, tip)
    found = next((one for one in commits if until is None or one.time <= until), None)
    if found is None:
        first = _said(commits[-1].time)
        raise SubmissionRefused(f"there is no commit until {_said(until)}; the first one is of {first}.")
    return Chosen(found.id, found.time, by_server=False, doubts=tuple(_doubts(commits, found)))


def _doubts(commits: Sequence[Commit], found: Commit) -> Iterator[str]:
    """What speaks against a time that a student's own clock wrote."""
    if any(one.time > found.time for one in commits[commits.index(found) + 1 :]):
        yield "an earlier commit bears a later time, so at least one of the two is wrong"
    if found.time > datetime.now(UTC) + _AHEAD:
        yield "the commit bears a time that is yet to come"


def _said(time: datetime | None) -> str:
    return "" if time is None else f"{time:%Y-%m-%d %H:%M:%S %Z}"

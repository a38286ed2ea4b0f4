"""Whose a folder in the exchange is, and whether it may speak for the student in its name.

Everybody can put a folder of any name into the exchange; whose account did it, the file system knows. Where students'
ids are accounts of this machine, owner and name must agree. Where they are not, owners can still contradict names: one
owner for two students, or two for one. Folders of the account that collects, and of root, say nothing: whoever has
these could have written anything, and copies what came in on another way.
"""

from __future__ import annotations

import os
import pwd
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gradkit.collect.exchange import Inbound
from gradkit.course.course import Owners
from gradkit.gradebook.timestamps import SLACK, said
from gradkit.ids import spelled

ADVICE = (
    "Find out who put these folders there, then delete them. Where owners mean nothing, because somebody copied the "
    'folders, exchange_owners = "ignore" in course.toml takes each at its word.'
)


@dataclass(frozen=True)
class Ownership:
    """What the owners of the exchange's folders say.

    Attributes:
        refused: by folder, why it does not speak for the student in its name.
        unchecked: the folders whose owner says nothing of who handed them in.
        ours: those of them of which the files' times say nothing either: they are copies made here.
    """

    refused: Mapping[Path, str]
    unchecked: frozenset[Path]
    ours: frozenset[Path]


def judge(inbound: Sequence[Inbound], policy: Owners) -> Ownership:
    """Compare owners with names.

    Args:
        inbound: everything that lies in the exchange, for all assignments: one folder is evidence for another.
        policy: "check": only the student's own account, or ours, speaks for a student. "ignore": every name is
            believed. "auto": as "check" where ids are accounts, by what is in the exchange and in the machine's list of
            accounts; else only contradictions are refused.
    """
    if policy == "ignore":
        everything = frozenset(one.path for one in inbound)
        return Ownership({}, everything, everything)
    refused: dict[Path, str] = {}
    ours: set[Path] = set()
    agreeing: set[Path] = set()
    others: list[tuple[Inbound, int]] = []
    for one in inbound:
        strangers = one.traces.owners - {os.getuid(), 0}
        if not strangers:
            ours.add(one.path)
        elif len(strangers) > 1:
            refused[one.path] = f"it holds files of several accounts: {', '.join(map(_named, sorted(strangers)))}."
        elif _account(one.student) in strangers:
            agreeing.add(one.path)
        else:
            others.append((one, min(strangers)))
    by_account = policy == "check" or bool(agreeing)
    foreign = [(one, owner) for one, owner in others if by_account or _account(one.student) is not None]
    refused |= _foreign(foreign) | _contradicting([one for one in others if one not in foreign])
    unchecked = {one.path for one, _ in others if one.path not in refused}
    return Ownership(refused, frozenset(ours | unchecked), frozenset(ours))


def _foreign(others: Iterable[tuple[Inbound, int]]) -> dict[Path, str]:
    return {
        one.path: f"it says that it is from {spelled(one.student)} but belongs to {_named(owner)}."
        for one, owner in others
    }


def _contradicting(others: Sequence[tuple[Inbound, int]]) -> dict[Path, str]:
    """Where ids are no accounts: each owner has one id, each id one owner; or all have the same owner."""
    students: defaultdict[int, set[str]] = defaultdict(set)
    owners: defaultdict[str, set[int]] = defaultdict(set)
    for one, owner in others:
        students[owner].add(one.student)
        owners[one.student].add(owner)
    if len(students) < 2:
        return {}
    refused = {}
    for one, owner in others:
        if len(owners[one.student]) > 1:
            found = ", ".join(map(_named, sorted(owners[one.student])))
            refused[one.path] = (
                f"folders that are from {spelled(one.student)} by name belong to several accounts: {found}."
            )
        elif len(students[owner]) > 1:
            found = ", ".join(map(spelled, sorted(students[owner])))
            refused[one.path] = f"{_named(owner)} has handed in for several students: {found}."
    return refused


def believed(taken: Sequence[Inbound], ownership: Ownership, policy: Owners) -> Iterator[str]:
    """What had to be taken from names alone, of the folders that were collected."""
    unchecked = [one for one in taken if one.path in ownership.unchecked]
    if unchecked:
        why = 'exchange_owners = "ignore"' if policy == "ignore" else "their owners are not students' accounts"
        yield f"{len(unchecked)} of {len(taken)} folders were believed to be from whom their names say: {why}."
    later = [one for one in unchecked if one.path in ownership.ours and one.traces.changed > one.time + SLACK]
    if later:
        found = [f"{one.student} ({said(one.time)}, changed {said(one.traces.changed)})" for one in later[:5]]
        more = f" and {len(later) - 5} more" if len(later) > 5 else ""
        yield f"So were their times, though files were changed later, as copies are: {', '.join(found)}{more}."


@cache
def _account(name: str) -> int | None:
    try:
        return pwd.getpwnam(name).pw_uid
    except (KeyError, ValueError, UnicodeEncodeError):
        return None


@cache
def _named(owner: int) -> str:
    try:
        return f"the account {spelled(pwd.getpwuid(owner).pw_name)}"
    except KeyError:
        return f"user id {owner} (no account)"

"""Whether a folder in the exchange is really from the student in its name, judged by its owner.

Anyone can put a folder of any name into the exchange, but the file system records whose account did. If students' ids
are accounts of this machine, owner and name must agree. If not, owners can still contradict names: one owner for two
students, or two for one. Folders of the collecting account and of root prove nothing: these accounts can write
anything, and copy what arrived by other ways.
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
from gradkit.messages import Message, message, with_commas

ADVICE = message(
    "Find out who put these folders there, then delete them. If owners mean nothing because the folders were copied, "
    'set exchange_owners = "ignore" in course.toml to believe their names.'
)


@dataclass(frozen=True)
class Ownership:
    """What the owners of the exchange's folders prove.

    Attributes:
        refused: folder -> why it is not believed to be from the student in its name.
        unchecked: the folders whose owner does not show who submitted them.
        ours: those of them whose times prove nothing either, being copies made here.
    """

    refused: Mapping[Path, str]
    unchecked: frozenset[Path]
    ours: frozenset[Path]


def judge(inbound: Sequence[Inbound], policy: Owners) -> Ownership:
    """Compare owners with names.

    Args:
        inbound: everything in the exchange, for all assignments: folders are evidence for one another.
        policy: "check": only folders of the student's own account, or ours, are accepted. "ignore": every name is
            believed. "auto": as "check" if ids are accounts, by the exchange and the machine's list of accounts;
            otherwise only contradictions are refused.
    """
    if policy == "ignore":
        everything = frozenset(entry.path for entry in inbound)
        return Ownership({}, everything, everything)
    refused: dict[Path, str] = {}
    ours: set[Path] = set()
    agreeing: set[Path] = set()
    others: list[tuple[Inbound, int]] = []
    for entry in inbound:
        strangers = entry.traces.owners - {os.getuid(), 0}
        if not strangers:
            ours.add(entry.path)
        elif len(strangers) > 1:
            refused[entry.path] = message(
                "it holds files of several accounts: {accounts}.", accounts=with_commas(map(_named, sorted(strangers)))
            )
        elif _account(entry.student) in strangers:
            agreeing.add(entry.path)
        else:
            others.append((entry, min(strangers)))
    by_account = policy == "check" or bool(agreeing)
    foreign = [(entry, owner) for entry, owner in others if by_account or _account(entry.student) is not None]
    refused |= _foreign(foreign) | _contradicting([entry for entry in others if entry not in foreign])
    unchecked = {entry.path for entry, _ in others if entry.path not in refused}
    return Ownership(refused, frozenset(ours | unchecked), frozenset(ours))


def _foreign(others: Iterable[tuple[Inbound, int]]) -> dict[Path, str]:
    return {
        entry.path: message(
            "its name says it is from {student}, but it belongs to {account}.",
            student=spelled(entry.student),
            account=_named(owner),
        )
        for entry, owner in others
    }


def _contradicting(others: Sequence[tuple[Inbound, int]]) -> dict[Path, str]:
    """If ids are not accounts: each owner must have one id and each id one owner, unless all have the same owner."""
    students: defaultdict[int, set[str]] = defaultdict(set)
    owners: defaultdict[str, set[int]] = defaultdict(set)
    for entry, owner in others:
        students[owner].add(entry.student)
        owners[entry.student].add(owner)
    if len(students) < 2:
        return {}
    refused: dict[Path, str] = {}
    for entry, owner in others:
        if len(owners[entry.student]) > 1:
            found = with_commas(map(_named, sorted(owners[entry.student])))
            refused[entry.path] = message(
                "folders named as from {student} belong to several accounts: {accounts}.",
                student=spelled(entry.student),
                accounts=found,
            )
        elif len(students[owner]) > 1:
            found = ", ".join(map(spelled, sorted(students[owner])))
            refused[entry.path] = message(
                "{account} has submitted for several students: {students}.", account=_named(owner), students=found
            )
    return refused


def believed(taken: Sequence[Inbound], ownership: Ownership, policy: Owners) -> Iterator[str]:
    """Warnings on collected folders whose names had to be believed."""
    unchecked = [entry for entry in taken if entry.path in ownership.unchecked]
    if unchecked:
        why = (
            message('exchange_owners = "ignore"')
            if policy == "ignore"
            else message("their owners are not students' accounts")
        )
        yield message(
            "{number} of {total} folders were accepted by their names alone: {reason}.",
            number=len(unchecked),
            total=len(taken),
            reason=why,
        )
    later = [entry for entry in unchecked if entry.path in ownership.ours and entry.traces.changed > entry.time + SLACK]
    if later:
        found = with_commas(map(_changed, later[:5]))
        if len(later) > 5:
            more = len(later) - 5
            found = message("{names} and {number} more", names=found, number=more)
        yield message(
            "So were their times, although files were changed later, as in copies: {submissions}.", submissions=found
        )


def _changed(entry: Inbound) -> Message:
    return message(
        "{student} ({time}, changed {changed})",
        student=entry.student,
        time=said(entry.time),
        changed=said(entry.traces.changed),
    )


@cache
def _account(name: str) -> int | None:
    try:
        return pwd.getpwnam(name).pw_uid
    except (KeyError, ValueError, UnicodeEncodeError):
        return None


@cache
def _named(owner: int) -> Message:
    try:
        return message("the account {name}", name=spelled(pwd.getpwuid(owner).pw_name))
    except KeyError:
        return message("user id {number} (no account)", number=owner)

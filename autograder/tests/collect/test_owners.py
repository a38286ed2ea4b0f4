"""Whose a folder in the exchange is: real folders of nbgrader's, given to real accounts of this machine.

Only root can give a file away. Where somebody else runs these tests, all folders stay their own: then names are
believed, which is said, and the rule itself is tested on made-up owners.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gradkit.collect.exchange import Inbound
from gradkit.collect.inbound import collect
from gradkit.collect.owners import judge
from gradkit.course import Course
from gradkit.course.course import Owners
from gradkit.gradebook.timestamps import read_time
from gradkit.intake.traces import Traces

HW = "hw1_lines"
ROOT = os.geteuid() == 0
HOUR = timedelta(hours=1)
NOBODY, NOBODY_ELSE = 54_321, 54_322  # user ids that no account has
# Two accounts that every Linux has and nobody uses; here they are students.
ADA, EVE = (pwd.getpwnam(name).pw_name for name in ("daemon", "bin"))


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def uid(account: str | int) -> int:
    return account if isinstance(account, int) else pwd.getpwnam(account).pw_uid


@pytest.fixture
def hand_in(room: Any) -> Callable[..., Path]:
    """Submit with nbgrader as ``account``, in the name of ``student``; the folder in the exchange."""

    def run(student: str, account: str | int, text: str = "x = 1\n", ago: timedelta = timedelta(0)) -> Path:
        before = set(room.inbound.iterdir()) if room.inbound.exists() else set()
        room.hand_in(student, now() - ago, {"lines.py": text})
        [folder] = set(room.inbound.iterdir()) - before
        if ROOT:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, uid(account), -1)
        return folder

    return run


def work(course: Course, student: str) -> str:
    return (course.submitted / student / HW / "lines.py").read_text()


def test_nobody_replaces_another_students_work(room: Any, hand_in: Callable[..., Path]) -> None:
    hand_in(ADA, ADA, "honest\n", 2 * HOUR)
    assert collect(room.course).refused == ()
    forged = hand_in(ADA, EVE, "forged\n")
    hand_in(EVE, EVE)
    report = collect(room.course)
    if not ROOT:
        assert [text for text in report.warnings if "accepted by their names alone" in text]
        return
    assert work(room.course, ADA) == "honest\n"
    assert [one.student for one in report.collected] == [EVE]
    [refused] = report.refused
    assert (refused.student, refused.assignment) == (ADA, HW)
    assert refused.name == f'"{forged.name}"'
    assert f'is from "{ADA}", but it belongs to the account "{EVE}"' in refused.reason
    assert any('exchange_owners = "ignore"' in text for text in report.warnings)
    # It is named again until somebody has deleted it, also when newer work has come in.
    hand_in(ADA, ADA, "newer\n", -HOUR / 60)
    assert [one.name for one in collect(room.course).refused] == [refused.name]
    assert work(room.course, ADA) == "newer\n"


def test_a_file_that_another_account_put_into_a_folder_is_seen(room: Any, hand_in: Callable[..., Path]) -> None:
    folder = hand_in(ADA, ADA)  # nbgrader makes it writable for everybody
    if ROOT:
        os.chown(folder / "lines.py", uid(EVE), -1)
    report = collect(room.course)
    assert bool(report.collected) != ROOT
    assert [one.reason.partition(":")[0] for one in report.refused] == ["it holds files of several accounts"] * ROOT


def test_a_name_in_the_past_is_late_all_the_same(room: Any, hand_in: Callable[..., Path]) -> None:
    folder = hand_in(ADA, ADA)
    parts = folder.name.split("+")
    parts[2] = "1999-01-01 00:00:00 UTC"
    folder = folder.rename(folder.with_name("+".join(parts)))
    (folder / "timestamp.txt").write_text(parts[2])
    for path in (*folder.iterdir(), folder):
        os.utime(path, (0, 0))  # this much a student can do
    report = collect(room.course)
    found = read_time(room.course.submitted / ADA / HW)
    assert found is not None
    assert (now() - found < HOUR) == ROOT
    text = "\n".join(report.warnings)
    assert f"{ADA}, {HW}: its name says 1999-01-01 00:00:00 UTC, which is more than a year too early." in text
    assert f"{now():%Y-%m-%d}" in text  # the files' time, where it counts and where it does not
    assert collect(room.course).collected == ()


def test_the_order_of_names_is_not_the_order_of_hand_ins(room: Any, hand_in: Callable[..., Path]) -> None:
    hand_in(ADA, ADA, "first\n", 3 * HOUR)
    hand_in(ADA, ADA, "second\n", 4 * HOUR)
    collect(room.course)
    # Both were written just now, the second one last.
    assert work(room.course, ADA) == ("second\n" if ROOT else "first\n")


@pytest.mark.parametrize("owners", ["auto", "check"])
def test_what_the_collecting_account_copied_is_believed_and_that_is_said(room: Any, owners: Owners) -> None:
    time = now() - 48 * HOUR
    for student in ("ada", "zoe"):
        room.hand_in(student, time)
    report = collect(replace(room.course, exchange_owners=owners))
    assert [one.time for one in report.collected] == [time, time]
    believed, times = report.warnings
    assert believed.startswith("2 of 2 folders were accepted by their names alone")
    assert all(f"{student} (" in times for student in ("ada", "zoe"))
    assert collect(room.course).warnings == ()


@pytest.mark.parametrize(
    ("owners", "refused"),
    [("auto", set()), ("check", {"ada", "zoe"}), ("ignore", set())],
    ids=lambda value: value if isinstance(value, str) else " ".join(sorted(value)),
)
def test_one_account_for_the_whole_class_says_nothing(
    room: Any, hand_in: Callable[..., Path], owners: Owners, refused: set[str]
) -> None:
    hand_in("ada", NOBODY)
    hand_in("zoe", NOBODY)
    report = collect(replace(room.course, exchange_owners=owners))
    assert {one.student for one in report.refused} == (refused if ROOT else set())
    assert {one.student for one in report.collected} == {"ada", "zoe"} - (refused if ROOT else set())


def test_ids_that_are_no_accounts_may_still_not_change_hands(room: Any, hand_in: Callable[..., Path]) -> None:
    hand_in("4711", NOBODY, "honest\n", HOUR)
    hand_in("4712", NOBODY_ELSE)
    assert len(collect(room.course).collected) == 2
    hand_in("4711", NOBODY_ELSE, "forged\n")
    report = collect(room.course)
    if ROOT:
        assert work(room.course, "4711") == "honest\n"
        reasons = " ".join(one.reason for one in report.refused)
        assert 'named as from "4711" belong to several accounts' in reasons
        assert 'user id 54322 (no account) has submitted for several students: "4711", "4712"' in reasons


# ---- the rule itself, whoever runs it


def inbound(student: str, *owners: int) -> Inbound:
    path = Path(f"/exchange/{student}+{HW}+{'-'.join(map(str, owners))}")
    return Inbound(student, HW, now(), path, Traces(frozenset(owners), now()))


def refused_students(*folders: Inbound, policy: Owners = "auto") -> list[str]:
    found = judge(folders, policy).refused
    return [f"{one.student} by {max(one.traces.owners)}" for one in folders if one.path in found]


ME = os.getuid()


@pytest.mark.parametrize(
    ("folders", "refused"),
    [
        ([inbound(ADA, uid(ADA)), inbound(EVE, uid(EVE))], []),
        ([inbound(ADA, uid(EVE))], [f"{ADA} by {uid(EVE)}"]),  # an account of this machine, and not the owner
        ([inbound(ADA, uid(ADA)), inbound("zoe", uid(EVE))], [f"zoe by {uid(EVE)}"]),  # ids are accounts here
        ([inbound(ADA, uid(ADA)), inbound("zoe", ME), inbound("zed", 0)], []),
        ([inbound(ADA, uid(ADA), ME)], []),
        ([inbound(ADA, uid(ADA), uid(EVE))], [f"{ADA} by {max(uid(ADA), uid(EVE))}"]),
        ([inbound("zoe", NOBODY), inbound("zed", NOBODY)], []),
        ([inbound("zoe", NOBODY), inbound("zed", NOBODY_ELSE)], []),
        ([inbound("zoe", NOBODY), inbound("zoe", NOBODY_ELSE)], [f"zoe by {NOBODY}", f"zoe by {NOBODY_ELSE}"]),
    ],
)  # fmt: skip
def test_owners_and_names(folders: list[Inbound], refused: list[str]) -> None:
    assert refused_students(*folders) == refused
    assert refused_students(*folders, policy="ignore") == []


def test_only_what_we_copied_is_believed_where_owners_must_agree() -> None:
    assert refused_students(inbound("zoe", NOBODY), inbound("zed", ME), policy="check") == [f"zoe by {NOBODY}"]

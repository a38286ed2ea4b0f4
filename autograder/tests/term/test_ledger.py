"""The ledger: what it holds, and what a wrong line says."""

from __future__ import annotations

import json
import multiprocessing
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradkit.course import Course, load_course
from gradkit.errors import CourseError
from gradkit.term.ledger import Event, Ledger, append, ledger_path, read_ledger

from ..demo_course import BARE, write_tree

NOW = datetime(2026, 10, 1, 12, 0, 0, 500_000, tzinfo=UTC)
EVENTS = [
    Event(NOW, "jill", "extend", "ada", "hw1", days=2, reason="ill, « fièvre »"),
    Event(NOW, "jill", "extend", "ada", "hw1", until=NOW + timedelta(days=3)),
    Event(NOW, "jill", "excuse", "bob", "hw1", reason="a\nb"),
    Event(NOW, "jill", "choose", "cyd", "hw1", attempt=NOW),
    Event(NOW, "jill", "drop", "李雷"),
    Event(NOW + timedelta(seconds=1), "jill", "drop", "李雷", withdrawn=True),
]


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return load_course(write_tree(tmp_path, BARE))


def test_what_was_entered_is_read(course: Course) -> None:
    assert read_ledger(course) == Ledger()
    append(course, EVENTS[:4])
    append(course, EVENTS[4:])
    assert read_ledger(course) == Ledger(EVENTS)
    lines = ledger_path(course).read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[0]) == {
        "at": "2026-10-01T12:00:00.500000Z",
        "by": "jill",
        "kind": "extend",
        "student": "ada",
        "assignment": "hw1",
        "days": 2,
        "reason": "ill, « fièvre »",
    }
    assert len(lines) == len(EVENTS)


def test_lines_may_be_merged_in_any_order(course: Course) -> None:
    append(course, EVENTS)
    path = ledger_path(course)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*reversed(lines), "", lines[0]]), encoding="utf-8")  # twice, and no end of line
    assert read_ledger(course) == Ledger(EVENTS)
    append(course, [Event(NOW, "jill", "drop", "ada")])
    assert read_ledger(course).drop("ada") is not None


def test_what_was_withdrawn_does_not_hold() -> None:
    ledger = Ledger(EVENTS)
    assert ledger.dropped == frozenset()
    assert Ledger(EVENTS[:-1]).dropped == {"李雷"}
    assert [event.days for event in ledger.extensions("ada", "hw1")] == [2, None]
    excuse, choice = ledger.excuse("bob", "hw1"), ledger.choice("cyd", "hw1")
    assert (excuse and excuse.reason, choice and choice.attempt) == ("a\nb", NOW)
    assert ledger.excuse("ada", "hw1") is None


def renaming(minute: int, old: str, new: str, **more: Any) -> Event:
    return Event(NOW + timedelta(minutes=minute), "jill", more.pop("kind", "rename"), old, to=new, **more)


def test_an_id_leads_to_the_present_one() -> None:
    ledger = Ledger([renaming(1, "a", "b"), renaming(2, "c", "b", kind="merge"), renaming(3, "b", "d")])
    assert [ledger.now(each) for each in "abcde"] == ["d", "d", "d", "d", "e"]
    assert (ledger.ids("a"), ledger.ids("e")) == (("d", "a", "b", "c"), ("e",))
    back = Ledger([*ledger.events, renaming(4, "d", "b")])
    assert [back.now(each) for each in "abcd"] == ["b"] * 4
    withdrawn = Ledger([*ledger.events, renaming(4, "b", "d", withdrawn=True)])
    assert [withdrawn.now(each) for each in "abcd"] == ["b", "b", "b", "d"]
    two = Ledger([renaming(1, "a", "b"), renaming(2, "a", "c")])  # decided in two copies: the later id
    assert [two.now(each) for each in "abc"] == ["c"] * 3
    two = Ledger([renaming(1, "a", "b"), renaming(2, "c", "a", kind="merge")])
    assert [two.now(each) for each in "abc"] == ["b"] * 3


def test_what_was_decided_under_any_id_holds_for_the_student() -> None:
    ledger = Ledger([*EVENTS[:-1], renaming(1, "ada", "ada.l"), renaming(2, "李雷", "ada.l", kind="merge")])
    assert len(ledger.extensions("ada.l", "hw1")) == len(ledger.extensions("ada", "hw1")) == 2
    assert ledger.dropped == {"ada.l"}


steps = st.lists(
    st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde"), st.booleans(), st.booleans()).filter(
        lambda step: step[0] != step[1]
    ),
    max_size=12,
)


@given(steps, st.randoms(use_true_random=False))
def test_any_renames_lead_somewhere_in_any_order_of_lines(
    steps: list[tuple[str, str, bool, bool]], dice: random.Random
) -> None:
    events = [
        renaming(minute, old, new, kind="merge" if merged else "rename", withdrawn=withdrawn)
        for minute, (old, new, merged, withdrawn) in enumerate(steps)
    ]
    ledger, shuffled = Ledger(events), Ledger(dice.sample(events, len(events)) + events[:1])
    for each in "abcde":
        assert ledger.now(each) == shuffled.now(each) == ledger.now(ledger.now(each))
        assert each in ledger.ids(each)
        assert ledger.ids(each) == ledger.ids(ledger.now(each))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"at": "2026-10-01T12:00:00Z", "by": "jill", "ki', "the line"),
        ('{"at": "2026-10-01T12:00:00Z", "by": "j", "kind": "extent", "student": "ada"}', "kind"),
        ('{"at": "2026-10-01T12:00:00", "by": "j", "kind": "drop", "student": "ada"}', "at"),
        ('{"at": "2026-10-01T12:00:00Z", "by": "j", "kind": "extend", "student": "ada", "days": 0}', "days"),
        ('{"at": "2026-10-01T12:00:00Z", "by": "j", "kind": "drop", "student": "ada", "why": ""}', "why"),
        ('{"at": "2026-10-01T12:00:00Z", "by": "j", "kind": "rename", "student": "ada"}', "the line"),
        ('{"at": "2026-10-01T12:00:00Z", "by": "j", "kind": "drop", "student": "ada", "to": "bob"}', "the line"),
    ],
)
def test_a_wrong_line_is_named_and_stays(course: Course, line: str, said: str) -> None:
    append(course, EVENTS[:1])
    path = ledger_path(course)
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(CourseError, match=rf"ledger\.jsonl, line 2: {said}: "):
        read_ledger(course)
    with pytest.raises(CourseError):
        append(course, EVENTS)
    assert path.read_bytes() == before


def _enter(root: Path, name: str) -> None:
    course = load_course(root)
    for _ in range(20):
        append(course, [Event(datetime.now(UTC), name, "drop", f"{name}{number}") for number in range(3)])


def test_two_may_decide_at_once(course: Course) -> None:
    processes = [multiprocessing.get_context("spawn").Process(target=_enter, args=(course.root, n)) for n in "ab"]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert len(read_ledger(course).events) == 120

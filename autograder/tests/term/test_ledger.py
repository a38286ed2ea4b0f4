"""The ledger: what it holds, and what a wrong line says."""

from __future__ import annotations

import json
import multiprocessing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

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


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"at": "2026-10-01T12:00:00Z", "by": "jill", "ki', "the line"),
        ('{"at": "2026-10-01T12:00:00Z", "by": "j", "kind": "extent", "student": "ada"}', "kind"),
        ('{"at": "2026-10-01T12:00:00", "by": "j", "kind": "drop", "student": "ada"}', "at"),
        ('{"at": "2026-10-01T12:00:00Z", "by": "j", "kind": "extend", "student": "ada", "days": 0}', "days"),
        ('{"at": "2026-10-01T12:00:00Z", "by": "j", "kind": "drop", "student": "ada", "why": ""}', "why"),
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

"""What needs an instructor today."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gradkit.grading.record import Record, TestResult
from gradkit.report.now import HandIn, Stuck, look_now

NOON = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
SENTENCES = {"hw1": {"no_bias": "There is no bias."}}


def hand_ins(student: str, *mistakes: str | None, assignment: str = "hw1", status: str = "graded") -> list[HandIn]:
    """A hand-in every ten hours, the last two hours ago, each with a mistake; None: without a record."""
    found = []
    for number, mistake in enumerate(mistakes):
        time = NOON - timedelta(hours=2 + 10 * (len(mistakes) - 1 - number))
        tests = (TestResult("q", "test_q", "It is right.", 0.0, 1.0, "", kind="value", mistake=mistake),)
        record = Record(student, assignment, "Lines", status, 1.0, problems=("no",), tests=tests)  # type: ignore[arg-type]
        found.append(HandIn(student, assignment, time, None if mistake is None else record))
    return found


def test_recent_hand_ins_are_counted() -> None:
    unknown = [HandIn("cyd", "hw2", None, None)]
    now = look_now(NOON, [hand_ins("ada", "", "", "", ""), hand_ins("bob", "", assignment="hw2"), unknown, []], {})
    assert now.recent == {"hw1": 3, "hw2": 1}
    assert look_now(NOON - timedelta(hours=3), [hand_ins("ada", "")], {}).recent == {}


def test_what_was_not_graded_last_needs_a_person() -> None:
    bad = hand_ins("bob", "", status="refused")
    assert look_now(NOON, [hand_ins("ada", ""), bad], {}).faults == (("bob", "hw1", "no"),)
    assert look_now(NOON, [[*bad, *hand_ins("bob", "")]], {}).faults == ()


def test_three_hand_ins_in_a_row_with_one_mistake_are_stuck() -> None:
    every = [
        hand_ins("ada", "no_bias", "no_bias", "no_bias"),
        hand_ins("bob", "no_bias", "no_bias", "no_bias", ""),
        hand_ins("cyd", "no_bias", "no_bias", None, "no_bias"),
        hand_ins("dan", "other", "other", "other", "other"),
        hand_ins("eve", "no_bias", "no_bias"),
    ]
    assert look_now(NOON, every, SENTENCES).stuck == (
        Stuck("dan", "hw1", "other", "", 4),
        Stuck("ada", "hw1", "no_bias", "There is no bias.", 3),
    )

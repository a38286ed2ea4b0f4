"""What needs an instructor today."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from gradkit.grading.record import QuestionResult, Record, TestResult
from gradkit.report.now import HandIn, Period, Stuck, look_now
from gradkit.term.runs import Run

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


def test_today_begins_at_midnight_in_the_time_zone_of_the_course() -> None:
    times = [datetime(2026, 10, 5, hour, tzinfo=UTC) for hour in (3, 5, 13)]
    every = [[HandIn("ada", "hw1", time, None) for time in times]]
    assert look_now(NOON, every, {}).today == {"hw1": 2}
    assert look_now(NOON.astimezone(ZoneInfo("America/New_York")), every, {}).today == {"hw1": 1}


def test_the_times_of_the_last_run_are_those_of_the_course() -> None:
    zone = ZoneInfo("Europe/Berlin")
    run = look_now(NOON.astimezone(zone), [], {}, Run(NOON, NOON, 1, 2)).run
    assert run is not None
    assert run.finished is not None
    assert [time.hour for time in (run.started, run.finished)] == [14, 14]


def scored(score: float) -> Record:
    return Record("ada", "hw1", "Lines", "graded", 4.0, questions=(QuestionResult("q", score, 4.0),))


def test_hand_ins_and_first_scores_are_counted_by_day() -> None:
    every = [
        [HandIn("ada", "hw1", NOON - timedelta(days=2), scored(1.0)), HandIn("ada", "hw1", NOON, scored(4.0))],
        [HandIn("bob", "hw1", NOON - timedelta(days=2), scored(2.0))],
        [HandIn("bob", "hw2", NOON, None)],
        [HandIn("cyd", "hw1", None, scored(4.0)), HandIn("cyd", "hw1", NOON + timedelta(days=1), scored(4.0))],
    ]
    now = look_now(NOON, every, {})
    assert (now.days, now.periods) == (
        1,
        (
            Period(date(2026, 10, 3), {"hw1": 2}, 2, 0.375),
            Period(date(2026, 10, 4), {}),
            Period(date(2026, 10, 5), {"hw1": 1, "hw2": 1}),
        ),
    )


def test_a_longer_time_is_counted_by_week() -> None:
    every = [[HandIn("ada", "hw1", NOON - timedelta(days=days), scored(1.0)) for days in (32, 30, 0)]]
    now = look_now(NOON, every, {})
    assert (now.days, [period.number for period in now.periods]) == (7, [2, 0, 0, 0, 0, 1])
    assert all(period.start.weekday() == 0 for period in now.periods)

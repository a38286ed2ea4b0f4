"""Which hand-in counts, and what being late costs: examples, and what holds whatever happens."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradkit.course import LatePolicy, Policy
from gradkit.course.hand_in_policy import OwnPolicy
from gradkit.term.in_words import explained
from gradkit.term.ledger import Event, Ledger
from gradkit.term.reckoning import Attempt, Reckoned, Rules, later, reckon

BERLIN = ZoneInfo("Europe/Berlin")
DUE = datetime(2026, 10, 1, 22, 0, tzinfo=UTC)
WEEK = timedelta(weeks=1)
LATE = LatePolicy(grace_minutes=60, percent_per_day=10, floor_percent=50)
NAMES = ("hw1", "hw2", "hw3")
_DEFAULT = Policy()


def rules_of_term(policy: Policy, own: Mapping[str, OwnPolicy] | None = None) -> list[Rules]:
    found = []
    for week, name in enumerate(NAMES):
        mine = (own or {}).get(name, OwnPolicy())
        found.append(Rules(name, DUE + week * WEEK, policy.overridden(mine), mine.slip_days is not None))
    return found


def stand(
    attempts: Mapping[str, Sequence[tuple[float, float]]],
    policy: Policy = _DEFAULT,
    *events: Event,
    own: Mapping[str, OwnPolicy] | None = None,
) -> dict[str, Reckoned]:
    """Reckon hand-ins given as (hours after the due time, points)."""
    handed_in = {
        name: [Attempt(DUE + NAMES.index(name) * WEEK + timedelta(hours=hours), score) for hours, score in mine]
        for name, mine in attempts.items()
    }
    return reckon("ada", rules_of_term(policy, own), handed_in, Ledger(events), LATE, BERLIN, policy.slip_days)


def event(kind: str, hw: str = "hw1", minute: int = 0, **values: object) -> Event:
    at = DUE + timedelta(minutes=minute)
    return Event(at, "jill", kind, "ada", "" if kind == "drop" else hw, **values)  # type: ignore[arg-type]


def test_a_day_begun_after_the_grace_period_costs_ten_percent() -> None:
    for hours, days, score in ((-1, 0, 10.0), (1, 0, 10.0), (1.1, 1, 9.0), (25, 1, 9.0), (26, 2, 8.0), (999, 42, 5.0)):
        one = stand({"hw1": [(hours, 10.0)]})["hw1"]
        assert (one.days_late, one.score) == (days, score)


def test_slip_days_are_used_before_there_is_a_penalty_in_order_of_due_times() -> None:
    late = {name: [(30, 10.0)] for name in NAMES}  # two days each
    found = stand(late, Policy(slip_days=3))
    assert [found[name].slip_days for name in NAMES] == [2, 1, 0]
    assert [found[name].slip_left for name in NAMES] == [1, 0, 0]
    assert [found[name].score for name in NAMES] == [10.0, 9.0, 8.0]
    found = stand(late, Policy(slip_days=3, max_slip=1))
    assert [found[name].slip_days for name in NAMES] == [1, 1, 1]


def test_an_assignment_may_have_a_budget_of_its_own() -> None:
    late = {name: [(30, 10.0)] for name in NAMES}
    found = stand(late, Policy(slip_days=3), own={"hw2": OwnPolicy(slip_days=1)})
    assert [found[name].slip_days for name in NAMES] == [2, 1, 1]
    found = stand(late, Policy(slip_days=3), own={"hw1": OwnPolicy(slip_days=3)})  # the same number is apart as well
    assert [found[name].slip_days for name in NAMES] == [2, 2, 1]


def test_the_last_the_best_or_the_chosen_one_counts() -> None:
    hours = {"hw1": [(-9, 7.0), (-5, 10.0), (30, 8.0)]}
    assert stand(hours)["hw1"].score == 6.4
    assert stand(hours, Policy(counts="best"))["hw1"].score == 10.0
    choice = event("choose", attempt=DUE - timedelta(hours=9))
    assert stand(hours, Policy(counts="active"), choice)["hw1"].score == 7.0
    assert stand(hours, Policy(counts="active"))["hw1"].score == 6.4
    withdrawn = event("choose", minute=1, withdrawn=True)
    assert stand(hours, Policy(counts="active"), choice, withdrawn)["hw1"].score == 6.4


def test_a_choice_of_one_that_is_gone_is_the_last_one() -> None:
    choice = event("choose", attempt=DUE)
    assert stand({"hw1": [(-9, 7.0), (-5, 10.0)]}, Policy(counts="active"), choice)["hw1"].score == 10.0


def test_nothing_is_taken_after_it_closed() -> None:
    hours, policy = {"hw1": [(-5, 4.0), (47.9, 9.0), (48.1, 10.0)]}, Policy(close_after=2)
    assert [attempt.score for attempt in stand(hours, policy)["hw1"].attempts] == [4.0, 9.0]
    one = stand(hours, policy, event("extend", days=1))["hw1"]
    assert [attempt.score for attempt in one.attempts] == [4.0, 9.0, 10.0]


def test_of_several_extensions_the_longest_counts_until_they_are_withdrawn() -> None:
    events = [event("extend", days=1), event("extend", minute=1, days=3), event("extend", minute=2, days=2)]
    assert stand({}, Policy(), *events)["hw1"].due == DUE + timedelta(days=3)
    events.append(event("extend", minute=3, withdrawn=True))
    assert stand({}, Policy(), *events)["hw1"].due == DUE
    events.append(event("extend", minute=4, until=DUE + timedelta(hours=5)))
    assert stand({}, Policy(), *events)["hw1"].due == DUE + timedelta(hours=5)
    events.append(event("extend", minute=5, until=DUE - timedelta(hours=5)))  # never before the due time
    assert stand({}, Policy(), *events)["hw1"].due == DUE + timedelta(hours=5)


def test_an_excused_assignment_uses_no_slip_days() -> None:
    late = {name: [(30, 10.0)] for name in NAMES}
    found = stand(late, Policy(slip_days=3), event("excuse", "hw1", reason="ill"))
    assert found["hw1"].excuse is not None
    assert [found[name].slip_days for name in NAMES] == [0, 2, 1]


def test_one_of_unknown_time_is_not_late() -> None:
    rules = rules_of_term(Policy())
    one = reckon("ada", rules, {"hw1": [Attempt(None, 3.0)]}, Ledger(), LATE, BERLIN, 0)["hw1"]
    assert (one.days_late, one.score) == (0, 3.0)


@pytest.mark.parametrize(
    ("before", "days", "after"),
    [
        ("2026-10-24T20:00", 1, "2026-10-25T21:00"),  # the clocks go back: 22:00 is an hour later in UTC
        ("2027-03-27T21:00", 1, "2027-03-28T20:00"),  # and forward
        ("2026-10-01T22:00", 7, "2026-10-08T22:00"),
        ("2026-10-01T22:00", 0.5, "2026-10-02T10:00"),
    ],
)
def test_a_day_later_is_the_same_time_of_day(before: str, days: float, after: str) -> None:
    start, end = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (before, after))
    assert later(start, days, BERLIN) == end


def test_explains_line_by_line() -> None:
    one = stand({"hw1": [(-5, 7.0), (78, 10.0)]}, Policy(slip_days=1), event("extend", days=1, reason="ill."))["hw1"]
    assert explained(one, BERLIN) == [
        "Due 2026-10-02 00:00 CEST.",
        "Extended until 2026-10-03 00:00 CEST (ill).",
        "Hand-in 1, 2026-10-01 19:00 CEST: 7 points.",
        "Hand-in 2, 2026-10-05 06:00 CEST: 10 points; the last one, which counts.",
        "3 days late.",
        "1 slip day used, 0 left.",
        "Late penalty: 20 percent of the score.",
    ]


def silent(hours: Sequence[float], policy: Policy, *events: Event) -> dict[float, float | None]:
    """Hours of the hand-ins without feedback -> the hour from which on the next one would have had it."""
    found = stand({"hw1": [(hour, 1.0) for hour in hours]}, policy, *events)["hw1"].silent

    def hour(time: datetime | None) -> float | None:
        return None if time is None else (time - DUE) / timedelta(hours=1)

    return {hour(attempt.time) or 0.0: hour(time) for attempt, time in found.items()}


def test_feedback_is_limited_before_the_due_time() -> None:
    hours = [-50, -49, -48, -25.5, -25, -24, -1, 5]
    assert silent(hours, Policy()) == {}
    assert silent(hours, Policy(attempts=5)) == {-24: None, -1: None}
    assert silent(hours, Policy(window=2)) == {-48: -26, -24: -1.5}
    assert silent(hours, Policy(attempts=3, window=2)) == {-48: -26, -25: None, -24: None, -1: None}
    assert silent(hours, Policy(attempts=5), event("extend", days=1)) == {-24: None, -1: None, 5: None}


def test_what_has_no_feedback_yet_shows_no_points_to_its_student() -> None:
    one = stand({"hw1": [(-50, 1.0), (-49, 2.0), (-48, 3.0)]}, Policy(attempts=2, window=1))["hw1"]
    assert explained(one, BERLIN, DUE - timedelta(hours=1))[1:6] == [
        "Hand-in 1, 2026-09-29 22:00 CEST: 1 point.",
        "Hand-in 2, 2026-09-29 23:00 CEST: no feedback before the due time.",
        "Hand-in 3, 2026-09-30 00:00 CEST: no feedback before the due time; the last one, which counts.",
        "Before the due time 2 hand-ins get feedback.",
        "In 24 hours 1 hand-in gets feedback; the next one from 2026-09-30 22:00 CEST.",
    ]
    assert "Hand-in 3, 2026-09-30 00:00 CEST: 3 points; the last one, which counts." in explained(one, BERLIN, DUE)


# ---- whatever is handed in and decided


hand_ins = st.fixed_dictionaries(
    {
        name: st.lists(
            st.tuples(st.integers(-100, 400), st.integers(0, 10).map(float)), max_size=4, unique_by=lambda each: each[0]
        )
        for name in NAMES
    }
)
policies = st.builds(
    Policy,
    slip_days=st.integers(0, 6),
    max_slip=st.none() | st.integers(0, 3),
    counts=st.sampled_from(("last", "best", "active")),
)
extensions = st.builds(
    lambda hw, days, minute: event("extend", hw, minute, days=days),
    st.sampled_from(NAMES),
    st.integers(1, 12),
    st.integers(0, 99),
)
events = st.lists(
    extensions | st.builds(event, st.just("excuse"), st.sampled_from(NAMES), st.integers(0, 99)), max_size=5
)


@given(hand_ins, policies, events, st.randoms(use_true_random=False))
def test_no_order_changes_anything(
    attempts: dict[str, list[tuple[float, float]]], policy: Policy, decided: list[Event], dice: random.Random
) -> None:
    shuffled = {
        name: dice.sample(mine, len(mine)) for name, mine in dice.sample(sorted(attempts.items()), len(attempts))
    }
    events_again = dice.sample(decided, len(decided)) + decided[:1]
    assert stand(attempts, policy, *decided) == stand(shuffled, policy, *events_again)


@given(hand_ins, policies, events, st.lists(st.sampled_from(("ada", "bob", "cyd")), min_size=5), st.data())
def test_a_student_with_several_ids_stands_as_with_one(
    attempts: dict[str, list[tuple[float, float]]],
    policy: Policy,
    decided: list[Event],
    names: list[str],
    data: st.DataObject,
) -> None:
    now = DUE - timedelta(days=1)
    change = partial(Event, now, "jill", student="bob", to="ada")
    ids = [change(kind=data.draw(st.sampled_from(("rename", "merge")))), change(kind="merge", student="cyd", to="bob")]
    under = [replace(each, student=name) for each, name in zip(decided, names, strict=False)]
    dice = data.draw(st.randoms(use_true_random=False))
    found = stand(attempts, policy, *dice.sample([*under, *ids], len(under) + 2))
    as_one = stand(attempts, policy, *decided)
    for name in NAMES:
        assert _nameless(found[name]) == _nameless(as_one[name])


def _nameless(one: Reckoned) -> Reckoned:
    """The same, under whatever id it was decided."""
    extension, excuse = (each and replace(each, student="") for each in (one.extension, one.excuse))
    return replace(one, extension=extension, excuse=excuse)


@given(hand_ins, policies, events, extensions)
def test_an_extension_lowers_no_score(
    attempts: dict[str, list[tuple[float, float]]], policy: Policy, decided: list[Event], extension: Event
) -> None:
    before, after = stand(attempts, policy, *decided), stand(attempts, policy, *decided, extension)
    for name in NAMES:
        assert (after[name].score or 0.0) >= (before[name].score or 0.0)


@given(hand_ins, policies, st.sets(st.sampled_from(NAMES)))
def test_the_best_is_never_below_the_last(
    attempts: dict[str, list[tuple[float, float]]], policy: Policy, excused: set[str]
) -> None:
    decided = [event("excuse", name) for name in excused]
    for name in NAMES:  # each alone: what one assignment uses of the budget, another lacks
        mine = {name: attempts[name]}
        best = stand(mine, replace(policy, counts="best"), *decided)[name].score
        last = stand(mine, replace(policy, counts="last"), *decided)[name].score
        assert (best or 0.0) >= (last or 0.0)


@given(hand_ins, policies, events)
def test_slip_days_never_exceed_the_budget(
    attempts: dict[str, list[tuple[float, float]]], policy: Policy, decided: list[Event]
) -> None:
    found = stand(attempts, policy, *decided)
    assert sum(one.slip_days for one in found.values()) <= policy.slip_days
    most = policy.slip_days if policy.max_slip is None else policy.max_slip
    assert all(0 <= one.slip_days <= min(one.days_late, most) and one.slip_left >= 0 for one in found.values())

"""What one submission more costs, told from what starting costs."""

from __future__ import annotations

import pytest

from bench import ways
from bench.runs import Run
from bench.stopwatch import Cost
from gradkit.errors import GraderFault


@pytest.mark.parametrize(("few", "start"), [(5, 4.0), (0, 0.0)])
def test_cost_of_one_more_is_free_of_the_start(few: int, start: float) -> None:
    def run(count: int) -> ways.Run:
        return Run(Cost(start + 0.5 * count, start + 0.25 * count, 100.0 + count), {"ada": count})

    said: list[str] = []
    measured, solved = ways._way("a way", run, 45, few, said.append)
    assert measured.each == Cost(pytest.approx(0.5), pytest.approx(0.25), 145.0)
    assert measured.start == pytest.approx(start)
    assert (measured.submissions, solved, said) == (45, {"ada": 45}, ["a way"])


def test_least_disturbed_run_counts() -> None:
    disturbances = iter([3.0, 0.0, 0.0, 2.0])

    def run(count: int) -> Run:
        return Run(Cost(0.5 * count + next(disturbances), 0.25 * count, 100.0), {})

    measured, _ = ways._way("a way", run, 45, ways.FEW, lambda _text: None)
    assert measured.each.cpu == pytest.approx(0.5)
    assert measured.start == pytest.approx(0)


def test_ways_that_disagree_are_a_fault() -> None:
    one = ways.Measured("one", 1, Cost(1, 1, 1), Cost(1, 1, 1), 0)
    two = ways.Measured("two", 1, Cost(1, 1, 1), Cost(1, 1, 1), 0)
    ways.require_agreement([(one, {"ada": 3, "ben": 2}), (two, {"ada": 3})])
    with pytest.raises(GraderFault, match="two found 3 questions"):
        ways.require_agreement([(one, {"ada": 3, "ben": 2}), (two, {"ben": 3})])

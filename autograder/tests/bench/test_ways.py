"""The cost of an additional submission, separated from the cost of starting."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, repeat

import pytest

from bench import ways
from bench.runs import Run
from bench.stopwatch import Cost
from bench.submissions import Submission
from gradkit.errors import GraderFault

EVERYONE = [Submission(f"mistake-{number}", {}) for number in range(45)]


@pytest.mark.parametrize(("few", "start"), [(5, 4.0), (0, 0.0)])
def test_cost_of_one_more_is_free_of_the_start(few: int, start: float) -> None:
    def run(chosen: Sequence[Submission]) -> Run:
        count = len(chosen)
        return Run(Cost(start + 0.5 * count, start + 0.25 * count, 100.0 + count), {})

    measured = ways.measure_way(ways.Way("a way", run, EVERYONE, EVERYONE[:few], times=1))
    assert measured.each == Cost(pytest.approx(0.5), pytest.approx(0.25), 145.0)
    assert measured.start == pytest.approx(start)
    assert measured.submissions == 45


def test_least_disturbed_run_counts() -> None:
    disturbances = chain([3.0, 0.0, 0.0, 2.0], repeat(0.0))

    def run(chosen: Sequence[Submission]) -> Run:
        return Run(Cost(0.5 * len(chosen) + next(disturbances), 0.25 * len(chosen), 100.0), {})

    measured = ways.measure_way(ways.Way("a way", run, EVERYONE, EVERYONE[:5]))
    assert measured.each.cpu == pytest.approx(0.5)
    assert measured.start == pytest.approx(0)


def test_ways_must_agree_on_the_reference_and_the_stub() -> None:
    ways.require_agreement("a way", {"reference-1": 1 - 1e-9, "stub-1": 0.0, "mistake-a-1": 0.3})
    for shares in ({"reference-1": 0.9}, {"stub-1": 0.1}):
        with pytest.raises(GraderFault, match=r"a way gave (reference|stub)-1"):
            ways.require_agreement("a way", shares)

"""Grade the same submissions of an assignment in several ways, and measure the cost of each.

Each way runs on a few submissions and on all of them: the difference is the cost per additional submission, without
start-up. Known mistakes' fingerprints, computed once per course, are computed before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench import runs
from bench.runs import Run
from bench.stopwatch import Cost
from bench.submissions import Submission
from gradkit.course import Course
from gradkit.errors import GraderFault

FEW = 5
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Way:
    """A way of grading.

    Attributes:
        name: its name.
        run: grades submissions.
        submissions: those to grade.
        few: those of the short run; none if submissions share no start-up.
        times: the number of runs.
    """

    name: str
    run: Callable[[Sequence[Submission]], Run]
    submissions: Sequence[Submission]
    few: Sequence[Submission]
    times: int = 2


@dataclass(frozen=True)
class Measured:
    """The cost of one way.

    Attributes:
        submissions: the number graded.
        total: the cost of all of them.
        each: processor and wall seconds per additional submission.
        start: processor seconds before the first one.
    """

    submissions: int
    total: Cost
    each: Cost
    start: float


def measure_ways(
    work: Path, course: Course, hw: str, submissions: int, slow: int, report: Callable[[str], None]
) -> dict[str, Measured]:
    """Measure all ways; "load" is a bare fork that only loads the module.

    Args:
        work: an empty folder.
        course: the course, which is copied.
        hw: the assignment's id.
        submissions: the number of submissions to grade.
        slow: the number for nbgrader and pytest, which take seconds per submission; 0 leaves them out.
        report: called with a description of each step.

    Raises:
        GraderFault: a command failed, or a way gave the reference or the stub other points than all or none.
    """
    report(f"{hw}: preparing")
    prepared = runs.prepare(work, course, hw, submissions)
    everyone = prepared.submissions
    chosen, few = everyone[:slow], everyone[-FEW:]
    ways = [
        Way("load", partial(runs.run_floor, prepared, calls=False), everyone, few),
        Way("floor", partial(runs.run_floor, prepared, calls=True), everyone, few),
        Way("gradkit 1", partial(runs.run_gradkit, prepared, 1), everyone, few),
        Way("gradkit 2", partial(runs.run_gradkit, prepared, 2), everyone, few),
        Way("nbgrader", partial(runs.run_nbgrader, prepared), chosen, chosen[:1], times=1),
        Way("pytest", partial(runs.run_pytest, prepared), chosen, (), times=1),
    ]
    found = {}
    for way in ways:
        if way.submissions:
            report(f"{hw}: {way.name}")
            found[way.name] = measure_way(way)
    return found


def measure_way(way: Way) -> Measured:
    """The cost of one way. The smaller values of its runs count, since other load only adds.

    Raises:
        GraderFault: the points of the reference or the stub are wrong.
    """
    small = [way.run(way.few).cost for _ in range(way.times)] if way.few else [Cost(0.0, 0.0, 0.0)]
    graded = [way.run(way.submissions) for _ in range(way.times)]
    for run in graded:
        require_agreement(way.name, run.shares)
    start, total = _least(small), _least([run.cost for run in graded])
    return per_submission(start, len(way.few), total, len(way.submissions))


def per_submission(start: Cost, few: int, total: Cost, number: int) -> Measured:
    """The cost of one more submission, from that of ``few`` and of ``number`` submissions."""
    more = number - few
    each = Cost((total.cpu - start.cpu) / more, (total.wall - start.wall) / more, total.peak_mb)
    return Measured(number, total, each, max(0.0, start.cpu - few * each.cpu))


def require_agreement(name: str, shares: Mapping[str, float]) -> None:
    """Check that references earn all points, and the stub none.

    Only these are the same in every way: gradkit's tests also accept other answers than the reference's, and require
    properties, shapes and gradients that a comparison with stored answers does not.

    Raises:
        GraderFault: they do not, so the way does not grade what the others do.
    """
    for student, share in shares.items():
        expected = {"reference": 1, "stub": 0}.get(student.partition("-")[0], share)
        if abs(share - expected) > _ROUNDING:
            raise GraderFault(f"{name} gave {student} {share:.1%} of the points, not {expected:.0%}")


def _least(costs: Sequence[Cost]) -> Cost:
    return Cost(min(c.cpu for c in costs), min(c.wall for c in costs), max(c.peak_mb for c in costs))

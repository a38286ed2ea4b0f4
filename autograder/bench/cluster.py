"""Grade a class on one machine with Dask and without, to measure what Dask costs and what a second node brings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.runs import COMMAND, prepare, run_command
from bench.stopwatch import Cost
from bench.submissions import hand_in, repeated
from bench.ways import Measured, per_submission
from gradkit.course import Course
from gradkit.errors import GraderFault

WAYS: Mapping[str, tuple[str, ...]] = {
    "without Dask": (),
    "1 node": ("--cluster", "local:1"),
    "2 nodes": ("--cluster", "local:2"),
}
_FEW = 10
_DIFFERENT = 40
_SHORT = 2000  # submissions; with fewer, each way runs twice


@dataclass(frozen=True)
class Clustered:
    """The measurements.

    Attributes:
        hw: the assignment.
        submissions: the number of submissions.
        ways: way -> its cost.
    """

    hw: str
    submissions: int
    ways: Mapping[str, Measured]


def measure_cluster(work: Path, course: Course, hw: str, submissions: int, report: Callable[[str], None]) -> Clustered:
    """Grade ``submissions`` of an assignment in the folder ``work`` in every way, with one grader on each node.

    The ways take turns, so that what else the machine does concerns all of them.

    Raises:
        GraderFault: a run failed or left submissions out.
    """
    report(f"preparing {hw}")
    prepared = prepare(work, course, hw, _DIFFERENT)
    many = list(repeated(prepared.submissions, prepared.module, submissions))
    hand_in(work / "many", prepared.course.release(hw), many)
    hand_in(work / "few", prepared.course.release(hw), many[:_FEW])
    root, costs = prepared.course.root, _Costs()
    _grade(root, hw, work / "few", work / "answers", _FEW, WAYS["1 node"])  # computes the answers that are missing
    for turn in range(1 if submissions >= _SHORT else 2):
        for way, options in WAYS.items():
            for number, folder in ((_FEW, "few"), (submissions, "many")):
                report(f"{hw}: {number} submissions, {way}")
                results = work / f"{way} {folder} {turn}"
                costs.add((way, number), _grade(root, hw, work / folder, results, number, options))
    found = {
        way: per_submission(costs.least(way, _FEW), _FEW, costs.least(way, submissions), submissions) for way in WAYS
    }
    return Clustered(hw, submissions, found)


class _Costs:
    """The costs of runs; of several alike the smaller count, since other load only adds."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int], list[Cost]] = {}

    def add(self, run: tuple[str, int], cost: Cost) -> None:
        self._found.setdefault(run, []).append(cost)

    def least(self, way: str, number: int) -> Cost:
        found = self._found[way, number]
        return Cost(min(c.cpu for c in found), min(c.wall for c in found), max(c.peak_mb for c in found))


def _grade(course: Path, hw: str, folder: Path, results: Path, number: int, options: tuple[str, ...]) -> Cost:
    words = ["grade", "--assignment", hw, "--submissions", str(folder), "--results", str(results)]
    cost, said = run_command([*COMMAND, *words, "--graders", "1", *options], course, statuses=(0, 1))
    records = sum(1 for _ in results.glob("*/*.json"))
    if records != number:
        raise GraderFault(f"{records} of {number} records. The output:\n{said[-2000:]}")
    return cost

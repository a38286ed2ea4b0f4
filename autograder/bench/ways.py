"""Grade the same submissions in four ways, and measure the cost of each.

Each way runs on a few submissions and on all of them: the difference is the cost per additional submission, without
start-up. All ways must find the same questions solved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench import processes, runs
from bench.runs import Run
from bench.stopwatch import Cost
from gradkit.errors import GraderFault

FEW = 5
_SAMPLE_SECONDS = 0.05


@dataclass(frozen=True)
class Measured:
    """The cost of one way.

    Attributes:
        name: the way.
        submissions: the number graded.
        total: the cost of all of them.
        each: processor and wall seconds per additional submission.
        start: processor seconds before the first one.
        together_mb: peak memory of all its processes together in MiB, if measured.
    """

    name: str
    submissions: int
    total: Cost
    each: Cost
    start: float
    together_mb: float | None = None


def measure_ways(work: Path, submissions: int, slow: int, report: Callable[[str], None]) -> list[Measured]:
    """Measure all ways.

    Args:
        work: an empty folder.
        submissions: the number of submissions to grade.
        slow: the number for the ways that take seconds per submission.
        report: called with a description of each step.

    Raises:
        GraderFault: a command failed, or the ways do not agree.
    """
    report("building the course")
    course = runs.built_course(work)
    report("building nbgrader's course")
    source = runs.nbgrader_course(work)
    first = _gradkit(work, course, 1, submissions, report)
    found = [
        first,
        _gradkit(work, course, 2, submissions, report),
        _way("nbgrader autograde", lambda count: runs.run_nbgrader(work, source, count), slow, 1, report),
        _way("pytest, one by one", lambda count: runs.run_pytest(work, count), slow, 0, report),
        _way("bare fork", lambda count: runs.run_floor(work, count), submissions, FEW, report),
    ]
    require_agreement(found)
    return [measured for measured, _ in found]


def require_agreement(found: Sequence[tuple[Measured, Mapping[str, int]]]) -> None:
    """Check that all ways found the same numbers of solved questions as the first.

    Raises:
        GraderFault: two ways differ, so their costs are not comparable.
    """
    expected = found[0][1]
    for measured, solved in found[1:]:
        for student, count in solved.items():
            if expected[student] != count:
                raise GraderFault(
                    f"{measured.name} found {count} questions solved by {student}, gradkit {expected[student]}"
                )


def _gradkit(
    work: Path, course: Path, graders: int, submissions: int, report: Callable[[str], None]
) -> tuple[Measured, Mapping[str, int]]:
    name = f"gradkit, {graders} grader{'s' if graders > 1 else ''}"
    measured, solved = _way(
        name, lambda count: runs.run_gradkit(work, course, graders, count), submissions, FEW, report
    )
    report(f"{name}: memory")
    folder = runs.with_class(course, work / f"gradkit-{graders}-memory", FEW)
    return replace(measured, together_mb=_together(runs.grading(graders), folder)), solved


def _way(
    name: str, run: Callable[[int], Run], count: int, few: int, report: Callable[[str], None]
) -> tuple[Measured, Mapping[str, int]]:
    """Run with a few and with all; ``few`` is 0 if submissions share no start-up cost.

    Fast ways run twice, and the smaller values count, since other load only adds.
    """
    times = 2 if few == FEW else 1
    report(name)
    small = [run(few).cost for _ in range(times)] if few else [Cost(0.0, 0.0, 0.0)]
    found = [run(count) for _ in range(times)]
    start, total = _least(small), _least([graded.cost for graded in found])
    more = count - few
    each = Cost((total.cpu - start.cpu) / more, (total.wall - start.wall) / more, total.peak_mb)
    return Measured(name, count, total, each, max(0.0, start.cpu - few * each.cpu)), found[0].solved


def _least(costs: Sequence[Cost]) -> Cost:
    return Cost(min(c.cpu for c in costs), min(c.wall for c in costs), max(c.peak_mb for c in costs))


def _together(command: Sequence[str], folder: Path) -> float | None:
    """The peak memory of all processes of a command together, in a separate run, since measuring takes time."""
    most = [0.0]

    def look(pid: int) -> None:
        most.append(sum(processes.shared_out_mb(member) for member in processes.tree(pid)))

    try:
        processes.watch(command, folder, look, _SAMPLE_SECONDS)
    except PermissionError:
        return None
    return max(most)

"""Grade the same submissions in four ways, and count what each costs.

Each way is run with a few submissions and with all of them: the difference is what a further submission costs, free of
what it costs to start. Every way has to find the same questions solved.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import sys
import sysconfig
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from gradkit.bench import places, processes
from gradkit.bench.material import HW, NOTEBOOK, POINTS
from gradkit.bench.stopwatch import Cost, measure
from gradkit.errors import GraderFault

FEW = 5
GRADKIT = (sys.executable, "-c", "from gradkit.cli import main; main()")

_NBGRADER = (sys.executable, "-m", "nbgrader")
_SOLVED = re.compile(r"(\d+) passed")
_SAMPLE_SECONDS = 0.05


@dataclass(frozen=True)
class Run:
    """One run of one way: what it cost, and how many questions it found solved by each student."""

    cost: Cost
    solved: Mapping[str, int]


@dataclass(frozen=True)
class Measured:
    """What one way costs.

    Attributes:
        name: the way.
        submissions: how many it graded.
        total: the cost of them all.
        each: processor and wall seconds of a further submission.
        start: processor seconds before the first one.
        together_mb: the most memory of all its processes together, where that was looked at.
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
        submissions: how many submissions to grade.
        slow: how many of them those ways grade that take seconds for each.
        report: told what is being measured.

    Raises:
        GraderFault: a command failed, or the ways do not agree.
    """
    report("building the course")
    course = built_course(work)
    report("building nbgrader's course")
    source = _nbgrader_course(work)
    first = _gradkit(work, course, 1, submissions, report)
    found = [
        first,
        _gradkit(work, course, 2, submissions, report),
        _way("nbgrader autograde", lambda count: _run_nbgrader(work, source, count), slow, 1, report),
        _way("pytest, one by one", lambda count: _run_pytest(work, count), slow, 0, report),
        _way("bare fork", lambda count: _run_floor(work, count), submissions, FEW, report),
    ]
    expected = found[0][1]
    for measured, solved in found:
        if any(expected[student] != count for student, count in solved.items()):
            raise GraderFault(f"{measured.name} found other questions solved than gradkit: {solved}, not {expected}")
    return [measured for measured, _ in found]


def built_course(work: Path) -> Path:
    """The bench's course, built, with nobody's submissions yet."""
    course = work / "course"
    places.write_course(course)
    _run([*GRADKIT, "build"], course)
    return course


def with_class(course: Path, target: Path, count: int) -> Path:
    """A copy of a course that so many students have handed in to."""
    shutil.copytree(course, target)
    places.hand_in(target, count)
    return target


def _gradkit(
    work: Path, course: Path, workers: int, submissions: int, report: Callable[[str], None]
) -> tuple[Measured, Mapping[str, int]]:
    command = [*GRADKIT, "grade", "--no-feedback", "--workers", str(workers)]

    def run(count: int) -> Run:
        folder = with_class(course, work / f"gradkit-{workers}-{count}", count)
        cost = _run(command, folder)[0]
        return Run(cost, {path.parent.name: _solved(path) for path in folder.glob("results/*/*.json")})

    name = f"gradkit, {workers} worker{'s' if workers > 1 else ''}"
    measured, solved = _way(name, run, submissions, FEW, report)
    report(f"{name}: memory")
    folder = with_class(course, work / f"gradkit-{workers}-memory", FEW)
    return replace(measured, together_mb=_together(command, folder)), solved


def _way(
    name: str, run: Callable[[int], Run], count: int, few: int, report: Callable[[str], None]
) -> tuple[Measured, Mapping[str, int]]:
    """Run with a few and with all; ``few`` is 0 where nothing is shared between submissions."""
    report(name)
    small = run(few).cost if few else Cost(0.0, 0.0, 0.0)
    full = run(count)
    more = count - few
    each = Cost((full.cost.cpu - small.cpu) / more, (full.cost.wall - small.wall) / more, full.cost.peak_mb)
    return Measured(name, count, full.cost, each, max(0.0, small.cpu - few * each.cpu)), full.solved


def _solved(record: Path) -> int:
    data = json.loads(record.read_text(encoding="utf-8"))
    return sum(question["score"] == question["max_score"] for question in data["extra_data"]["questions"])


def _together(command: Sequence[str], folder: Path) -> float | None:
    """The most memory that all processes of a command have together, in a run of its own: looking costs time."""
    most = [0.0]

    def look(pid: int) -> None:
        most.append(sum(processes.shared_out_mb(one) for one in processes.tree(pid)))

    try:
        processes.watch(command, folder, look, _SAMPLE_SECONDS)
    except PermissionError:
        return None
    return max(most)


# ---- the others --------------------------------------------------------------------------------------------------


def _nbgrader_course(work: Path) -> Path:
    source = work / "nbgrader"
    places.write_nbgrader_source(source)
    _run([*_NBGRADER, "generate_assignment", HW], source)
    return source


def _run_nbgrader(work: Path, source: Path, count: int) -> Run:
    folder = work / f"nbgrader-{count}"
    shutil.copytree(source, folder)
    places.hand_in_notebooks(folder, places.students(count))
    cost, said = _run([*_NBGRADER, "autograde", HW], folder)
    with closing(sqlite3.connect(folder / "gradebook.db")) as gradebook:
        rows = gradebook.execute(_POINTS_OF_EACH).fetchall()
    if len(rows) != count:
        raise GraderFault(f"nbgrader graded {len(rows)} of {count} copies of {NOTEBOOK}. It says:\n{said[-2000:]}")
    return Run(cost, {student: round(points / POINTS) for student, points in rows})


_POINTS_OF_EACH = """
    SELECT submitted_assignment.student_id, SUM(grade.auto_score)
    FROM grade
    JOIN submitted_notebook ON grade.notebook_id = submitted_notebook.id
    JOIN submitted_assignment ON submitted_notebook.assignment_id = submitted_assignment.id
    GROUP BY submitted_assignment.student_id
"""


def _run_pytest(work: Path, count: int) -> Run:
    costs, solved = [], {}
    for folder in places.write_folders(work / "pytest", count):
        cost, said = _run([sys.executable, "-m", "pytest", "-q"], folder, statuses=(0, 1))
        costs.append(cost)
        solved[folder.parent.name] = int(found[1]) if (found := _SOLVED.search(said)) else 0
    total = Cost(sum(c.cpu for c in costs), sum(c.wall for c in costs), max(c.peak_mb for c in costs))
    return Run(total, solved)


def _run_floor(work: Path, count: int) -> Run:
    folders = places.write_folders(work / f"floor-{count}", count)
    command = [sys.executable, "-m", "gradkit.bench.floor", str(folders[0] / places.TEST), *map(str, folders)]
    cost, said = _run(command, work)
    return Run(cost, {student: len(names) for student, names in json.loads(said).items()})


def _run(command: Sequence[str], folder: Path, statuses: Sequence[int] = (0,)) -> tuple[Cost, str]:
    """Measure a command that must succeed; every way gets one thread, so that none is slowed by many."""
    environment = {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", os.defpath)]),
    }
    cost, status, said = measure(command, folder, environment)
    if status not in statuses:
        raise GraderFault(f"`{' '.join(command)}` ended with status {status}. It said:\n{said[-2000:]}")
    return cost, said

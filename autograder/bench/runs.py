"""Grade some of the benchmark's submissions in one way, and return its cost and results."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import sys
import sysconfig
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench import places
from bench.material import HW, NOTEBOOK, POINTS
from bench.stopwatch import Cost, measure
from gradkit.errors import GraderFault

_GRADKIT = (sys.executable, "-c", "from gradkit.cli import main; main()")
_NBGRADER = (sys.executable, "-m", "nbgrader")
_SOLVED = re.compile(r"(\d+) passed")


@dataclass(frozen=True)
class Run:
    """One run of one way: its cost, and the number of solved questions by student."""

    cost: Cost
    solved: Mapping[str, int]


def built_course(work: Path) -> Path:
    """Write and build the benchmark's course, without submissions."""
    course = work / "course"
    places.write_course(course)
    _run([*_GRADKIT, "build"], course)
    return course


def with_class(course: Path, target: Path, count: int) -> Path:
    """Copy a course, with submissions of ``count`` students."""
    shutil.copytree(course, target)
    places.submit(target, count)
    return target


def grading(graders: int) -> list[str]:
    """The command that grades a class without feedback pages."""
    return [*_GRADKIT, "grade", "--no-feedback", "--graders", str(graders)]


def run_gradkit(work: Path, course: Path, graders: int, count: int) -> Run:
    """Grade ``count`` submissions of a built course."""
    folder = with_class(course, Path(tempfile.mkdtemp(dir=work)) / "course", count)
    cost = _run(grading(graders), folder)[0]
    return Run(cost, {path.parent.name: _solved(path) for path in folder.glob("results/*/*.json")})


def _solved(record: Path) -> int:
    data = json.loads(record.read_text(encoding="utf-8"))
    return sum(question["score"] == question["max_score"] for question in data["extra_data"]["questions"])


def nbgrader_course(work: Path) -> Path:
    """Write and release a course for nbgrader alone, without submissions."""
    source = work / "nbgrader"
    places.write_nbgrader_source(source)
    _run([*_NBGRADER, "generate_assignment", HW], source)
    return source


def run_nbgrader(work: Path, source: Path, count: int) -> Run:
    """Grade ``count`` copies of the notebook of `nbgrader_course` with nbgrader."""
    folder = work / f"nbgrader-{count}"
    shutil.copytree(source, folder)
    places.submit_notebooks(folder, places.students(count))
    cost, said = _run([*_NBGRADER, "autograde", HW], folder)
    with closing(sqlite3.connect(folder / "gradebook.db")) as gradebook:
        rows = gradebook.execute(_POINTS_OF_EACH).fetchall()
    if len(rows) != count:
        raise GraderFault(f"nbgrader graded {len(rows)} of {count} copies of {NOTEBOOK}. Its output:\n{said[-2000:]}")
    return Run(cost, {student: round(points / POINTS) for student, points in rows})


_POINTS_OF_EACH = """
    SELECT submitted_assignment.student_id, SUM(grade.auto_score)
    FROM grade
    JOIN submitted_notebook ON grade.notebook_id = submitted_notebook.id
    JOIN submitted_assignment ON submitted_notebook.assignment_id = submitted_assignment.id
    GROUP BY submitted_assignment.student_id
"""


def run_pytest(work: Path, count: int) -> Run:
    """Grade ``count`` submissions with a pytest process each."""
    costs, solved = [], {}
    for folder in places.write_folders(work / "pytest", count):
        cost, said = _run([sys.executable, "-m", "pytest", "-q"], folder, statuses=(0, 1))
        costs.append(cost)
        solved[folder.parent.name] = int(found[1]) if (found := _SOLVED.search(said)) else 0
    total = Cost(sum(c.cpu for c in costs), sum(c.wall for c in costs), max(c.peak_mb for c in costs))
    return Run(total, solved)


def run_floor(work: Path, count: int) -> Run:
    """Grade ``count`` submissions with a bare fork each."""
    folders = places.write_folders(Path(tempfile.mkdtemp(dir=work)), count)
    command = [sys.executable, "-m", "bench.floor", str(folders[0] / places.TEST), *map(str, folders)]
    cost, said = _run(command, work)
    return Run(cost, {student: len(names) for student, names in json.loads(said).items()})


def _run(command: Sequence[str], folder: Path, statuses: Sequence[int] = (0,)) -> tuple[Cost, str]:
    """Measure a command that must succeed, with one thread, so that no way is slowed down by many."""
    environment = {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", os.defpath)]),
    }
    cost, status, said = measure(command, folder, environment)
    if status not in statuses:
        raise GraderFault(f"`{' '.join(command)}` ended with status {status}. Its output:\n{said[-2000:]}")
    return cost, said

"""Grade some of an assignment's submissions in one way; return the cost and each student's share of the points."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench import notebooks
from bench.stopwatch import Cost, measure
from bench.submissions import Submission, draw, hand_in, write
from gradkit.course import Course, load_course
from gradkit.errors import GraderFault
from gradkit.grading.record import Record
from gradkit.grading.store import read_record
from gradkit.wire.kinds import meaning_of

COMMAND = (sys.executable, "-c", "from gradkit.cli import main; main()")
_NBGRADER = (sys.executable, "-m", "nbgrader")
_COUNTED = re.compile(r"(\d+) (passed|failed|error)")
# What a course with one assignment needs; {} is the assignment's id.
_FILES = ("course.toml", "nbgrader_config.py", "autograder/hidden/secret.txt")
_FOLDERS = ("assignments/{}", "autograder/hidden/{}", "release/{}")

_PYTEST_FILE = """\
from pathlib import Path

import pytest
import torch

import {module}
from bench.plain import check

TESTS = torch.load({tests!r}, weights_only=False)


@pytest.mark.parametrize("name", TESTS)
def test_answers(name):
    check(TESTS[name], {module})
"""


@dataclass(frozen=True)
class Run:
    """One run of one way: its cost, and each student's share of the points, if it gives points."""

    cost: Cost
    shares: Mapping[str, float]


@dataclass(frozen=True)
class Prepared:
    """An assignment, ready to be graded in every way.

    Attributes:
        work: a folder to work in.
        hw: its id.
        module: the file name of the students' module.
        course: a course with this assignment alone, with the fingerprints that the submissions need.
        tests: the file with the recorded calls and answers.
        points: the points of each test.
        submissions: the submissions.
    """

    work: Path
    hw: str
    module: str
    course: Course
    tests: Path
    points: Mapping[str, float]
    submissions: Sequence[Submission]


def prepare(work: Path, course: Course, hw: str, number: int) -> Prepared:
    """Record the calls, and draw submissions whose code runs to its end within the limits."""
    alone, tests = copy_course(course, hw, work / "course"), work / "tests.pt"
    said = run_command([sys.executable, "-m", "bench.record", str(alone.root), hw, str(tests)], work)[1]
    points = json.loads(said.splitlines()[-1])
    left_out: set[str] = set()
    while True:
        drawn = draw(alone, hw, number, left_out)
        prepared = Prepared(work, hw, alone.assignment(hw).module, alone, tests, points, drawn)
        stopped = _stopped(prepared)
        if not stopped:
            return prepared
        left_out |= stopped


def copy_course(course: Course, hw: str, target: Path) -> Course:
    """A copy of a course with one assignment and its fingerprints of known mistakes, without submissions."""
    for name in (folder.format(hw) for folder in _FOLDERS):
        shutil.copytree(course.root / name, target / name)
    for name in _FILES:
        shutil.copy(course.root / name, target / name)
    if course.work.is_dir():
        shutil.copytree(course.work, target / course.work.name)
    return load_course(target)


def _stopped(prepared: Prepared) -> set[str]:
    """The students whose code is stopped or ends its process. Grading them also computes missing fingerprints."""
    course, hw, tried = prepared.course, prepared.hw, prepared.work / "tried"
    students = [submission.student for submission in prepared.submissions]
    hand_in(
        tried, course.release(hw), [drawn for drawn in prepared.submissions if not (tried / drawn.student).exists()]
    )
    folders = ["--submissions", str(tried), "--results", str(tried / "results")]
    run_command([*COMMAND, "grade", *folders, "--assignment", hw], course.root, statuses=(0, 1))
    stopped = {student for student in students if _is_stopped(_record(tried / "results", student, hw))}
    return stopped | _floor(prepared, prepared.submissions, str(prepared.tests))[1]


def _record(results: Path, student: str, hw: str) -> Record:
    record = read_record(results / student / f"{hw}.json")
    if record is None or record.status != "graded":
        raise GraderFault(f"{student}'s {hw} was not graded: {'no record' if record is None else record}")
    return record


def _is_stopped(record: Record) -> bool:
    kinds = {call["kind"] for test in record.tests for call in test.calls} - {None, "import"}
    return any(meaning_of(kind).marked for kind in kinds)


def grading(graders: int) -> list[str]:
    """The command that grades a class without feedback pages."""
    return [*COMMAND, "grade", "--no-feedback", "--graders", str(graders)]


def with_class(prepared: Prepared, submissions: Iterable[Submission]) -> Course:
    """A copy of the course in which these submissions have been collected and nothing is graded."""
    hw = prepared.hw
    course = copy_course(prepared.course, hw, Path(tempfile.mkdtemp(dir=prepared.work)) / "course")
    hand_in(course.submitted, course.release(hw), submissions)
    return course


def run_gradkit(prepared: Prepared, graders: int, submissions: Sequence[Submission]) -> Run:
    """Grade with gradkit: sandbox, hidden suite, records, gradebook."""
    course = with_class(prepared, submissions)
    cost = run_command(grading(graders), course.root, statuses=(0, 1))[0]
    records = [_record(course.results, submission.student, prepared.hw) for submission in submissions]
    return Run(cost, {record.student: (record.score or 0.0) / record.max_score for record in records})


def run_floor(prepared: Prepared, submissions: Sequence[Submission], *, calls: bool) -> Run:
    """Fork a bare child for each submission that performs the calls, or only loads the module."""
    return Run(_floor(prepared, submissions, str(prepared.tests) if calls else "-")[0], {})


def _floor(prepared: Prepared, submissions: Sequence[Submission], calls: str) -> tuple[Cost, set[str]]:
    """The cost, and the students whose child did not reach the end."""
    folders = {str(_plain_folder(prepared, submission)): submission.student for submission in submissions}
    cost, said = run_command([sys.executable, "-m", "bench.floor", prepared.module, calls, *folders], prepared.work)
    return cost, {folders[folder] for folder in json.loads(said.splitlines()[-1])}


def _plain_folder(prepared: Prepared, submission: Submission) -> Path:
    """A folder with the student's files and an ordinary pytest file."""
    folder = prepared.work / "plain" / submission.student
    test = _PYTEST_FILE.format(module=prepared.module.removesuffix(".py"), tests=str(prepared.tests))
    write(folder, {**submission.files, "test_answers.py": test.encode()})
    return folder


def run_pytest(prepared: Prepared, submissions: Sequence[Submission]) -> Run:
    """Grade with a pytest process for each submission."""
    costs, shares = [], {}
    for submission in submissions:
        folder = _plain_folder(prepared, submission)
        cost, said = run_command([sys.executable, "-m", "pytest", "-q"], folder, statuses=(0, 1, 2))
        costs.append(cost)
        counts = {word: int(number) for number, word in _COUNTED.findall(said)}
        shares[submission.student] = counts.get("passed", 0) / sum(counts.values())
    return Run(Cost(sum(c.cpu for c in costs), sum(c.wall for c in costs), max(c.peak_mb for c in costs)), shares)


def run_nbgrader(prepared: Prepared, submissions: Sequence[Submission]) -> Run:
    """Grade notebooks with nbgrader."""
    folder, hw = Path(tempfile.mkdtemp(dir=prepared.work)), prepared.hw
    notebooks.write_source(folder, hw, prepared.tests, prepared.points)
    run_command([*_NBGRADER, "generate_assignment", hw], folder)
    notebooks.hand_in(folder, hw, prepared.module, submissions)
    cost, said = run_command([*_NBGRADER, "autograde", hw], folder)
    with closing(sqlite3.connect(folder / "gradebook.db")) as gradebook:
        points = gradebook.execute(notebooks.POINTS).fetchall()
    shares = {student: earned / sum(prepared.points.values()) for student, earned in points}
    if len(shares) != len(submissions):
        raise GraderFault(f"nbgrader graded {len(shares)} of {len(submissions)} notebooks. Its output:\n{said[-2000:]}")
    return Run(cost, shares)


def run_command(command: Sequence[str], folder: Path, statuses: Sequence[int] = (0,)) -> tuple[Cost, str]:
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

"""Grade a whole folder of submissions, ``<student>/<assignment>/``, assignment by assignment."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from gradkit.course import Course
from gradkit.errors import CourseError, GradkitError, UsageError
from gradkit.grading.record import Record, in_outline
from gradkit.grading.triage import Task, Triage, triage
from gradkit.ids import look_alikes, read_id, spelled
from gradkit.intake.policy import ignored, system_made
from gradkit.messages import message

if TYPE_CHECKING:
    from gradkit.sandbox import Sandbox


import sys
from importlib.metadata import PackageNotFoundError, version

from packaging.requirements import Requirement


class Watcher(Protocol):
    """Receives progress while a class is graded."""

    def report(self, record: Record) -> None:
        """A record is available."""
        ...

    def fault(self, text: str) -> None:
        """An assignment cannot be graded."""
        ...

    def step(self, text: str) -> None:
        """A step has begun that reports no records."""
        ...

    def mistakes(self, assignment: str, finished: int, needed: int) -> None:
        """Known mistakes were run whose answers a diagnosis needs."""
        ...

    def confinement(self, text: str) -> None:
        """The confinement of students' code on other machines, in a line."""
        ...

    def sandbox(self, sandbox: Sandbox) -> None:
        """The confinement that students' code will run in."""
        ...


@dataclass
class ClassResult:
    """The result of grading a class.

    Attributes:
        records: one per submission of a known assignment, in outline, ordered by assignment and student.
        refused: submissions without a record, one sentence each.
        faults: why assignments could not be graded, or only in part, one text each.
        worst_fault: the exit status of the worst fault.
    """

    records: list[Record] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    worst_fault: int = 0

    def add(self, other: ClassResult) -> None:
        """Add the result of another part of the class. Of two records of one submission the later counts."""
        found = {(record.assignment, record.student): record for record in (*self.records, *other.records)}
        self.records = [found[key] for key in sorted(found)]
        self.refused += other.refused
        self.faults += [fault for fault in other.faults if fault not in self.faults]
        self.worst_fault = max(self.worst_fault, other.worst_fault)

    @property
    def exit_status(self) -> int:
        """0 if all was graded, 1 for a refusal or a problem, 2 for the course's files, 3 for the grader."""
        if any(record.status == "error" for record in self.records):
            return 3
        if self.worst_fault:
            return self.worst_fault
        return 1 if self.refused or any(record.problems for record in self.records) else 0


@dataclass(frozen=True)
class Plan:
    """The submissions to grade, by assignment, and those refused because of their names."""

    tasks: dict[str, list[Task]]
    refused: list[str]

    @property
    def size(self) -> int:
        """The number of submissions to grade."""
        return sum(len(tasks) for tasks in self.tasks.values())


def plan_class(course: Course, submissions: Path, results: Path, only: Sequence[str] = ()) -> Plan:
    """Find the submissions below ``submissions``; their records are written below ``results``.

    Args:
        course: the course.
        submissions: a folder with ``<student>/<assignment>/``.
        results: where ``<student>/<assignment>.json`` will be.
        only: the assignments to grade; all when empty.
    """
    tasks: dict[str, list[Task]] = {assignment_id: [] for assignment_id in course.assignment_ids}
    refused: list[str] = []
    students = [folder for folder in _folders(submissions) if not system_made(folder.name)]
    twins = look_alikes(student.name for student in students)
    for student in students:
        try:
            name = _student(student, twins)
            if name != student.name and submissions == course.submitted:
                raise UsageError(
                    message(
                        "{folder}: rename this folder to {name}, the form that is kept.",
                        folder=spelled(student.name),
                        name=spelled(name),
                    )
                )
        except UsageError as error:
            refused.append(error.message)
            continue
        for folder in _folders(student):
            if folder.name in tasks:
                tasks[folder.name].append(Task(name, folder, results / name / f"{folder.name}.json"))
            elif not only and not ignored(folder.name):
                known = ", ".join(course.assignment_ids)
                refused.append(
                    message(
                        "{student}: there is no assignment {name} (the course has: {known}).",
                        student=student.name,
                        name=repr(folder.name),
                        known=known,
                    )
                )
    return Plan({name: found for name, found in tasks.items() if found and (not only or name in only)}, refused)


def _student(folder: Path, twins: Mapping[str, Sequence[str]]) -> str:
    """The student that a folder belongs to.

    Raises:
        UsageError: the folder is a link, or its name is ambiguous or not an id.
    """
    if folder.is_symlink():
        raise UsageError(message("{name}: not a student's folder: it is a link.", name=spelled(folder.name)))
    if folder.name in twins:
        others = ", ".join(map(spelled, twins[folder.name]))
        raise UsageError(
            message(
                "{name}: looks like {others}; neither is graded. Give them names that differ.",
                name=spelled(folder.name),
                others=others,
            )
        )
    return read_id(folder.name)


@contextmanager
def open_for_class(policy: str) -> Iterator[Sandbox]:
    """Open the confinement for several calls of `grade_class`; see `gradkit.sandbox.open_sandbox`."""
    # One thread each, set before numpy is imported: graders are forked, and a fork keeps only one thread.
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
    from gradkit.sandbox import open_sandbox  # late: imports torch

    with open_sandbox(policy) as sandbox:
        yield sandbox


class Elsewhere(Protocol):
    """Grades submissions on other machines."""

    def __call__(self, course: Course, waiting: Sequence[Triage], result: ClassResult, watcher: Watcher) -> None:
        """Add the records of all that waits to ``result``; a broken assignment does not affect the others."""
        ...


def grade_class(
    course: Course,
    plan: Plan,
    policy: str,
    watcher: Watcher,
    processes: int = 1,
    opened: Callable[[], Sandbox] | None = None,
    elsewhere: Elsewhere | None = None,
) -> ClassResult:
    """Grade everything in ``plan``. A broken assignment does not affect the others.

    Args:
        course: the course.
        plan: the submissions to grade.
        policy: how to confine students' code; see `gradkit.sandbox.open_sandbox`.
        watcher: receives progress.
        processes: how many graders to fork.
        opened: gives the confinement, if it is opened elsewhere.
        elsewhere: grades on other machines; None: this one does.

    Raises:
        SandboxError: the requested confinement is not available.
    """
    result = ClassResult(refused=list(plan.refused))
    waiting: list[Triage] = []
    for assignment_id, tasks in plan.tasks.items():
        with noting(result, assignment_id, watcher):
            watcher.step(
                message("reading {number} submissions of {assignment}", number=len(tasks), assignment=assignment_id)
            )
            sorted_out = triage(course, assignment_id, tasks, watcher.report)
            result.records += map(in_outline, sorted_out.settled)
            if sorted_out.waiting:
                waiting.append(replace(sorted_out, settled=()))
    if waiting:
        if elsewhere is None:
            watcher.step(message("starting the confined process for students' code"))
            with open_for_class(policy) if opened is None else nullcontext(opened()) as sandbox:
                _grade_here(course, waiting, sandbox, processes, result, watcher)
        else:
            # One thread each, set before numpy is imported.
            os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
            elsewhere(course, waiting, result, watcher)
    result.records.sort(key=lambda record: (record.assignment, record.student))
    return result


def _grade_here(
    course: Course, waiting: Sequence[Triage], sandbox: Sandbox, processes: int, result: ClassResult, watcher: Watcher
) -> None:
    from gradkit.grading.grade import grade_waiting  # late: imports torch

    watcher.sandbox(sandbox)
    for sorted_out in waiting:
        with noting(result, sorted_out.assignment.id, watcher):
            name = sorted_out.assignment.id
            watcher.step(message("collecting the hidden tests of {assignment}", assignment=name))
            mistakes = partial(watcher.mistakes, name)
            graded = grade_waiting(course, sorted_out, watcher.report, sandbox, processes, mistakes)
            result.records += map(in_outline, graded)


@contextmanager
def noting(result: ClassResult, assignment_id: str, watcher: Watcher) -> Iterator[None]:
    """Note an assignment's failure and continue with the next."""
    try:
        yield
    except GradkitError as error:
        text = error.message
        if not isinstance(error, CourseError):
            text = message("{assignment}: {text}", assignment=assignment_id, text=text)
        result.faults.append(text)
        result.worst_fault = max(result.worst_fault, error.exit_status)
        watcher.fault(text)


def _folders(parent: Path) -> list[Path]:
    """The folders below ``parent``, sorted, without hidden ones."""
    if not parent.is_dir():
        return []
    return sorted(path for path in parent.iterdir() if not path.name.startswith(".") and path.is_dir())


def unlike_stated(course: Course) -> Iterator[str]:
    """The differences between this environment and ``[environment]`` in course.toml, one sentence each.

    Raises:
        CourseError: this Python is older than the stated one, so submissions written for that one might not load.
    """
    stated = tuple(map(int, course.environment.python.split(".")))
    here = sys.version_info[:2]
    if here < stated:
        raise CourseError(
            message(
                "{path}: environment.python: students may write for Python {python}, but this is "
                "{here}. Grade with the stated version ({command}, in a new "
                ".venv), or state this one and publish again.",
                path=course.root / "course.toml",
                python=course.environment.python,
                command=f"make PYTHON=python{course.environment.python}",
                here=f"{here[0]}.{here[1]}",
            )
        )
    for line in course.environment.packages:
        package = Requirement(line)
        try:
            found = version(package.name)
        except PackageNotFoundError:
            yield message(
                "course.toml tells students that {package} is installed, but it is not: {command}",
                package=package.name,
                command=f"pip install '{line}'",
            )
            continue
        if not package.specifier.contains(found, prereleases=True):
            yield message(
                "course.toml promises students {line}, but {package} {version} is installed.",
                line=line,
                package=package.name,
                version=found,
            )

"""A grader or a worker base that is killed from outside, as the kernel does when memory runs out."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from gradkit.course import Course
from gradkit.grading import grade
from gradkit.grading.batch import ClassResult, grade_class, plan_class
from gradkit.grading.record import Record
from gradkit.grading.store import read_record
from gradkit.intake.submission import Submission

HW = "hw0_scaling"
CLASS = ("ada", "bob", "eve", "zoe")


class Quiet:
    """A watcher that says nothing."""

    def report(self, record: Record) -> None: ...
    def fault(self, text: str) -> None: ...
    def step(self, text: str) -> None: ...
    def mistakes(self, assignment: str, finished: int, needed: int) -> None: ...

    def confinement(self, text: str) -> None: ...

    def sandbox(self, sandbox: Any) -> None: ...


def worker_bases(parent: int) -> Iterator[int]:
    """The worker bases that a process has started."""
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError):
            words = (path / "cmdline").read_bytes().split(b"\0")
            if (
                b"gradkit.jail.zygote" in words
                and int((path / "stat").read_text().rpartition(")")[2].split()[1]) == parent
            ):
                yield int(path.name)


def kill_the_grader(_main: int, _spared: set[int]) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill_the_base(main: int, spared: set[int]) -> None:
    for base in set(worker_bases(main)) - spared:
        os.kill(base, signal.SIGKILL)


@pytest.fixture
def grade_with(course: Course, hand_in: Callable[..., Path], reference_source: str, monkeypatch: Any) -> Any:
    """Grade a class of four with two graders, where something happens whenever eve's is graded."""

    def run(
        harm: Callable[[int, set[int]], None] | None, times: int = 99
    ) -> tuple[ClassResult, dict[str, Record | None]]:
        for student in CLASS:
            folder = hand_in({"scaling.py": reference_source}, student)
        spared = set(worker_bases(os.getpid()))  # other tests'
        main, counts, real = os.getpid(), course.root.parent / "times", grade.grade_submission

        def harmed(suite: Any, assignment: Any, submission: Submission, *more: Any) -> Record:
            if harm is not None and submission.student == "eve":
                with counts.open("a") as file:
                    file.write("x")
                if counts.stat().st_size <= times:
                    harm(main, spared)
            return real(suite, assignment, submission, *more)

        monkeypatch.setattr(grade, "grade_submission", harmed)
        plan = plan_class(course, folder.parents[1], course.results)
        result = grade_class(course, plan, "auto", Quiet(), processes=2)
        return result, {one: read_record(course.results / one / f"{HW}.json") for one in CLASS}

    return run


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (kill_the_grader, "The grader process was killed by signal 9 (SIGKILL), peak memory"),
        (kill_the_base, "lost its worker base, which was killed by signal 9 (SIGKILL)"),
    ],
)
def test_it_costs_that_submission_alone_and_says_so(
    grade_with: Any, harm: Callable[[int, set[int]], None], said: str
) -> None:
    result, records = grade_with(harm)
    assert result.exit_status == 3
    assert result.faults == []
    assert [record.student for record in result.records] == list(CLASS)
    assert [records[one].score for one in CLASS] == [5.0, 5.0, None, 5.0]
    eve = records["eve"]
    assert eve.status == "error"
    assert said in eve.log
    assert "memory ran out" in eve.log
    assert "--graders 1" in eve.log
    assert "signal" not in eve.output  # which is for the student


@pytest.mark.parametrize("harm", [kill_the_grader, kill_the_base])
def test_once_costs_nobody_anything(grade_with: Any, harm: Callable[[int, set[int]], None]) -> None:
    result, records = grade_with(harm, times=1)
    assert (result.exit_status, result.faults) == (0, [])
    assert [record.score for record in records.values()] == [5.0] * 4

"""Jobs are spread over processes; one that dies is done again, and one that fails is told."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from gradkit.errors import GraderFault, GradkitError
from gradkit.grading.parallel import run_jobs


def writing(folder: Path, harm: Callable[[int], None] = lambda _number: None) -> Callable[[], Callable[[int], None]]:
    """What prepares a process that notes each job's number and its own in a file."""

    def work(number: int) -> None:
        harm(number)
        (folder / str(number)).write_text(str(os.getpid()))

    return lambda: work


@pytest.mark.parametrize("processes", [1, 2, 5])
def test_every_job_is_done_once_elsewhere(tmp_path: Path, processes: int) -> None:
    done: list[int] = []
    run_jobs(7, processes, writing(tmp_path), done.append)
    assert sorted(done) == list(range(7))
    workers = {path.read_text() for path in tmp_path.iterdir()}
    assert str(os.getpid()) not in workers
    assert len(workers) <= processes


def test_no_jobs_need_no_process(tmp_path: Path) -> None:
    run_jobs(0, 4, writing(tmp_path), lambda _number: pytest.fail("there was no job"))


def test_a_job_whose_process_is_killed_is_done_again(tmp_path: Path) -> None:
    def die_once(number: int) -> None:
        if number == 3 and not (tmp_path / "died").exists():
            (tmp_path / "died").touch()
            os.kill(os.getpid(), signal.SIGKILL)

    done: list[int] = []
    run_jobs(5, 2, writing(tmp_path, die_once), done.append)
    assert sorted(done) == list(range(5))


def test_a_job_that_kills_twice_ends_the_run(tmp_path: Path) -> None:
    def die(number: int) -> None:
        if number == 1:
            os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(GraderFault, match="twice"):
        run_jobs(3, 2, writing(tmp_path, die), lambda _number: None)


def test_what_a_job_raises_is_raised_here(tmp_path: Path) -> None:
    def fail(number: int) -> None:
        if number == 2:
            raise GradkitError("the disk is full")

    with pytest.raises(GradkitError, match="the disk is full"):
        run_jobs(6, 2, writing(tmp_path, fail), lambda _number: None)


def test_no_process_stays_behind(tmp_path: Path) -> None:
    run_jobs(4, 3, writing(tmp_path), lambda _number: None)
    for path in tmp_path.iterdir():
        with pytest.raises(ProcessLookupError):
            os.kill(int(path.read_text()), 0)

"""Jobs are spread over processes; one that dies is done again, and one that fails is told."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gradkit.errors import GradkitError
from gradkit.sandbox import WorkerBaseEnded
from gradkit.sandbox.deaths import Death
from gradkit.sandbox.parallel import Jobs, run_jobs


def writing(folder: Path, harm: Callable[[int], None] = lambda _number: None) -> Callable[[], Callable[[int], None]]:
    """What prepares a process that notes each job's number and its own in a file."""

    def work(number: int) -> None:
        harm(number)
        (folder / str(number)).write_text(str(os.getpid()))

    return lambda: work


def run(count: int, processes: int, prepare: Callable[[], Callable[[int], None]]) -> tuple[list[int], dict[int, str]]:
    """The jobs that were done, and how those were lost that were not."""
    done: list[int] = []
    lost: dict[int, str] = {}
    run_jobs(count, processes, Jobs(prepare, done.append, lost.__setitem__))
    return sorted(done), lost


@pytest.mark.parametrize("processes", [1, 2, 5])
def test_every_job_is_done_once_elsewhere(tmp_path: Path, processes: int) -> None:
    assert run(7, processes, writing(tmp_path)) == (list(range(7)), {})
    workers = {path.read_text() for path in tmp_path.iterdir()}
    assert str(os.getpid()) not in workers
    assert len(workers) <= processes


def test_no_jobs_need_no_process(tmp_path: Path) -> None:
    assert run(0, 4, writing(tmp_path)) == ([], {})


@pytest.mark.parametrize("processes", [1, 2])
def test_a_job_whose_process_is_killed_is_done_again_alone(tmp_path: Path, processes: int) -> None:
    def die_once(number: int) -> None:
        if number == 0 and not (tmp_path / "died").exists():
            (tmp_path / "died").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if number == 0:
            (tmp_path / "left").write_text(" ".join(sorted(path.name for path in tmp_path.iterdir())))

    assert run(4, processes, writing(tmp_path, die_once)) == ([0, 1, 2, 3], {})
    assert (tmp_path / "left").read_text() == "1 2 3 died"


def test_a_job_that_kills_twice_is_lost_and_costs_no_other(tmp_path: Path) -> None:
    def die(number: int) -> None:
        if number == 1:
            bytearray(80 << 20)
            os.kill(os.getpid(), signal.SIGKILL)
        if number == 2:
            os._exit(3)
        if number == 3:
            os.abort()

    done, lost = run(6, 2, writing(tmp_path, die))
    assert done == [0, 4, 5]
    assert lost.keys() == {1, 2, 3}
    assert re.match(
        r"The grader process was killed by signal 9 \(SIGKILL\), peak memory \d\d+ MiB.*2 ran at a time.*alone.*"
        r"signal 9 \(SIGKILL\).*memory ran out.*--graders 1",
        lost[1],
    )
    assert lost[2].count("ended with exit status 3") == 2
    assert lost[3].count("signal 6 (SIGABRT)") == 2
    assert not any("memory ran out" in lost[number] for number in (2, 3))


def test_a_process_that_dies_idle_costs_nothing(tmp_path: Path) -> None:
    def leave_the_first(number: int) -> None:
        if number == 1:
            while not (tmp_path / "0").exists():
                time.sleep(0.01)
            time.sleep(0.1)
            os.kill(int((tmp_path / "0").read_text()), signal.SIGKILL)
            time.sleep(0.1)

    assert run(2, 2, writing(tmp_path, leave_the_first)) == ([0, 1], {})


def test_what_a_job_raises_is_raised_here(tmp_path: Path) -> None:
    def fail(number: int) -> None:
        if number == 2:
            raise GradkitError("the disk is full")

    with pytest.raises(GradkitError, match="the disk is full"):
        run(6, 2, writing(tmp_path, fail))


def test_no_process_stays_behind(tmp_path: Path) -> None:
    run(4, 3, writing(tmp_path))
    for path in tmp_path.iterdir():
        with pytest.raises(ProcessLookupError):
            os.kill(int(path.read_text()), 0)


def test_a_process_that_lost_its_worker_base_is_replaced_after_another_base_was_started(tmp_path: Path) -> None:
    revived: list[float] = []

    def revive(seconds: float) -> Death | None:
        revived.append(seconds)
        return Death("was killed by signal 9 (SIGKILL)", killed=True) if seconds else None

    def lose(number: int) -> None:
        if number in (0, 1) and (number == 1 or not (tmp_path / "lost").exists()):
            (tmp_path / "lost").touch()
            raise WorkerBaseEnded

    done: list[int] = []
    lost: dict[int, str] = {}
    run_jobs(4, 1, Jobs(writing(tmp_path, lose), done.append, lost.__setitem__, revive))
    assert sorted(done) == [0, 2, 3]
    assert lost[1].count("lost its worker base, which was killed by signal 9 (SIGKILL)") == 2
    assert "Free some memory" in lost[1]
    assert revived.count(1.0) == 3


def test_graders_offer_themselves_before_the_main_process(tmp_path: Path) -> None:
    def note(_number: int) -> None:
        (tmp_path / "score").write_text(Path("/proc/self/oom_score_adj").read_text())

    run(1, 1, writing(tmp_path, note))
    assert int((tmp_path / "score").read_text()) > int(Path("/proc/self/oom_score_adj").read_text())


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_a_finished_job_leads_to_further_ones_which_come_first(tmp_path: Path, processes: int) -> None:
    done: list[int] = []

    def lead(number: int) -> list[int]:
        done.append(number)
        return {0: [10, 11], 11: [20]}.get(number, [])

    run_jobs(4, processes, Jobs(writing(tmp_path), lead, lambda *_: None))
    assert sorted(done) == [0, 1, 2, 3, 10, 11, 20]
    if processes == 1:
        assert done == [0, 10, 11, 20, 1, 2, 3]


def test_idle_processes_take_further_jobs(tmp_path: Path) -> None:
    def meet(number: int) -> None:
        while number >= 10 and len([path for path in tmp_path.iterdir() if path.name.startswith("at")]) < 3:
            (tmp_path / f"at{number}").touch()
            time.sleep(0.01)

    run_jobs(1, 3, Jobs(writing(tmp_path, meet), {0: [10, 11, 12]}.get, lambda *_: None))
    assert len({(tmp_path / name).read_text() for name in ("10", "11", "12")}) == 3


def test_what_a_repeated_job_leads_to_is_done(tmp_path: Path) -> None:
    def die_once(number: int) -> None:
        if number in (1, 10) and not (tmp_path / f"died{number}").exists():
            (tmp_path / f"died{number}").touch()
            os.kill(os.getpid(), signal.SIGKILL)

    done: list[int] = []

    def lead(number: int) -> list[int]:
        done.append(number)
        return {1: [10, 11], 10: [20]}.get(number, [])

    run_jobs(3, 2, Jobs(writing(tmp_path, die_once), lead, lambda *_: pytest.fail("no job is lost")))
    assert sorted(done) == [0, 1, 2, 10, 11, 20]

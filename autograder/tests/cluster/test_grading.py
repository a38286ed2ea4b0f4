"""A class graded on a cluster: the same records, whatever happens to nodes, workers and head."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest

from gradkit.course import Course

from .conftest import GRADKIT, STUDENTS, Gradkit, Records

PATIENCE = 120.0  # seconds, on a busy machine


def test_records_are_the_same_as_on_one_machine(
    gradkit: Gradkit, submissions: Path, records: Records, here: Mapping[str, Any]
) -> None:
    ran = gradkit("grade", "--submissions", submissions, "--results", "there", "--cluster", "local:2")
    assert (ran.returncode, records("there")) == (0, here), ran.stderr
    assert f"sandbox: {next(iter(here.values()))['extra_data']['sandbox']['level']}" in ran.stderr
    again = gradkit("grade", "--submissions", submissions, "--results", "there", "--cluster", "local:2")
    assert "sending the course" not in again.stderr  # nothing waits, so no cluster is opened


def test_a_broken_suite_costs_its_assignment_only(gradkit: Gradkit, submissions: Path, course: Course) -> None:
    next(course.hidden("hw0_scaling").glob("test_*.py")).write_text("this is not Python\n")
    ran = gradkit("grade", "--submissions", submissions, "--results", "there", "--cluster", "local:1")
    assert ran.returncode == 2
    assert "the hidden suite cannot be collected" in ran.stderr


def test_nothing_is_lost_when_nodes_and_workers_are_killed(
    course: Course, submissions: Path, records: Records, here: Mapping[str, Any], tmp_path: Path
) -> None:
    chance = random.Random(0)  # noqa: S311 - no secret
    head = start(course, submissions, tmp_path)
    wait_for(lambda: any((tmp_path / "there").glob("*/*.json")))
    for find in (nodes_of, workers_of, nodes_of):
        time.sleep(chance.uniform(1.0, 3.0))
        for process in find(head)[:1]:
            process.kill()
    assert head.wait(PATIENCE) == 0, (tmp_path / "log.txt").read_text()
    assert records("there") == here


def test_a_killed_head_leaves_nothing_and_the_next_run_goes_on(
    course: Course, gradkit: Gradkit, submissions: Path, records: Records, here: Mapping[str, Any], tmp_path: Path
) -> None:
    head = start(course, submissions, tmp_path)
    wait_for(lambda: any((tmp_path / "there").glob("*/*.json")))
    started = [*nodes_of(head), *workers_of(head)]
    os.kill(head.pid, signal.SIGKILL)
    head.wait()
    _, alive = psutil.wait_procs(started, timeout=PATIENCE)
    assert alive == []
    ran = gradkit("grade", "--submissions", submissions, "--results", "there", "--cluster", "local:2")
    assert (ran.returncode, records("there")) == (0, here), ran.stderr
    assert len(here) == STUDENTS


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)])
@pytest.mark.parametrize("find", ["workers", "nodes"])
def test_an_ended_head_ends_all_and_says_nothing(
    course: Course, submissions: Path, tmp_path: Path, number: signal.Signals, status: int, find: str
) -> None:
    head = start(course, submissions, tmp_path)
    wait_for(lambda: {"workers": workers_of, "nodes": nodes_of}[find](head))
    started = children(head)
    os.killpg(head.pid, number) if number == signal.SIGINT else head.send_signal(number)  # Ctrl-C is for a whole group
    assert head.wait(PATIENCE) == status
    _, alive = psutil.wait_procs(started, timeout=PATIENCE)
    assert alive == []
    assert "Traceback" not in (tmp_path / "log.txt").read_text()
    assert not (tmp_path / "tmp" / "dask-scratch-space").exists()


@pytest.fixture(autouse=True)
def _no_process_left() -> Iterator[None]:
    yield
    left = [process for process in psutil.Process().children(recursive=True) if "node" in words_of(process)]
    assert left == []


def start(
    course: Course,
    submissions: Path,
    tmp_path: Path,
    cluster: str = "local:2",
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Grade on a cluster, in the background."""
    words = ["grade", "--submissions", str(submissions), "--results", str(tmp_path / "there"), "--cluster", cluster]
    log = (tmp_path / "log.txt").open("wb")
    with log:
        return subprocess.Popen(  # noqa: S603
            [*GRADKIT, *words, "--course", str(course.root)],
            stdout=log,
            stderr=log,
            process_group=0,
            env={**os.environ, **(environment or {})},
        )


def nodes_of(head: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return [process for process in children(head) if "node" in words_of(process)]


def workers_of(head: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return [process for process in children(head) if any("spawn_main" in word for word in words_of(process))]


def children(head: subprocess.Popen[bytes]) -> list[psutil.Process]:
    try:
        return psutil.Process(head.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def words_of(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def wait_for(happened: Any) -> None:
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.05)

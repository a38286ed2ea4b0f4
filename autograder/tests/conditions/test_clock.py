"""Limits of time: what was computed counts, and time on the wall is a backstop."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from gradkit.conditions.clock import Deadline, DeadlineError, ProcessorClock, too_long

BUSY = "import time\nwhile time.process_time() < 0.3: pass\nprint(flush=True)\ninput()"


def test_a_process_that_waits_has_used_none_of_its_time() -> None:
    deadline = Deadline.after(5.0, lambda: 0.0, patience=1000.0)
    assert 0 < deadline.next_look() <= 5.0


@pytest.mark.parametrize(("at", "used", "computed"), [(1e9, 2.0, True), (0.0, 0.0, False)])
def test_which_limit_was_hit_is_told(at: float, used: float, computed: bool) -> None:
    with pytest.raises(DeadlineError) as caught:
        Deadline(time.monotonic() + at if at else 0.0, lambda: used, 1.0).next_look()
    assert caught.value.computed == computed


def test_the_words_name_the_limit() -> None:
    assert too_long(2.0, computed=True) == "it did not finish within 2 seconds of computing"
    assert "within 20 seconds, most of them spent waiting" in too_long(2.0, computed=False)


def test_another_processes_clock_is_read_and_kept_when_it_ends() -> None:
    with subprocess.Popen([sys.executable, "-c", BUSY], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own interpreter
        clock = ProcessorClock(process.pid)
        assert process.stdout is not None
        process.stdout.readline()
        used = clock()
        assert 0.3 <= used < 10
        process.communicate(b"\n")
    assert clock() >= used


def test_processes_that_it_started_count_where_they_may_be_started() -> None:
    before = ProcessorClock(os.getpid(), children=True)()
    subprocess.run([sys.executable, "-c", BUSY], input=b"\n", stdout=subprocess.DEVNULL, check=True)  # noqa: S603 - our own interpreter
    assert ProcessorClock(os.getpid(), children=True)() - before >= 0.3

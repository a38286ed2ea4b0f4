"""A budget of processor time ends what uses it up, and leaves nothing behind."""

from __future__ import annotations

import gc
import signal
import time
from contextlib import suppress
from threading import Thread

import pytest

from gradkit.budget import OutOfTimeError, at_most


def compute_without_end() -> None:
    while True:
        with suppress(Exception):  # as a lexer may do
            sum(range(10_000))


def test_what_uses_it_up_is_interrupted() -> None:
    with pytest.raises(OutOfTimeError, match=r"more than 0\.05 seconds"), at_most(0.05):
        compute_without_end()


def test_what_ends_in_time_is_let_be_and_the_signal_is_as_it_was() -> None:
    before = signal.getsignal(signal.SIGPROF)
    with at_most(30.0):
        assert signal.getitimer(signal.ITIMER_PROF)[0] > 0
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGPROF) is before


def test_another_thread_is_let_run() -> None:
    done: list[bool] = []

    def work() -> None:
        with at_most(1e-6):
            done.append(signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0))

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]


def test_an_interruption_that_a_garbage_collectors_callback_would_swallow_comes_after_it() -> None:
    def callback(_phase: str, _info: dict[str, int]) -> None:
        until = time.process_time() + 0.1
        while time.process_time() < until:
            pass

    def collect_and_compute() -> None:
        gc.collect()
        compute_without_end()

    gc.callbacks.append(callback)
    try:
        with pytest.raises(OutOfTimeError), at_most(0.02):
            collect_and_compute()
    finally:
        gc.callbacks.remove(callback)


def test_an_interruption_that_was_caught_is_repeated() -> None:
    def compute_and_catch() -> None:
        with suppress(OutOfTimeError):
            compute_without_end()
        compute_without_end()

    with pytest.raises(OutOfTimeError), at_most(0.02):
        compute_and_catch()

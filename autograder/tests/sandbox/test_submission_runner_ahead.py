"""Calls that are sent ahead: each is answered as if it had been sent alone, whatever the others do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
import torch

from gradkit.course import Limits
from gradkit.sandbox import Sandbox, SubmissionRunner, Submitted, Workers
from gradkit.suite import function_call
from gradkit.wire.call import Call

LIMITS = Limits(seconds_per_call=0.5, seconds=20.0, patience=100.0, output_kb=4, restarts=9)
SOURCE = """
import os, time, torch
calls = []
def good(x):
    calls.append("good")
    return x + len(calls)
def big(x): return torch.ones(1 << 16, dtype=torch.float64) * x.sum()
def leave(x): os._exit(0)
def loop(x):
    while True: pass
def flood(x):
    while True: os.write(1, b"x" * 4096)
def wrong(x): return y
def chat(x): print("one", int(x[0]))
def switch(x): torch.set_default_dtype(torch.float64)
"""


@pytest.fixture
def workers(sandbox: Sandbox) -> Iterator[Workers]:
    with closing(sandbox.connect()) as workers:
        yield workers


Start = Callable[[], SubmissionRunner]


@pytest.fixture
def start(workers: Workers) -> Iterator[Start]:
    runners: list[SubmissionRunner] = []

    def make() -> SubmissionRunner:
        runners.append(SubmissionRunner(Submitted("a.py", {"a.py": SOURCE.encode()}), LIMITS, workers.start))
        return runners[-1]

    yield make
    for runner in runners:
        runner.close()


def call(name: str, size: int = 2) -> Call:
    return function_call(name, {"x": torch.ones(size, dtype=torch.float64)})


@pytest.mark.parametrize("lost", ["leave", "loop", "flood", "wrong"])
def test_a_lost_call_costs_no_other(start: Start, lost: str) -> None:
    names = ["good", "good", lost, "good", lost, "good"]
    alone, ahead = start(), start()
    calls = [call(name) for name in names]
    expected = [alone.run(one) for one in calls]
    ahead.announce(calls)
    found = [ahead.ask(one).observation for one in calls]
    for one, other in zip(found, expected, strict=True):
        assert one.failure == other.failure
        if one.failure is None:  # the number of calls that the process has seen
            assert torch.equal(one.values["result"].data, other.values["result"].data)


def test_more_calls_than_the_socket_holds_are_all_answered(start: Start) -> None:
    runner, calls = start(), [call("big", 1 << 15) for _ in range(40)]
    runner.announce(calls)
    assert [float(runner.ask(one).observation.values["result"].data[0]) for one in calls] == [2.0**15] * 40


def test_a_call_that_was_not_announced_is_performed_after_those_that_were(start: Start) -> None:
    runner, (first, other, last) = start(), [call("good") for _ in range(3)]
    runner.announce([first, last])
    seen = [float(runner.ask(one).observation.values["result"].data[0]) for one in (first, other, last)]
    assert seen == [2.0, 4.0, 3.0]


def test_what_is_printed_comes_in_the_order_of_the_calls(start: Start) -> None:
    runner, calls = start(), [function_call("chat", {"x": torch.full((1,), float(n))}) for n in range(20)]
    runner.announce(calls)
    for number, one in enumerate(calls):
        assert runner.ask(one).observation.printed == f"one {number}\n"
    runner.close()
    assert runner.log == "".join(f"one {number}\n" for number in range(20))


def test_a_known_reply_is_not_read_until_it_is_looked_at(start: Start) -> None:
    first, second = start().ask(call("good")), start().ask(call("good"), ())
    assert first.key == second.key
    again = start().ask(call("good"), {first.key})
    assert "observation" not in vars(again)
    assert again.observation.values["result"].data.tolist() == [2.0, 2.0]
    assert start().ask(call("good", 3)).key != first.key


@pytest.mark.parametrize("name", ["wrong", "switch"])
def test_replies_that_depend_on_more_than_their_bytes_are_always_read(start: Start, name: str) -> None:
    key = start().ask(call(name)).key
    runner = start()
    again = runner.ask(call(name), {key})
    assert again.key == key
    assert "observation" in vars(again)
    assert runner.left_on == ({"dtype": "switch"} if name == "switch" else {})


def test_replies_without_an_answer_have_no_key(start: Start) -> None:
    assert start().ask(call("leave")).key is None

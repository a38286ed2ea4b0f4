"""A submission's process may do what it likes: it loses the calls it did not answer, and nothing else happens."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from gradkit.course import Limits
from gradkit.sandbox import Sandbox, SubmissionRunner, Submitted, Worker, Workers, connection
from gradkit.sandbox.channel import Channel
from gradkit.suite import function_call
from gradkit.wire.call import Call
from gradkit.wire.observation import Observation

# Of processor time; on the wall, little only where code is meant to sleep.
LIMITS = Limits(seconds_per_call=0.5, seconds=20.0, patience=100.0, output_kb=4, restarts=2)
IMPATIENT = replace(LIMITS, patience=4.0)
SOURCE = """
import os, struct, subprocess, sys, time, ctypes, json
import torch

def good(x): return x + 1
def leave(x): os._exit(0)
def kill_itself(x): os.kill(os.getpid(), 9)
def crash(x): ctypes.string_at(0)
def loop(x):
    while True: pass
def in_threads(x):
    import threading
    for _ in range(3): threading.Thread(target=loop, args=(x,), daemon=True).start()
    threading.Event().wait()
def patient(x):
    time.sleep(1.0)
    return x + 1
def deaf(x):
    import signal
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True: time.sleep(1)
def flood(x):
    while True: os.write(1, b"x" * 4096)
def chat(x):
    print("y" * 20000)
    return x
def channel():
    import stat
    return next(d for d in range(3, 64) if stat.S_ISSOCK(os.fstat(d).st_mode))
def frame(body, payload=b"", kind="observed"):
    body = json.dumps(body).encode()
    return b"GRD1" + struct.pack("<IQ", len(body), len(payload)) + body + payload
def forge(x):
    os.write(channel(), frame(["observed", "guess", {"failure": None}, []]))
    return x
def noise(x):
    os.write(channel(), b"not a frame at all, but long enough")
    return x
def huge(x):
    os.write(channel(), b"GRD1" + struct.pack("<IQ", 10, 1 << 60))
    return x
def hang_up(x):
    os.close(channel())
    time.sleep(60)
def child(x):
    return subprocess.Popen(["sleep", "600"]).pid
def large(x): return torch.ones(1 << 30)
def many(x):
    import threading
    for _ in range(1000): threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
def fill(x):
    import tempfile
    with open(os.path.join(tempfile.gettempdir(), "big"), "wb") as file:
        for _ in range(200): file.write(bytes(1 << 20))
def where(x): return [os.getcwd(), os.getpid(), len(os.environ), "" in sys.path]
"""


@pytest.fixture
def workers(level: Sandbox) -> Iterator[Workers]:
    with closing(level.connect()) as workers:
        yield workers


@pytest.fixture
def runner(workers: Workers, request: pytest.FixtureRequest) -> Iterator[SubmissionRunner]:
    sleeps = "deaf" in request.node.name
    limits = IMPATIENT if sleeps else LIMITS
    runner = SubmissionRunner(Submitted("answer.py", {"answer.py": SOURCE.encode()}), limits, workers.start)
    yield runner
    runner.close()


def ask(runner: SubmissionRunner, name: str) -> Observation:
    return runner.run(call(name))


def call(name: str) -> Call:
    return function_call(name, {"x": torch.ones(2, dtype=torch.float64)})


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("leave", "died"),
        ("crash", "died"),
        ("loop", "timeout"),
        ("in_threads", "timeout"),
        ("deaf", "timeout"),
        ("flood", "output"),
        ("forge", "protocol"),
        ("noise", "protocol"),
        ("huge", "protocol"),
        ("hang_up", "died"),
    ],
)
def test_a_lost_process_costs_its_call_and_the_next_is_answered(runner: SubmissionRunner, name: str, kind: str) -> None:
    failure = ask(runner, name).failure
    assert failure is not None
    assert failure.kind == kind
    assert ask(runner, "good").failure is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("loop", "within 0.5 seconds of computing"),
        ("in_threads", "within 0.5 seconds of computing"),
        ("deaf", "within 2 seconds, most of them spent waiting"),
    ],
)
def test_it_is_said_whether_a_call_computed_too_long_or_waited(runner: SubmissionRunner, name: str, words: str) -> None:
    failure = ask(runner, name).failure
    assert failure is not None
    assert words in failure.message


def test_time_in_which_it_does_not_compute_costs_a_call_nothing(runner: SubmissionRunner) -> None:
    found = ask(runner, "patient")  # as a machine makes it that is busy with other things
    assert found.failure is None
    assert found.seconds > LIMITS.seconds_per_call > runner.spent.computing


def test_a_process_is_timed_by_its_own_clock_however_late_its_grader_is(
    runner: SubmissionRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*arguments: Any) -> Channel:
        time.sleep(1.0)  # as on a busy machine, where the process may be ready first
        return Channel(*arguments)

    monkeypatch.setattr(connection, "Channel", late)
    assert ask(runner, "patient").failure is None
    assert runner.spent.computing < LIMITS.seconds_per_call


def test_an_early_exit_with_status_zero_is_no_pass(runner: SubmissionRunner) -> None:
    failure = ask(runner, "leave").failure
    assert failure is not None
    assert "exit status 0" in failure.message


def test_a_process_killed_from_outside_costs_nothing(runner: SubmissionRunner) -> None:
    assert ask(runner, "good").failure is None
    assert runner._worker is not None
    runner._worker.process.end()
    found = ask(runner, "good")
    assert found.failure is None
    assert found.values["result"].data.tolist() == [2.0, 2.0]


def test_a_process_that_kills_itself_costs_its_call(level: Sandbox, runner: SubmissionRunner) -> None:
    failure = ask(runner, "kill_itself").failure
    if "pid" in level.level.namespaces:
        assert failure is None, "the first process of a pid namespace cannot be killed from inside"
    else:
        assert failure is not None
        assert failure.kind == "died"
    assert ask(runner, "good").failure is None


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [("large", "memory", "more than 512 MiB of memory"), ("many", "threads", "64 are allowed")],
)
def test_each_limit_has_its_own_message(workers: Workers, name: str, kind: str, words: str) -> None:
    limits = Limits(seconds_per_call=5.0, memory_mb=512)
    runner = SubmissionRunner(Submitted("answer.py", {"answer.py": SOURCE.encode()}), limits, workers.start)
    failure = ask(runner, name).failure
    runner.close()
    assert failure is not None
    assert failure.kind == kind
    assert words in failure.message


def test_the_temporary_folder_is_private_and_limited(level: Sandbox, runner: SubmissionRunner) -> None:
    failure = ask(runner, "fill").failure
    assert failure is not None
    if level.level.has_private_folder:
        assert failure.kind == "disk"
        assert "more than 64 MiB" in failure.message
    else:
        assert failure.type_name == "PermissionError"


def test_restarts_are_counted(runner: SubmissionRunner) -> None:
    for _ in range(LIMITS.restarts + 1):
        assert ask(runner, "leave").failure is not None
    failure = ask(runner, "good").failure
    assert failure is not None
    assert failure.kind == "unavailable"


def test_the_time_of_a_whole_submission_is_limited(workers: Workers) -> None:
    for name, patience, last in (("loop", 100.0, "0.3 seconds of computing"), ("deaf", 2.0, "more than 0.6 seconds")):
        limits = Limits(seconds_per_call=0.2, seconds=0.3, patience=patience, restarts=5)
        runner = SubmissionRunner(Submitted("answer.py", {"answer.py": SOURCE.encode()}), limits, workers.start)
        failures = [failure for _ in range(3) if (failure := ask(runner, name).failure)]
        runner.close()
        assert [failure.kind for failure in failures] == ["timeout", "timeout", "unavailable"]
        assert last in failures[-1].message


def test_output_is_kept_to_the_limit(runner: SubmissionRunner) -> None:
    assert ask(runner, "chat").failure is None
    runner.close()
    assert 0 < len(runner.log) <= LIMITS.output_kb << 10


def test_it_cannot_start_another_process(runner: SubmissionRunner) -> None:
    failure = ask(runner, "child").failure
    assert failure is not None
    assert failure.type_name in ("PermissionError", "BlockingIOError")


def test_it_starts_elsewhere_with_an_almost_empty_environment(runner: SubmissionRunner) -> None:
    folder, _, variables, current_folder_importable = ask(runner, "where").values["result"]
    assert Path(folder) != Path.cwd()
    assert variables < 12
    assert not current_folder_importable


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def broken(:\n", "SyntaxError"),
        ("import torch\nraise RuntimeError('at import')\n", "RuntimeError"),
        ("import sys\nsys.exit()\n", "SystemExit"),
        ("import no_such_module\n", "ModuleNotFoundError"),
    ],
)
def test_a_file_that_cannot_be_loaded_answers_every_call_with_the_reason(
    workers: Workers, source: str, said: str
) -> None:
    runner = SubmissionRunner(Submitted("answer.py", {"answer.py": source.encode()}), LIMITS, workers.start)
    failures = [ask(runner, "good").failure for _ in range(2)]
    runner.close()
    assert [failure.kind for failure in failures if failure] == ["import", "import"]
    assert failures[0] is not None
    assert failures[0].type_name == said


@pytest.mark.parametrize("body", ["while True: pass", "import os; os._exit(0)"])
def test_a_file_that_never_finishes_loading_is_tried_once(workers: Workers, body: str) -> None:
    starts = 0

    def counted(limits: Limits, banned: Sequence[str] = ()) -> Worker:
        nonlocal starts
        starts += 1
        return workers.start(limits, banned)

    runner = SubmissionRunner(Submitted("answer.py", {"answer.py": body.encode()}), LIMITS, counted)
    for _ in range(3):
        failure = ask(runner, "good").failure
        assert failure is not None
        assert failure.kind == "import"
    runner.close()
    assert starts == 1


def test_helper_files_of_the_submission_can_be_imported(workers: Workers) -> None:
    sources = {
        "answer.py": b"import my_helper\ndef good(x): return my_helper.twice(x)",
        "my_helper.py": b"def twice(x): return 2 * x",
    }
    runner = SubmissionRunner(Submitted("answer.py", sources), LIMITS, workers.start)
    found = ask(runner, "good")
    runner.close()
    assert found.values["result"].data.tolist() == [2.0, 2.0]


def test_files_named_like_installed_modules_shadow_nothing(workers: Workers) -> None:
    sources = {
        "answer.py": b"import json, torch\ndef good(x): return torch.ones(2)",
        "torch.py": b"boom",
        "json.py": b"boom",
    }
    runner = SubmissionRunner(Submitted("answer.py", sources), LIMITS, workers.start)
    found = ask(runner, "good")
    runner.close()
    assert found.failure is None

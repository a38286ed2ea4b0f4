"""What is said of a process that died."""

from __future__ import annotations

from contextlib import closing

import pytest

from gradkit.course.assignment import Limits
from gradkit.errors import GraderFault
from gradkit.sandbox import SubmissionRunner, Submitted, deaths, open_sandbox
from gradkit.suite import function_call


def test_a_status_a_signal_and_a_kill_are_told_apart() -> None:
    now = deaths.kills()
    assert str(deaths.death(3, 0, now)) == "ended with exit status 3"
    assert str(deaths.death(-6, 2048, now)) == "was killed by signal 6 (SIGABRT), peak memory 2 MiB"
    assert str(deaths.death(-9, 0, now)) == "was killed by signal 9 (SIGKILL), most likely because memory ran out"
    assert [deaths.death(code, 0, now).killed for code in (3, -6, -9)] == [False, False, True]


def test_the_kernels_count_proves_it() -> None:
    now = deaths.kills()
    assert "/proc/vmstat" in now
    assert not deaths.ran_out(now)
    before = now | {"/proc/vmstat": now["/proc/vmstat"] - 1}
    assert deaths.ran_out(before)
    assert deaths.death(-9, 0, before).how.endswith(": the kernel killed processes because memory ran out")
    group = before | {"group": 0}
    assert not deaths.ran_out(now | {"group": 0}), "a count that is gone is no kill"
    assert deaths.ran_out(group)


@pytest.mark.parametrize("ran_out", [True, False])
def test_a_kill_for_memory_is_not_the_submissions_fault(monkeypatch: pytest.MonkeyPatch, ran_out: bool) -> None:
    # The kernel cannot be made to run out of memory in a test: its counter is moved instead.
    counts = iter(range(1000))
    if ran_out:
        monkeypatch.setattr(deaths, "kills", lambda: {"/proc/vmstat": next(counts)})
    source = b"import os, signal\ndef attack():\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    # At "flat", because the first process of a pid namespace cannot kill itself.
    with open_sandbox("flat") as sandbox, closing(sandbox.connect()) as workers:
        runner = SubmissionRunner(Submitted("a.py", {"a.py": source}), Limits(restarts=0), workers.start)
        with closing(runner):
            if ran_out:
                with pytest.raises(
                    GraderFault, match=r"killed the submission's process twice because this machine ran out of memory"
                ):
                    runner.run(function_call("attack", {}))
                return
            failure = runner.run(function_call("attack", {})).failure
    assert failure is not None
    assert (failure.kind, failure.message) == ("died", "the process was ended by signal SIGKILL")

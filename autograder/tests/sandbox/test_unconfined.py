"""The unconfined level still has a process of its own, limits, and an end."""

from __future__ import annotations

import os
import select

import torch

from gradkit.course import Limits
from gradkit.sandbox import SubmissionRunner, Submitted, open_sandbox
from gradkit.suite import function_call

SOURCE = b"""
import os, subprocess, sys, torch
def good(x): return x + 1
def leave(x): os._exit(0)
def large(x): return torch.ones(1 << 32)
def child(x): return subprocess.Popen(["sleep", "600"]).pid
def busy_child(x): return subprocess.run([sys.executable, "-S", "-c", "while True: pass"])
"""


def test_an_unconfined_submission_is_answered_limited_and_ended() -> None:
    calls = {
        name: function_call(name, {"x": torch.ones(2)}) for name in ("good", "leave", "large", "child", "busy_child")
    }
    with open_sandbox("insecure") as sandbox:
        assert sandbox.as_record()["level"] == "insecure"
        limits = Limits(seconds_per_call=0.5, patience=100.0, memory_mb=1024, restarts=1)
        runner = SubmissionRunner(Submitted("answer.py", {"answer.py": SOURCE}), limits, sandbox.connect().start)
        assert runner.run(calls["good"]).failure is None
        assert getattr(runner.run(calls["large"]).failure, "kind", None) == "memory"
        assert getattr(runner.run(calls["leave"]).failure, "kind", None) == "died"
        child = os.pidfd_open(runner.run(calls["child"]).values["result"])
        assert getattr(runner.run(calls["busy_child"]).failure, "kind", None) == "timeout"  # which ends them all
        runner.close()
    ended, _, _ = select.select([child], [], [], 10)
    os.close(child)
    assert ended

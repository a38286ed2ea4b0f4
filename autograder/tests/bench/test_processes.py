"""The memory of a running command, seen from outside."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import processes

MEGABYTES = 40
FAMILY = f"""
import os, sys
ours = b"x" * ({MEGABYTES} << 20)
if os.fork() == 0:
    print(os.getpid(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def family() -> Iterator[tuple[int, int]]:
    """A process and its child, who share what the first one holds, and wait."""
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-I", "-c", FAMILY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process.pid, int(process.stdout.readline())
        assert process.stdin is not None
        process.stdin.close()


def test_tree_holds_a_process_and_what_it_started(family: tuple[int, int]) -> None:
    parent, child = family
    assert processes.tree(parent) == [parent, child]
    assert {parent, child} <= set(processes.tree(os.getpid()))
    assert 0 < processes.started_at(parent) <= processes.started_at(child)
    assert "ours = " in processes.command_of(child)


def test_shared_pages_belong_to_each_peak(family: tuple[int, int]) -> None:
    assert all(processes.peak_mb(pid) > MEGABYTES for pid in family)


def test_process_that_has_ended_has_nothing() -> None:
    with subprocess.Popen([sys.executable, "-I", "-c", ""]) as process:
        process.wait()
    assert processes.peak_mb(process.pid) == 0
    assert processes.command_of(process.pid) == ""
    assert processes.started_at(process.pid) == 0


def test_watch_looks_until_the_command_ends(tmp_path: Path) -> None:
    go = tmp_path / "go"
    code = "import pathlib, sys, time\nwhile not pathlib.Path('go').exists(): time.sleep(0.001)\nsys.exit(7)"
    seen: list[int] = []

    def look(pid: int) -> None:
        seen.append(pid)
        if len(seen) == 3:
            go.touch()

    assert processes.watch([sys.executable, "-I", "-c", code], tmp_path, look, 0.005) == 7
    assert len(seen) >= 3
    assert len(set(seen)) == 1

"""A gradebook that another program keeps locked: the run waits, says so, loses nothing, and the next one files."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# The real command, but for how long it waits: half a second in place of half a minute.
IMPATIENT = "from gradkit.gradebook import database_errors; database_errors.PATIENCE = 0.5"

LOCK = """
import sqlite3, sys
print("ready", flush=True)
sys.stdin.readline()
connection = sqlite3.connect(sys.argv[1], timeout=60, isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
connection.execute("ROLLBACK")
connection.close()
"""


@contextmanager
def another_program(gradebook: Path) -> Iterator[Callable[[], None]]:
    """Yields what has it lock the gradebook, for the rest of the block."""
    with subprocess.Popen(  # noqa: S603 - our own Python
        [sys.executable, "-c", LOCK, gradebook.name],
        cwd=gradebook.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"

        def lock() -> None:
            other.stdin.write("now\n")
            other.stdin.flush()
            assert other.stdout.readline() == "locked\n"

        try:
            yield lock
        finally:
            other.communicate()


def test_a_locked_gradebook_is_told_and_the_next_run_files(room: Any, uninterrupted: Any) -> None:
    graded = uninterrupted.room.copy(room.home / "graded")

    # From the start: nothing is begun, and all stays as it is.
    with another_program(graded.root / "gradebook.db") as lock:
        lock()
        status, words = graded.grade(IMPATIENT)
    assert status == 3
    assert "another program is writing to it" in words
    assert graded.outcome() == uninterrupted.outcome

    # After a first submission has been filed.
    for made in ("autograded", "feedback"):
        shutil.rmtree(graded.root / made)
    (graded.root / "gradebook.db").unlink()
    with another_program(graded.root / "gradebook.db") as lock:
        run = graded.start(IMPATIENT)
        while not list(graded.root.glob("autograded/*/*/.filed")):
            assert not run.ended(0.001), run.words()
        lock()
        status = run.wait()
    words = run.words()
    assert status == 3, words
    assert words.count("another program is writing to it") == 1
    assert "The records are safe" in words
    assert "Traceback" not in words, words
    assert graded.results() == uninterrupted.outcome["records"]
    assert len(graded.gradebook()[0]) < len(uninterrupted.outcome["gradebook"][0])

    status, words = graded.grade()
    assert status == 0, words
    assert "sandbox" not in words  # nothing had to be graded again
    assert graded.outcome() == uninterrupted.outcome

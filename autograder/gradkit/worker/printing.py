"""Capture what the student's code prints, in addition to the process's real output."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gradkit.conditions.streams import StandIn
from gradkit.wire.observation import MAX_PRINTED


@contextmanager
def printing() -> Iterator[Callable[[], str]]:
    """Capture what is printed inside the block; yields a function that returns it.

    ``sys.stdout`` and ``sys.stderr`` are replaced inside the block by files that also pass everything on. Whatever the
    student's code does to them ends with the block.
    """
    real, kept, room = sys.stdout, list[str](), MAX_PRINTED

    def take(text: str) -> None:
        nonlocal room
        if room > 0:
            kept.append(text[:room])
            room -= len(text)
        real.write(text)

    stdout = StandIn(take, flush=real.flush)
    stderr = StandIn(sys.stderr.write, "<stderr>", 2, sys.stderr.flush)
    before, sys.stdout, sys.stderr = (sys.stdout, sys.stderr), stdout, stderr
    try:
        yield lambda: "".join(kept)
    finally:
        sys.stdout, sys.stderr = before


def open_standard_streams() -> None:
    """Reopen Python's three streams from their descriptors: a forked process inherits streams on other files."""
    sys.stdin = sys.__stdin__ = _opened(0, "r", "<stdin>")  # type: ignore[misc]
    sys.stdout = sys.__stdout__ = _opened(1, "w", "<stdout>")  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = _opened(2, "w", "<stderr>")  # type: ignore[misc]


def _opened(descriptor: int, mode: str, name: str) -> io.TextIOWrapper:
    raw = io.FileIO(descriptor, mode, closefd=False)
    raw.name = name  # like Python's own streams
    binary = io.BufferedReader(raw) if mode == "r" else io.BufferedWriter(raw)
    stream = io.TextIOWrapper(binary, "utf-8", "backslashreplace", line_buffering=descriptor == 2)
    stream.mode = mode  # type: ignore[misc]  # as Python sets it
    return stream

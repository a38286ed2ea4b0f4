"""What the student's code prints, kept beside the process's real output."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from gradkit.wire.observation import MAX_PRINTED


class _Tee(io.TextIOBase):
    """Keeps the beginning of what is printed, and passes everything on to the process's real output."""

    def __init__(self, real: TextIO) -> None:
        self.real = real
        self.kept: list[str] = []
        self.room = MAX_PRINTED

    def write(self, text: str) -> int:
        if self.room > 0:
            self.kept.append(text[: self.room])
            self.room -= len(text)
        self.real.write(text)
        return len(text)

    def flush(self) -> None:
        self.real.flush()


@contextmanager
def printing() -> Iterator[Callable[[], str]]:
    """Keep what is printed inside the block; yields a function that returns it."""
    real = sys.stdout
    tee = _Tee(real)
    sys.stdout = tee
    try:
        yield lambda: "".join(tee.kept)
    finally:
        sys.stdout = real

"""Wait for files to be saved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from watchfiles import PythonFilter, watch

_STEP = 20  # ms without a further change, after which a save is over
_LONGEST = 200  # ms that changes may go on


def saves(folder: Path) -> Iterator[None]:
    """Yield each time that Python files in ``folder`` were saved."""
    for _ in watch(
        folder, watch_filter=PythonFilter(), step=_STEP, debounce=_LONGEST, recursive=False, raise_interrupt=True
    ):
        yield

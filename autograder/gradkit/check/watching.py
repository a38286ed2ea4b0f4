"""Wait for files to be saved."""

from __future__ import annotations

from collections.abc import Iterator, Set
from pathlib import Path

from watchfiles import PythonFilter, watch

_STEP = 20  # ms without a further change, after which a save is over
_LONGEST = 200  # ms that changes may go on
_LOOK = 1_000  # ms until a look at the files themselves: not every file system tells of changes


def saves(folder: Path) -> Iterator[None]:
    """Yield at once, and then each time that Python files in ``folder`` were saved.

    What is saved while the caller is busy is told when it comes back.
    """
    seen = _files(folder)
    yield
    for _ in watch(
        folder,
        watch_filter=PythonFilter(),
        step=_STEP,
        debounce=_LONGEST,
        recursive=False,
        raise_interrupt=True,
        rust_timeout=_LOOK,
        yield_on_timeout=True,
    ):
        if (now := _files(folder)) != seen:
            seen = now
            yield


def _files(folder: Path) -> Set[tuple[str, int, int, int]]:
    """What tells one version of the files from another."""
    found = set()
    for path in folder.glob("*.py"):
        try:
            status = path.stat()
        except OSError:
            continue  # just taken away, as some editors do to save
        found.add((path.name, status.st_ino, status.st_mtime_ns, status.st_size))
    return found

"""Temporary folders and files that do not outlive a killed run: whoever makes the next one sweeps them away.

Each is locked (flock) as long as its owner lives, and the lock goes with the process however it ends. What nobody holds
is left over.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class TemporaryFolder:
    """A folder of our own, removed when it is closed, or by the next process that makes one of its family.

    Args:
        name: what its name begins with; up to the first "-" it is its family's.
        parent: the folder that it is made in; the system's temporary folder where it is None.

    Raises:
        OSError: it cannot be made.
    """

    def __init__(self, name: str, parent: Path | None = None) -> None:
        parent = Path(tempfile.gettempdir()) if parent is None else parent
        _sweep(parent, f"{name.partition('-')[0]}-")
        self.path, self._lock = _claim(lambda: tempfile.mkdtemp(prefix=f"{name}-", dir=parent))

    def close(self) -> None:
        """Remove it with all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_error: object) -> None:
        self.close()


def sweep() -> None:
    """Remove what killed runs have left in the system's temporary folder."""
    _sweep(Path(tempfile.gettempdir()), "gradkit-")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file beside ``path`` that takes its place at the end, whole and written to the disk, or not at all.

    Raises:
        OSError: the disk does not take it; what stood at ``path`` is untouched.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{path.name}-"
    _sweep(path.parent, prefix)
    new, lock = _claim(lambda: _make_file(prefix, path.parent))
    try:
        yield new
        os.fsync(lock)
        new.replace(path)
    except BaseException:
        with suppress(OSError):
            new.unlink()
        raise
    finally:
        os.close(lock)


def _make_file(prefix: str, parent: Path) -> str:
    descriptor, name = tempfile.mkstemp(prefix=prefix, dir=parent)
    os.close(descriptor)
    return name


def _claim(make: Callable[[], str]) -> tuple[Path, int]:
    """Make a file or folder and lock it; another one where a sweeper was quicker."""
    while True:
        path = Path(make())
        with suppress(FileNotFoundError):
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
            if _lock(descriptor) and path.exists():
                return path, descriptor
            os.close(descriptor)


def _sweep(parent: Path, prefix: str) -> None:
    """Remove what begins with ``prefix``, is ours, and is held by nobody. Links are not followed."""
    for entry in os.scandir(parent):
        if not entry.name.startswith(prefix):
            continue
        try:
            descriptor = os.open(entry.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            continue
        try:
            if os.fstat(descriptor).st_uid == os.geteuid() and _lock(descriptor):
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path, ignore_errors=True)
                else:
                    Path(entry.path).unlink(missing_ok=True)
        finally:
            os.close(descriptor)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

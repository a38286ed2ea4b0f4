"""Temporary folders and files that do not outlive a killed run: whoever makes the next one sweeps them away.

Each is locked (flock) as long as its owner lives, and the lock goes with the process however it ends. What nobody holds
is left over. On a file system without such locks (NFS, for what is open for reading) nothing is swept.

Their names end in eight random characters and ".tmp": somebody's own ``/tmp/gradkit-main`` is none of ours.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_END = ".tmp"
_FULL = "The disk, or your share of it, is full. Make room and run this again."
_ADVICE = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: "A file has reached the size that is allowed here. Make room, or raise the limit (ulimit -f).",
    errno.EACCES: "You may not do that there. See who owns it and its folder, and their permissions: ls -ld",
    errno.EPERM: "You may not do that there. See who owns it and its folder, and their permissions: ls -ld",
    errno.EROFS: "It is on a file system that can only be read. Work in a copy, or have it mounted for writing.",
    errno.ENAMETOOLONG: "The path is too long. Move the course to a folder with a shorter one.",
    errno.EMFILE: "Too many files are open here. Raise the limit: ulimit -n",
    errno.ENFILE: "Too many files are open on this machine. Wait, or close some programs.",
    errno.EAGAIN: "No more processes may be started here. Raise the limit (ulimit -u), or close some programs.",
    errno.ENOMEM: "Memory ran out, or is limited here (ulimit -v). Close some programs; give --workers 1 to grade.",
    errno.EIO: "The disk failed.",
    errno.ESTALE: "The network's disk is gone. Mount it again.",
}


def advice_on(error: BaseException) -> str | None:
    """What a person can do about an error of the machine's, as a sentence or two; None where nothing is known."""
    if isinstance(error, MemoryError) or (isinstance(error, ImportError) and "annot allocate memory" in str(error)):
        return _ADVICE[errno.ENOMEM]
    return _ADVICE.get(error.errno or 0) if isinstance(error, OSError) else None


class TemporaryFolder:
    """A folder of our own, removed when it is closed, or by the next process that makes one of its family.

    Args:
        name: what its name begins with: a family, and perhaps "-" and letters that say what it is for.
        parent: the folder that it is made in; the system's temporary folder where it is None.

    Raises:
        OSError: it cannot be made.
    """

    def __init__(self, name: str, parent: Path | None = None) -> None:
        parent = _system_folder() if parent is None else parent
        _sweep(parent, name.partition("-")[0])
        self.path, self._lock = _claim(lambda: tempfile.mkdtemp(prefix=f"{name}-", suffix=_END, dir=parent))

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
    with suppress(OSError):  # a full disk is told when there is something to write
        _sweep(_system_folder(), "gradkit")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file beside ``path`` that takes its place at the end, whole and written to the disk, or not at all.

    Raises:
        OSError: the disk does not take it; what stood at ``path`` is untouched.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    family = f".{path.name}"
    _sweep(path.parent, family)
    new, lock = _claim(lambda: _make_file(f"{family}-", path.parent))
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


def _system_folder() -> Path:
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError as error:  # it tries to write to each, and does not say why it could not
        raise OSError(errno.ENOSPC, "No temporary folder can be written to; is the disk full?") from error


def _make_file(prefix: str, parent: Path) -> str:
    descriptor, name = tempfile.mkstemp(prefix=prefix, suffix=_END, dir=parent)
    os.close(descriptor)
    return name


def _claim(make: Callable[[], str]) -> tuple[Path, int]:
    """Make a file or folder and lock it; another one where a sweeper was quicker."""
    while True:
        path = Path(make())
        with suppress(FileNotFoundError):
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
            try:
                ours = _lock(descriptor)
            except OSError:  # no locks to be had here, neither for us nor for a sweeper
                ours = True
            if ours and path.exists():
                return path, descriptor
            os.close(descriptor)


def _sweep(parent: Path, family: str) -> None:
    """Remove what has a name of this family, is ours, and is held by nobody. Links are not followed."""
    name = re.compile(rf"{re.escape(family)}-(?:[a-z]+-)?[a-z0-9_]{{8}}{re.escape(_END)}")
    with os.scandir(parent) as entries:
        left = [entry for entry in entries if name.fullmatch(entry.name)]
    for entry in left:
        with suppress(OSError):  # gone, somebody else's, or a file system without locks
            descriptor = os.open(entry.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                if os.fstat(descriptor).st_uid == os.geteuid() and _lock(descriptor):
                    _remove(entry)
            finally:
                os.close(descriptor)


def _remove(entry: os.DirEntry[str]) -> None:
    if entry.is_dir(follow_symlinks=False):
        shutil.rmtree(entry.path, ignore_errors=True)
    else:
        Path(entry.path).unlink(missing_ok=True)


def _lock(descriptor: int) -> bool:
    """Whether it is ours now; False where another process holds it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

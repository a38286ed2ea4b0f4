"""Temporary folders and files that do not outlive a killed run: the next one removes them.

Each is locked (flock) while its owner lives, and the lock ends with the process. What is not locked is left over. On a
file system without such locks (NFS, for files open for reading) nothing is removed.

Their names end in eight random characters and ".tmp": a user's own ``/tmp/gradkit-main`` is not touched.
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

from gradkit.messages import Message, message

_END = ".tmp"
_FULL = message("The disk is full, or your quota is used up. Free some space and run this again.")
_FORBIDDEN = message("You do not have permission. Check the owner and permissions of it and its folder: ls -ld")
_ADVICE = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: message("A file has reached the size limit for files. Raise it (ulimit -f)."),
    errno.EACCES: _FORBIDDEN,
    errno.EPERM: _FORBIDDEN,
    errno.EROFS: message("It is on a read-only file system. Work in a copy, or have it mounted for writing."),
    errno.ENAMETOOLONG: message("The path is too long. Move the course to a folder with a shorter path."),
    errno.EMFILE: message("Too many open files. Raise the limit: ulimit -n"),
    errno.ENFILE: message("Too many files are open on this machine. Wait, or close some programs."),
    errno.EAGAIN: message("No more processes can be started. Raise the limit (ulimit -u), or close some programs."),
    errno.ENOMEM: message(
        "Out of memory, or limited here (ulimit -v). Close some programs, or grade with --graders 1."
    ),
    errno.EIO: message("The disk failed."),
    errno.ESTALE: message("The network disk is no longer available. Mount it again."),
}


def advice_on(error: BaseException) -> Message | None:
    """What to do about a system error, in a sentence or two; None if nothing is known."""
    if isinstance(error, MemoryError) or (isinstance(error, ImportError) and "annot allocate memory" in str(error)):
        return _ADVICE[errno.ENOMEM]
    return _ADVICE.get(error.errno or 0) if isinstance(error, OSError) else None


def system_reason(error: OSError) -> Message:
    """The system's words for its error, such as "Permission denied"; the catalogue translates the usual ones."""
    return Message(error.strerror or str(error))


class TemporaryFolder:
    """A temporary folder, removed on close, or by the next process that makes one of the same family.

    Args:
        name: the beginning of its name: a family, optionally followed by "-" and letters for its purpose.
        parent: the folder to make it in; None: the system's temporary folder.

    Raises:
        OSError: it cannot be made.
    """

    def __init__(self, name: str, parent: Path | None = None) -> None:
        parent = system_folder() if parent is None else parent
        _sweep(parent, name.partition("-")[0])
        self.path, self._lock = _claim(lambda: tempfile.mkdtemp(prefix=f"{name}-", suffix=_END, dir=parent))

    def close(self) -> None:
        """Remove it with everything in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_error: object) -> None:
        self.close()


def sweep() -> None:
    """Remove what killed runs left in the system's temporary folder."""
    with suppress(OSError):  # a full disk is reported when there is something to write
        _sweep(system_folder(), "gradkit")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file beside ``path`` that replaces it at the end, complete and written to disk, or not at all.

    Raises:
        OSError: it cannot be written; ``path`` is unchanged.
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


def system_folder() -> Path:
    """The folder for temporary files.

    Raises:
        OSError: no such folder is writable.
    """
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError as error:  # tempfile tries each folder, and does not say why it failed
        text = message("No temporary folder is writable; check that the disk is not full.")
        raise OSError(errno.ENOSPC, text) from error


def _make_file(prefix: str, parent: Path) -> str:
    descriptor, name = tempfile.mkstemp(prefix=prefix, suffix=_END, dir=parent)
    os.close(descriptor)
    return name


def _claim(make: Callable[[], str]) -> tuple[Path, int]:
    """Make and lock a file or folder; again if a sweeper removed it first."""
    while True:
        path = Path(make())
        with suppress(FileNotFoundError):
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
            try:
                ours = _lock(descriptor)
            except OSError:  # locks are not available here, to us or to a sweeper
                ours = True
            if ours and path.exists():
                return path, descriptor
            os.close(descriptor)


def _sweep(parent: Path, family: str) -> None:
    """Remove what has a name of this family, is ours, and is not locked. Links are not followed."""
    name = re.compile(rf"{re.escape(family)}-(?:[a-z]+-)?[a-z0-9_]{{8}}{re.escape(_END)}")
    with os.scandir(parent) as entries:
        left = [entry for entry in entries if name.fullmatch(entry.name)]
    for entry in left:
        with suppress(OSError):  # gone, another user's, or a file system without locks
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
    """Lock it; False if another process holds the lock."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

"""Copy a folder that a student wrote without trusting it, and put a finished folder in place at once.

``shutil.copytree``, which nbgrader collects with, follows links: a planted one would copy the instructor's own files
into a submission, from where feedback shows them. And a student who still owns the folder could exchange a file for a
link after it was looked at. So every file is opened first, without following links, and judged by what was opened.
"""

from __future__ import annotations

import ctypes
import fnmatch
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from gradkit.course import Course
from gradkit.course.course import SubmissionLimits
from gradkit.errors import SubmissionRefused
from gradkit.gradebook.settings import IGNORED, bytes_allowed, limits_in_words
from gradkit.gradebook.traces import Traces
from gradkit.temporary import TemporaryFolder

_CHUNK = 1024 * 1024
_DEPTH = 20
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


@dataclass
class Budget:
    """What may still be copied of one submission, and what was opened of it so far."""

    limits: SubmissionLimits
    files: int = 0
    folders: int = 0
    bytes: int = 0
    opened: list[os.stat_result] = field(default_factory=list)

    def add_file(self) -> None:
        """Count a file, before it is read.

        Raises:
            SubmissionRefused: it is one too many.
        """
        self.files += 1
        if self.files > self.limits.files:
            raise SubmissionRefused(f"it holds too many files; allowed: {limits_in_words(self.limits)}.")

    def add_folder(self, depth: int) -> None:
        """Count a folder.

        Raises:
            SubmissionRefused: it is one too many, or lies too deep.
        """
        self.folders += 1
        if self.folders > self.limits.files or depth > _DEPTH:
            raise SubmissionRefused(f"it holds too many folders; allowed: {limits_in_words(self.limits)}.")

    def add_bytes(self, count: int, of_this_file: int, name: str) -> None:
        """Count bytes as they are read, whatever a header or directory entry promised.

        Raises:
            SubmissionRefused: the file, or all files together, are too large.
        """
        self.bytes += count
        if of_this_file > bytes_allowed(self.limits.file_megabytes):
            raise SubmissionRefused(f"{printable(name)} is too large; allowed: {limits_in_words(self.limits)}.")
        if self.bytes > bytes_allowed(self.limits.megabytes):
            raise SubmissionRefused(f"its files are too large together; allowed: {limits_in_words(self.limits)}.")


def copy_untrusted(source: Path, target: Path, limits: SubmissionLimits) -> Traces:
    """Copy a student's folder to ``target``, which must not exist; names in ``IGNORED`` are left out.

    Returns:
        The traces of exactly what was copied.

    Raises:
        SubmissionRefused: the folder holds something that no submission needs or is too large. The reason is one
            sentence for instructor and student; what was copied so far is left behind.
    """
    try:
        folder = os.open(source, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        raise SubmissionRefused(f"it is not a folder that can be read ({error.strerror}).") from error
    budget = Budget(limits)
    try:
        _copy_folder(folder, target, budget, "", 0)
    finally:
        os.close(folder)
    return Traces.of(budget.opened)


def check_name(name: str) -> None:
    """See that a file's name can be written, shown and copied anywhere.

    Raises:
        SubmissionRefused: it cannot.
    """
    try:
        name.encode("utf-8")
    except UnicodeEncodeError as error:
        raise SubmissionRefused(
            f"the name {printable(name)} is not UTF-8. Rename the file and submit again."
        ) from error
    if not name.isprintable() or not name.strip() or len(name.encode("utf-8")) > 255:
        raise SubmissionRefused(
            f"the name {printable(name)} is empty, too long or has characters that cannot be shown. "
            "Rename the file and submit again."
        )


def printable(name: str) -> str:
    """A name as it can be shown in any message, in quotes."""
    shown = "".join(c if c.isprintable() and not "\ud800" <= c <= "\udfff" else "?" for c in name[:120])
    return f'"{shown}"'


def ignored(name: str) -> bool:
    """Whether a file or folder of this name belongs to no submission."""
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in IGNORED)


def put_in_place(new: Path, target: Path) -> None:
    """Move the folder ``new`` to ``target``, in place of what is there. Both lie on one file system.

    Where the file system can exchange two names, there is something whole at ``target`` at every moment.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError, AttributeError):  # nothing is there yet, or this system cannot do it
        _exchange(new, target)
        shutil.rmtree(new, ignore_errors=True)
        return
    old = new.with_name(f"{new.name}.old")
    try:
        target.rename(old)
    except FileNotFoundError:
        new.rename(target)
        return
    try:
        new.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _exchange(one: Path, other: Path) -> None:
    """Let two names of one file system change places at once (Linux's ``renameat2``)."""
    rename = ctypes.CDLL(None, use_errno=True).renameat2
    if rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(other))


@contextmanager
def scratch(course: Course, name: str) -> Iterator[Path]:
    """A folder on the course's own file system, for work that is moved into place when it is whole."""
    course.work.mkdir(parents=True, exist_ok=True)
    with TemporaryFolder(name, course.work) as folder:
        yield folder


def _copy_folder(folder: int, target: Path, budget: Budget, where: str, depth: int) -> None:
    budget.add_folder(depth)
    budget.opened.append(os.fstat(folder))
    target.mkdir(parents=depth == 0)
    with os.scandir(folder) as entries:
        for entry in entries:
            if ignored(entry.name):
                budget.add_file()  # so that no one is kept busy by a million of them
                continue
            check_name(entry.name)
            name = f"{where}{entry.name}"
            try:
                _copy_entry(folder, entry, target, budget, name, depth)
            except OSError as error:
                raise SubmissionRefused(f"{printable(name)} cannot be read ({error.strerror}).") from error


def _copy_entry(folder: int, entry: os.DirEntry[str], target: Path, budget: Budget, name: str, depth: int) -> None:
    mode = entry.stat(follow_symlinks=False).st_mode
    if stat.S_ISDIR(mode):
        inner = os.open(entry.name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
        try:
            _copy_folder(inner, target / entry.name, budget, f"{name}/", depth + 1)
        finally:
            os.close(inner)
        return
    if not stat.S_ISREG(mode):
        kind = "a link" if stat.S_ISLNK(mode) else "no ordinary file"
        raise SubmissionRefused(f"{printable(name)} is {kind}. Submit the file itself.")
    budget.add_file()
    # Without O_NONBLOCK, a pipe put there in the meantime would wait for a writer for ever.
    inner = os.open(entry.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    try:
        _copy_file(inner, target / entry.name, budget, name)
    finally:
        os.close(inner)


def _copy_file(file: int, target: Path, budget: Budget, name: str) -> None:
    found = os.fstat(file)
    if not stat.S_ISREG(found.st_mode):
        raise SubmissionRefused(f"{printable(name)} is no ordinary file. Submit the file itself.")
    if found.st_nlink > 1:
        raise SubmissionRefused(f"{printable(name)} is a hard link to another file. Submit a copy of it.")
    budget.opened.append(found)
    size = 0
    with target.open("xb") as copy:
        while chunk := os.read(file, _CHUNK):
            size += len(chunk)
            budget.add_bytes(len(chunk), size, name)
            copy.write(chunk)

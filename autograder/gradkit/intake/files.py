"""Copy a folder that a student wrote without trusting it, and put a finished folder in place at once.

``shutil.copytree``, which nbgrader collects with, follows links: a planted one would copy the instructor's own files
into a submission, from where feedback shows them. And a student who still owns the folder could exchange a file for a
link after it was looked at. So every file is opened first, without following links, and judged by what was opened.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import stat
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from gradkit.course import Course
from gradkit.course.course import SubmissionLimits
from gradkit.errors import SubmissionRefused
from gradkit.ids import composed, quoted
from gradkit.intake.policy import (
    BESIDE,
    ENDINGS,
    SEEN,
    bytes_allowed,
    ignored,
    kept,
    limits_in_words,
    listed,
    most_of,
    wrapper,
)
from gradkit.intake.traces import Traces
from gradkit.temporary import TemporaryFolder

_CHUNK = 1024 * 1024
_DEPTH = 20
_WHEEL = re.compile(r"(.*/)?gradkit-[^/]*\.whl")  # of an older release
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


@dataclass
class Budget:
    """What may still be copied of one submission, and what was opened of it so far. Only files that are kept count."""

    limits: SubmissionLimits
    seen: int = 0
    weights: dict[str, int] = field(default_factory=dict)
    opened: list[os.stat_result] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def add_entry(self, depth: int = 0) -> None:
        """Count whatever there is, so that no one is kept busy by a million of it.

        Raises:
            SubmissionRefused: it is one too many, or lies too deep.
        """
        self.seen += 1
        if depth > _DEPTH:
            raise SubmissionRefused(f"its folders are nested more than {_DEPTH} deep.")
        if self.seen > self.limits.files * SEEN:
            raise SubmissionRefused(f"it holds too many files and folders; allowed: {limits_in_words(self.limits)}.")

    def add_file(self, name: str) -> None:
        """Count a file that is kept, before it is read.

        Raises:
            SubmissionRefused: it is one too many.
        """
        self.weights[name] = 0
        if len(self.weights) > self.limits.files:
            raise SubmissionRefused(f"it holds too many files{self._most()}; allowed: {limits_in_words(self.limits)}.")

    def add_bytes(self, count: int, name: str) -> None:
        """Count bytes of a file as they are read, whatever a header or directory entry promised.

        Raises:
            SubmissionRefused: the file, or all files together, are too large.
        """
        self.weights[name] = self.weights.get(name, 0) + count
        if self.weights[name] > bytes_allowed(self.limits.file_megabytes):
            raise SubmissionRefused(f"{quoted(name)} is too large; allowed: {limits_in_words(self.limits)}.")
        if sum(self.weights.values()) > bytes_allowed(self.limits.megabytes):
            raise SubmissionRefused(
                f"its files are too large together{most_of(self.weights)}; allowed: {limits_in_words(self.limits)}."
            )

    def _most(self) -> str:
        return most_of(dict.fromkeys([*self.weights, *self.left_out], 1))


@dataclass(frozen=True)
class Copied:
    """What a folder of a student's was, once it has been copied.

    Attributes:
        traces: what the file system remembers of exactly what was copied.
        left_out: files that were not copied, because a homework does not consist of such.
        around: the folder around everything, which was taken off; "" where there was none.
    """

    traces: Traces
    left_out: tuple[str, ...]
    around: str

    def remarks(self, course: Course, assignment_id: str) -> list[str]:
        """What an instructor should know of it, without a full stop."""
        taken_off = [f"its files were in the folder {quoted(self.around)}, which was taken off"] if self.around else []
        return taken_off + not_kept(course, assignment_id, self.left_out)


def copy_untrusted(source: Path, target: Path, limits: SubmissionLimits) -> Copied:
    """Copy a student's folder to ``target``, which must not exist, without what `policy` says does not belong.

    A single folder around everything is taken off. A file that no homework needs is copied as long as there is room.

    Raises:
        SubmissionRefused: the folder holds something that no submission needs or is too large. The reason is one
            sentence for instructor and student; what was copied so far is left behind.
    """
    try:
        folder = os.open(source, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        raise SubmissionRefused(f"it is not a folder that can be read ({error.strerror}).") from error
    budget = Budget(limits)
    spare = Budget(limits)
    try:
        target.mkdir(parents=True)
        _copy_folder(folder, target, (budget, spare), "", 0)
    finally:
        os.close(folder)
    around = unwrap(target, [*budget.weights, *spare.weights])
    return Copied(Traces.of(budget.opened), tuple(budget.left_out), around)


def unwrap(folder: Path, names: Collection[str]) -> str:
    """Take off a single folder that is around all files that count; what lies beside it is moved to where they are.

    Returns the folder; "" where there is none.

    Args:
        folder: a copy of our own.
        names: its files.
    """
    top = wrapper(names)
    if not top:
        return ""
    inner = folder.with_name(f"{folder.name}.inner")
    (folder / top).rename(inner)
    for name in names:
        beside, moved = folder / name, inner / name
        # Time and secret are nbgrader's own; those inside are the student's.
        if beside.is_file() and (name in BESIDE or not moved.exists()):
            moved.parent.mkdir(parents=True, exist_ok=True)
            beside.replace(moved)
    shutil.rmtree(folder)
    inner.rename(folder)
    return top.removesuffix("/")


def not_kept(course: Course, assignment_id: str, names: Iterable[str]) -> list[str]:
    """A sentence on files that were left out, if there are any; what every student was given goes without saying."""
    released = {path.name for path in course.release(assignment_id).glob("*")}
    told = [name for name in names if name.rpartition("/")[2] not in released and not _WHEEL.fullmatch(name)]
    return [f"left out: {listed(told)} (kept are {' '.join(ENDINGS)})"] if told else []


def check_name(name: str) -> None:
    """See that a file's name can be written, shown and copied anywhere.

    Raises:
        SubmissionRefused: it cannot.
    """
    try:
        name.encode("utf-8")
    except UnicodeEncodeError as error:
        raise SubmissionRefused(f"the name {quoted(name)} is not UTF-8. Rename the file and submit again.") from error
    if not name.isprintable() or not name.strip() or len(name.encode("utf-8")) > 255:
        raise SubmissionRefused(
            f"the name {quoted(name)} is empty, too long or has characters that cannot be shown. "
            "Rename the file and submit again."
        )


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


def _copy_folder(folder: int, target: Path, budgets: tuple[Budget, Budget], where: str, depth: int) -> None:
    budget = budgets[0]
    budget.opened.append(os.fstat(folder))
    with os.scandir(folder) as entries:
        for entry in entries:
            budget.add_entry(depth)
            if ignored(entry.name):
                continue
            check_name(entry.name)
            name = composed(f"{where}{entry.name}")
            try:
                _copy_entry(folder, entry, target, budgets, name, depth)
            except OSError as error:
                raise SubmissionRefused(f"{quoted(name)} cannot be read ({error.strerror}).") from error


def _copy_entry(
    folder: int, entry: os.DirEntry[str], target: Path, budgets: tuple[Budget, Budget], name: str, depth: int
) -> None:
    mode = entry.stat(follow_symlinks=False).st_mode
    if stat.S_ISDIR(mode):
        inner = os.open(entry.name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
        try:
            _copy_folder(inner, target, budgets, f"{name}/", depth + 1)
        finally:
            os.close(inner)
        return
    if not stat.S_ISREG(mode):
        kind = "a link" if stat.S_ISLNK(mode) else "no ordinary file"
        raise SubmissionRefused(f"{quoted(name)} is {kind}. Submit the file itself.")
    if kept(name):
        budgets[0].add_file(name)
    # Without O_NONBLOCK, a pipe put there in the meantime would wait for a writer for ever.
    inner = os.open(entry.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    try:
        _copy_file(inner, target / name, budgets, name)
    finally:
        os.close(inner)


def _copy_file(file: int, target: Path, budgets: tuple[Budget, Budget], name: str) -> None:
    found = os.fstat(file)
    if not stat.S_ISREG(found.st_mode):
        raise SubmissionRefused(f"{quoted(name)} is no ordinary file. Submit the file itself.")
    if found.st_nlink > 1:
        raise SubmissionRefused(f"{quoted(name)} is a hard link to another file. Submit a copy of it.")
    budget, spare = budgets
    budget.opened.append(found)
    if kept(name):
        _write_file(file, target, budget, name)
        return
    try:
        spare.add_file(name)
        spare.add_bytes(found.st_size, name)  # before a byte of it is read
        spare.weights[name] = 0
        _write_file(file, target, spare, name)
    except SubmissionRefused:
        spare.weights.pop(name, None)
        target.unlink(missing_ok=True)
        budget.left_out.append(name)


def _write_file(file: int, target: Path, budget: Budget, name: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        copy = target.open("xb")
    except FileExistsError:
        raise SubmissionRefused(f"{quoted(name)} is there twice, in two spellings of the same letters.") from None
    with copy:
        while chunk := os.read(file, _CHUNK):
            budget.add_bytes(len(chunk), name)
            copy.write(chunk)

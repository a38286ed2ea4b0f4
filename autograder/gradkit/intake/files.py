"""Copy a student's folder without trusting it, and put a finished folder in place atomically.

``shutil.copytree``, which nbgrader collects with, follows links: a planted one would copy the instructor's own files
into a submission, and feedback would show them. And a student who still owns the folder could replace a file by a
link after the check. So every file is first opened, without following links, and then checked by its descriptor.
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
from gradkit.messages import message
from gradkit.temporary import TemporaryFolder, system_reason

_CHUNK = 1024 * 1024
_DEPTH = 20
_WHEEL = re.compile(r"(.*/)?gradkit-[^/]*\.whl")  # of an older release
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


@dataclass
class Budget:
    """The limits of one copy, and what was opened so far. Only files that are kept count."""

    limits: SubmissionLimits
    seen: int = 0
    weights: dict[str, int] = field(default_factory=dict)
    opened: list[os.stat_result] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def add_entry(self, depth: int = 0) -> None:
        """Count any entry, so that a million of them cannot keep the grader busy.

        Raises:
            SubmissionRefused: it is one too many, or nested too deep.
        """
        self.seen += 1
        if depth > _DEPTH:
            raise SubmissionRefused(message("its folders are nested more than {number} deep.", number=_DEPTH))
        if self.seen > self.limits.files * SEEN:
            raise SubmissionRefused(
                message(
                    "it contains too many files and folders; allowed: {limits}.",
                    limits=limits_in_words(self.limits),
                )
            )

    def add_file(self, name: str) -> None:
        """Count a file that is kept, before it is read.

        Raises:
            SubmissionRefused: it is one too many.
        """
        self.weights[name] = 0
        if len(self.weights) > self.limits.files:
            raise SubmissionRefused(
                message(
                    "it contains too many files{most}; allowed: {limits}.",
                    most=self._most(),
                    limits=limits_in_words(self.limits),
                )
            )

    def add_bytes(self, count: int, name: str) -> None:
        """Count bytes of a file as they are read, whatever a header or directory entry claims.

        Raises:
            SubmissionRefused: the file, or all files together, are too large.
        """
        self.weights[name] = self.weights.get(name, 0) + count
        if self.weights[name] > bytes_allowed(self.limits.file_megabytes):
            raise SubmissionRefused(
                message(
                    "{name} is too large; allowed: {limits}.",
                    name=quoted(name),
                    limits=limits_in_words(self.limits),
                )
            )
        if sum(self.weights.values()) > bytes_allowed(self.limits.megabytes):
            raise SubmissionRefused(
                message(
                    "its files are too large in total{most}; allowed: {limits}.",
                    most=most_of(self.weights),
                    limits=limits_in_words(self.limits),
                )
            )

    def _most(self) -> str:
        return most_of(dict.fromkeys([*self.weights, *self.left_out], 1))


@dataclass(frozen=True)
class Copied:
    """The result of copying a student's folder.

    Attributes:
        traces: owners and times of exactly what was copied.
        left_out: files that were not copied because they are not of an accepted kind.
        around: the folder around everything, which was removed; "" if there was none.
    """

    traces: Traces
    left_out: tuple[str, ...]
    around: str

    def remarks(self, course: Course, assignment_id: str) -> list[str]:
        """What an instructor should know, without full stops."""
        around = message("its files were in the folder {name}, which was removed", name=quoted(self.around))
        return [*([around] if self.around else []), *not_kept(course, assignment_id, self.left_out)]


def copy_untrusted(source: Path, target: Path, limits: SubmissionLimits) -> Copied:
    """Copy a student's folder to ``target``, which must not exist, without what `policy` excludes.

    A single folder around everything is removed. Files of other kinds are copied while there is room.

    Raises:
        SubmissionRefused: the folder holds something that no submission may hold, or is too large. The reason is one
            sentence for instructor and student; what was copied so far is left behind.
    """
    try:
        folder = os.open(source, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        raise SubmissionRefused(
            message("it is not a readable folder ({reason}).", reason=system_reason(error))
        ) from error
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
    """Remove a single folder around all files that count; files beside it are moved into its place.

    Returns the folder's name; "" if there is none.

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
        # Time and secret beside the folder are nbgrader's; those inside are the student's.
        if beside.is_file() and (name in BESIDE or not moved.exists()):
            moved.parent.mkdir(parents=True, exist_ok=True)
            beside.replace(moved)
    shutil.rmtree(folder)
    inner.rename(folder)
    return top.removesuffix("/")


def not_kept(course: Course, assignment_id: str, names: Iterable[str]) -> list[str]:
    """A remark on files that were left out, if any; released files are not mentioned."""
    released = {path.name for path in course.release(assignment_id).glob("*")}
    told = [name for name in names if name.rpartition("/")[2] not in released and not _WHEEL.fullmatch(name)]
    if not told:
        return []
    return [message("left out: {names} (accepted: {endings})", names=listed(told), endings=" ".join(ENDINGS))]


def check_name(name: str) -> None:
    """Check that a file's name can be written, shown and copied anywhere.

    Raises:
        SubmissionRefused: it cannot.
    """
    try:
        name.encode("utf-8")
    except UnicodeEncodeError as error:
        raise SubmissionRefused(
            message("the name {name} is not UTF-8. Rename it and submit again.", name=quoted(name))
        ) from error
    if not name.isprintable() or not name.strip() or len(name.encode("utf-8")) > 255:
        raise SubmissionRefused(
            message(
                "the name {name} is empty, too long, or contains unprintable characters. Rename it and submit again.",
                name=quoted(name),
            )
        )


def put_in_place(new: Path, target: Path) -> None:
    """Move the folder ``new`` to ``target``, replacing what is there. Both are on the same file system.

    If the file system can exchange two names, ``target`` is complete at every moment.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError, AttributeError):  # there is no target yet, or this system cannot exchange
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


def _exchange(first: Path, second: Path) -> None:
    """Exchange two names of one file system atomically (Linux's ``renameat2``)."""
    rename = ctypes.CDLL(None, use_errno=True).renameat2
    if rename(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _RENAME_EXCHANGE) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(second))


@contextmanager
def scratch(course: Course, name: str) -> Iterator[Path]:
    """A temporary folder on the course's own file system, for results that are moved into place when complete."""
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
                raise SubmissionRefused(
                    message("{name} cannot be read ({reason}).", name=quoted(name), reason=system_reason(error))
                ) from error


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
        raise SubmissionRefused(
            message("{name} is a link. Submit the file itself.", name=quoted(name))
            if stat.S_ISLNK(mode)
            else message("{name} is not a regular file. Submit the file itself.", name=quoted(name))
        )
    if kept(name):
        budgets[0].add_file(name)
    # Without O_NONBLOCK, opening a pipe put there in the meantime would wait for a writer forever.
    inner = os.open(entry.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    try:
        _copy_file(inner, target / name, budgets, name)
    finally:
        os.close(inner)


def _copy_file(file: int, target: Path, budgets: tuple[Budget, Budget], name: str) -> None:
    found = os.fstat(file)
    if not stat.S_ISREG(found.st_mode):
        raise SubmissionRefused(message("{name} is not a regular file. Submit the file itself.", name=quoted(name)))
    if found.st_nlink > 1:
        raise SubmissionRefused(
            message("{name} is a hard link to another file. Submit a copy of it.", name=quoted(name))
        )
    budget, spare = budgets
    budget.opened.append(found)
    if kept(name):
        _write_file(file, target, budget, name)
        return
    try:
        spare.add_file(name)
        spare.add_bytes(found.st_size, name)  # before any of it is read
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
        raise SubmissionRefused(
            message("{name} is there twice, in two Unicode spellings.", name=quoted(name))
        ) from None
    with copy:
        while chunk := os.read(file, _CHUNK):
            budget.add_bytes(len(chunk), name)
            copy.write(chunk)

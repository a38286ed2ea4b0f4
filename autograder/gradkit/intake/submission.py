"""Read one submission's folder without trusting it: no link is followed, nothing is imported."""

from __future__ import annotations

import hashlib
import math
import os
import re
import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gradkit.check.cells import Cell
from gradkit.conditions.advice import encoding_advice
from gradkit.conditions.source_lines import text_of
from gradkit.course import Assignment
from gradkit.course.course import SubmissionLimits
from gradkit.errors import SubmissionRefused
from gradkit.ids import composed
from gradkit.intake.policy import BESIDE, CHECKS, SEEN, TIME_FILE, ignored, kept, most_of, wrapper
from gradkit.intake.written import notebook_problems
from gradkit.messages import message, sentences
from gradkit.temporary import system_reason

_MAX_DEPTH = 20
_LFS = b"version https://git-lfs.github.com/spec/"
_TIMESTAMP = re.compile(r"[0-9A-Z:+. -]{8,40}")
_KILOBYTE = 1 << 10
_MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Submission:
    """One student's submission for one assignment.

    Attributes:
        student: the student's id; "" for a folder graded on its own.
        folder: its folder.
        sources: the bytes of its Python files, by file name in composed Unicode; sub-folders are not used.
        digest: a hash of every file that grading or feedback uses.
        submitted: the submission time from ``timestamp.txt``, ISO 8601 in UTC; None if there is none.
        problems: parts that could not be used, a sentence each.
        others: the names of its other files that messages may mention, with their folders.
    """

    student: str
    folder: Path
    sources: Mapping[str, bytes]
    digest: str
    submitted: str | None
    problems: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def read_submission(
    folder: Path,
    student: str,
    assignment: Assignment,
    limits: SubmissionLimits,
    released: Sequence[Cell] = (),
    graded: str = "",
) -> Submission:
    """Read the folder of one submission.

    Args:
        folder: the folder.
        student: the student's id.
        assignment: the assignment.
        limits: the limits of a submission.
        released: the released notebook's cells, from `handed_out`, to recognize the student's own text.
        graded: the digest of an existing record: if it is equal, the notebook is not read again and has no problems.

    Raises:
        SubmissionRefused: it is not a folder, holds a link or a special file, is too large, or has Python files that
            are not text.
    """
    if folder.is_symlink() or not folder.is_dir():
        raise SubmissionRefused(
            message("{name} is not a folder. Submit the assignment's folder with its files.", name=folder.name)
        )
    try:
        files = _files(folder, limits)
        _check_sizes({name: path for name, path in files.items() if kept(name)}, limits)
    except OSError as error:
        raise SubmissionRefused(
            message(
                "{name} cannot be read ({reason}).",
                name=Path(error.filename or folder).name,
                reason=system_reason(error),
            )
        ) from error
    around = wrapper(files)
    names = [name.removeprefix(around) for name in files]
    top = {name: _read(files[around + name]) for name in names if "/" not in name and name.endswith((".py", ".ipynb"))}
    sources = {name: data for name, data in top.items() if _is_source(name)}
    for name, data in sources.items():
        _check_text(name, data)
    others = _others(assignment.module, names)
    notebooks = [name for name in names if name.endswith(".ipynb")]
    digest = _digest(top, sorted({*others, *notebooks}))
    problems: tuple[str, ...] = ()
    if digest != graded:
        problems = tuple(notebook_problems(top, notebooks, assignment.notebook, released))
    timestamp = _read(files[TIME_FILE]) if TIME_FILE in files else b""
    submitted = timestamp[:100].decode(errors="replace").strip()
    return Submission(
        student=student,
        folder=folder,
        sources=sources,
        digest=digest,
        submitted=submitted if _TIMESTAMP.fullmatch(submitted) else None,
        problems=problems,
        others=others,
    )


def work_folder(folder: Path) -> Path:
    """The folder that holds the work itself: ``folder``, or the only one in it if that is around everything."""
    try:
        return folder / wrapper(_files(folder, SubmissionLimits()))
    except (OSError, SubmissionRefused):
        return folder


def _others(module: str, names: Collection[str]) -> tuple[str, ...]:
    """If the module is missing, all other files; otherwise the other Python files, which may hold the work."""
    others = sorted(name for name in names if name != module and name not in BESIDE)
    if module not in names:
        return tuple(others)
    return tuple(name for name in others if name.casefold().endswith((".py", ".py.txt")) and name != CHECKS)


def _digest(top: Mapping[str, bytes], others: Collection[str]) -> str:
    sha = hashlib.sha256()
    for name, data in sorted(top.items()):
        sha.update(f"{name}\0{len(data)}\0".encode() + data)
    for name in others:
        if name not in top:
            sha.update(f"{name}\0\0".encode())
    return sha.hexdigest()


def _files(folder: Path, limits: SubmissionLimits) -> dict[str, Path]:
    """The files of a submission by name, in composed Unicode, without those that systems and tools left there."""
    files: dict[str, Path] = {}
    for path in _plain_files(folder):
        name = composed(path.relative_to(folder).as_posix())
        if name in files:
            raise SubmissionRefused(message("{name} is there twice, in two Unicode spellings. Remove one.", name=name))
        files[name] = path
        if len(files) > limits.files * SEEN:
            raise SubmissionRefused(
                message(
                    "it has more than {number} files{most}. Submit only your work.",
                    number=len(files) - 1,
                    most=_most(files),
                )
            )
    return files


def _most(files: Collection[str]) -> str:
    return most_of(dict.fromkeys(files, 1))


def _plain_files(folder: Path, depth: int = 0) -> Iterator[Path]:
    """Every file below ``folder`` that is not ignored; anything but regular files and folders is refused."""
    if depth > _MAX_DEPTH:
        raise SubmissionRefused(
            message(
                "its folders are nested more than {number} deep. Submit the assignment's own folder.",
                number=_MAX_DEPTH,
            )
        )
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if ignored(entry.name):
            continue
        if not entry.name.isprintable():
            raise SubmissionRefused(message("{name} is not a printable name. Rename the file.", name=f"{entry.name!a}"))
        mode = entry.stat(follow_symlinks=False)
        if stat.S_ISLNK(mode.st_mode):
            raise SubmissionRefused(message("{name} is a link. Submit the file itself.", name=entry.name))
        if stat.S_ISDIR(mode.st_mode):
            yield from _plain_files(Path(entry.path), depth + 1)
        elif not stat.S_ISREG(mode.st_mode):
            raise SubmissionRefused(
                message("{name} is not a regular file. Submit only regular files.", name=entry.name)
            )
        elif mode.st_nlink > 1:
            raise SubmissionRefused(
                message("{name} is a hard link to another file. Submit a copy of it.", name=entry.name)
            )
        else:
            yield Path(entry.path)


def _check_sizes(files: Mapping[str, Path], limits: SubmissionLimits) -> None:
    """Refuse a submission over a limit, naming the file or folder responsible."""
    if len(files) > limits.files:
        raise SubmissionRefused(
            message(
                "it has {files} files{most}; at most {limit} are accepted.",
                files=len(files),
                most=_most(files),
                limit=limits.files,
            )
        )
    sizes = {name: path.stat(follow_symlinks=False).st_size for name, path in files.items()}
    around = wrapper(files)
    for name, size in sizes.items():
        if size > limits.file_megabytes * _MEGABYTE:
            raise SubmissionRefused(
                message(
                    "{name} has {size} MiB; the limit for a file is {limit} MiB.",
                    name=name,
                    size=f"{size / _MEGABYTE:.1f}",
                    limit=f"{limits.file_megabytes:g}",
                )
            )
        if _is_source(name.removeprefix(around)) and size > limits.source_kilobytes * _KILOBYTE:
            raise SubmissionRefused(
                message(
                    "{name} has {size} KiB; the limit for a Python file is {limit} KiB. Keep only "
                    "code in it, and put data into separate files.",
                    name=name,
                    size=math.ceil(size / _KILOBYTE),
                    limit=limits.source_kilobytes,
                )
            )
    if (total := sum(sizes.values())) > limits.megabytes * _MEGABYTE:
        raise SubmissionRefused(
            message(
                "its files have {total} MiB in total{most}; at most {megabytes} MiB are accepted.",
                total=f"{total / _MEGABYTE:.1f}",
                most=most_of(sizes),
                megabytes=f"{limits.megabytes:g}",
            )
        )


def _is_source(name: str) -> bool:
    """Whether a file is a Python file that is used."""
    return "/" not in name and name.endswith(".py")


def _read(path: Path) -> bytes:
    """The file's bytes; a link put there since the listing is not followed."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise SubmissionRefused(
            message("{name} cannot be read ({reason}).", name=path.name, reason=system_reason(error))
        ) from error
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


def _check_text(name: str, data: bytes) -> None:
    """Refuse a Python file that Python could not decode."""
    if data.startswith(_LFS):
        raise SubmissionRefused(
            message(
                "{name} is a Git LFS pointer, not the file itself. Remove Python files from Git LFS (git "
                "lfs untrack), or submit the file in another way.",
                name=name,
            )
        )
    try:
        text_of(data)
    except SyntaxError as error:
        raise SubmissionRefused(
            sentences(
                message("Python cannot read {name} (SyntaxError: {error}).", name=name, error=error),
                encoding_advice(str(error), message("it")),
            )
        ) from error

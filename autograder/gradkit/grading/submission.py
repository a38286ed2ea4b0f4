"""Read one submission's folder without trusting anything in it: no link is followed, nothing is imported."""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
import re
import stat
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gradkit.course import Assignment
from gradkit.course.course import SubmissionLimits
from gradkit.errors import SubmissionRefused

_SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules", "venv"})
_MAX_DEPTH = 20
# Others (punycode, say) can take very long to decode, or do strange things.
_ENCODINGS = frozenset({"utf-8", "utf-8-sig", "ascii", "us-ascii", "iso-8859-1", "latin-1", "cp1252", "windows-1252"})
_TIMESTAMP = re.compile(r"[0-9A-Z:+. -]{8,40}")
_KILOBYTE = 1 << 10
_MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one assignment.

    Attributes:
        student: the student's id; "" where one folder is graded by itself.
        folder: where it lies.
        sources: the bytes of its Python files, by file name; those in sub-folders are not used.
        digest: a hash of every file that the grading or the feedback uses.
        submitted: when it was handed in, ISO 8601 in UTC, where a ``timestamp.txt`` says so.
        problems: parts that could not be used, each named in a sentence.
    """

    student: str
    folder: Path
    sources: Mapping[str, bytes]
    digest: str
    submitted: str | None
    problems: tuple[str, ...] = ()


def read_submission(folder: Path, student: str, assignment: Assignment, limits: SubmissionLimits) -> Submission:
    """Read the folder of one submission.

    Raises:
        SubmissionRefused: it is no folder, holds a link or a special file, is too large, or has Python files that are
            no text.
    """
    if folder.is_symlink() or not folder.is_dir():
        raise SubmissionRefused(f"{folder.name} is not a folder. Hand in the assignment's folder with its files.")
    try:
        files = {path.relative_to(folder).as_posix(): path for path in _plain_files(folder)}
        _check_sizes(files, limits)
    except OSError as error:
        raise SubmissionRefused(f"{Path(error.filename or folder).name} cannot be read ({error.strerror}).") from error
    top = {name: _read(path) for name, path in files.items() if "/" not in name and name.endswith((".py", ".ipynb"))}
    sources = {name: data for name, data in top.items() if _is_source(name)}
    for name, data in sources.items():
        _check_text(name, data)
    sha = hashlib.sha256()
    for name, data in sorted(top.items()):
        sha.update(f"{name}\0{len(data)}\0".encode() + data)
    timestamp = _read(files["timestamp.txt"]) if "timestamp.txt" in files else b""
    submitted = timestamp[:100].decode(errors="replace").strip()
    return Submission(
        student=student,
        folder=folder,
        sources=sources,
        digest=sha.hexdigest(),
        submitted=submitted if _TIMESTAMP.fullmatch(submitted) else None,
        problems=tuple(_notebook_problems(top.get(assignment.notebook), assignment)),
    )


def _plain_files(folder: Path, depth: int = 0) -> Iterator[Path]:
    """Every file below ``folder``; anything that is neither a plain file nor a folder is refused."""
    if depth > _MAX_DEPTH:
        raise SubmissionRefused(f"its folders are nested more than {_MAX_DEPTH} deep. Hand in the assignment's own.")
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if not entry.name.isprintable():
            raise SubmissionRefused(f"{entry.name!a} is not a printable name. Rename the file.")
        mode = entry.stat(follow_symlinks=False)
        if stat.S_ISLNK(mode.st_mode):
            raise SubmissionRefused(f"{entry.name} is a link. Hand in the file itself.")
        if stat.S_ISDIR(mode.st_mode):
            if not entry.name.startswith(".") and entry.name not in _SKIPPED_FOLDERS:
                yield from _plain_files(Path(entry.path), depth + 1)
        elif not stat.S_ISREG(mode.st_mode):
            raise SubmissionRefused(f"{entry.name} is not a plain file. Hand in plain files only.")
        elif mode.st_nlink > 1:
            raise SubmissionRefused(f"{entry.name} is a hard link to another file. Hand in a copy of its own.")
        else:
            yield Path(entry.path)


def _check_sizes(files: Mapping[str, Path], limits: SubmissionLimits) -> None:
    if len(files) > limits.files:
        raise SubmissionRefused(f"it has {len(files)} files; at most {limits.files} are accepted.")
    total = 0
    for name, path in files.items():
        size = path.stat(follow_symlinks=False).st_size
        total += size
        if size > limits.file_megabytes * _MEGABYTE:
            raise SubmissionRefused(
                f"{name} has {size / _MEGABYTE:.1f} MiB; a file may have {limits.file_megabytes:g} MiB at most."
            )
        if _is_source(name) and size > limits.source_kilobytes * _KILOBYTE:
            raise SubmissionRefused(
                f"{name} has {math.ceil(size / _KILOBYTE)} KiB; a Python file may have {limits.source_kilobytes} KiB "
                "at most. Keep your code in it, and put data into files of their own."
            )
    if total > limits.megabytes * _MEGABYTE:
        raise SubmissionRefused(
            f"its files have {total / _MEGABYTE:.1f} MiB together; at most {limits.megabytes:g} MiB are accepted."
        )


def _is_source(name: str) -> bool:
    """Whether it is a Python file that is used."""
    return "/" not in name and name.endswith(".py")


def _read(path: Path) -> bytes:
    """The file's bytes; a link put in its place since it was listed is not followed."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise SubmissionRefused(f"{path.name} cannot be read ({error.strerror}).") from error
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


def _check_text(name: str, data: bytes) -> None:
    """Refuse a Python file that Python itself could not decode."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        if encoding not in _ENCODINGS:
            raise SubmissionRefused(f"{name} says that it is encoded as {encoding[:40]}. Save it as UTF-8.")
        data.decode(encoding)
    except (SyntaxError, ValueError, LookupError) as error:
        raise SubmissionRefused(f"{name} is not a UTF-8 text file ({error}). Save it as UTF-8.") from error
    if b"\0" in data:
        raise SubmissionRefused(f"{name} holds zero bytes: it is not a text file. Was it saved as UTF-16?")


def _notebook_problems(data: bytes | None, assignment: Assignment) -> Iterator[str]:
    """Whether the notebook can be used; the code is graded without it."""
    if data is None:
        return
    try:
        notebook = json.loads(data)
        usable = isinstance(notebook, dict) and isinstance(notebook.get("cells"), list)
    except (ValueError, RecursionError):
        usable = False
    if not usable:
        yield f"{assignment.notebook} cannot be read as a notebook: its written answers are not seen."

"""What a node gets of a course: settings and secret, and of each assignment source, hidden suite and notebook.

It also gets the answers of known mistakes that the head has, unless a node can compute them faster than receive them.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from gradkit.course import Course
from gradkit.diagnosis.answer_store import AnswerStore

_LARGE = 32 << 20  # bytes of a question's answers that every node computes for itself: a second or two of its time

_PART = 1 << 20  # bytes in an archive of answers, or a little more


def pack_course(course: Course, assignment_ids: Iterable[str], *, audit: bool = False) -> bytes:
    """The files of a course that grading depends on, or an audit, as a tar archive."""
    return _pack(course.root, _course_files(course, assignment_ids, audit=audit))


def pack_answers(course: Course, stores: Iterable[AnswerStore]) -> Iterator[bytes]:
    """The answers of known mistakes that the head has, as small tar archives: each is sent to all nodes at once."""
    part, size = list[Path](), 0
    for path in (path for store in stores for path in _answer_files(store)):
        part.append(path)
        size += path.stat().st_size
        if size >= _PART:
            yield _pack(course.root, part)
            part, size = [], 0
    if part:
        yield _pack(course.root, part)


def unpack(archive: bytes, folder: Path) -> None:
    """Unpack an archive that the head made."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")


def _course_files(course: Course, assignment_ids: Iterable[str], *, audit: bool) -> Iterator[Path]:
    yield course.root / "course.toml"
    yield course.hidden("secret.txt")
    for name in assignment_ids:
        checks = [course.release(name)] if audit else []
        for folder in (course.source(name), course.hidden(name), *checks):
            yield from (path for path in sorted(folder.rglob("*")) if "__pycache__" not in path.parts)
        yield course.release(name) / course.assignment(name).notebook


def _answer_files(store: AnswerStore) -> Iterator[Path]:
    for question in sorted(store.questions):
        found = [run.path for run in store.runs if run.question == question and run.path.is_file()]
        if sum(path.stat().st_size for path in found) <= _LARGE:
            yield from found


def _pack(root: Path, files: Iterable[Path]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1) as tar:
        for path in files:
            if path.is_file():
                info = tarfile.TarInfo(path.relative_to(root).as_posix())
                data = path.read_bytes()
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
    return packed.getvalue()

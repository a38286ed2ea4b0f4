"""Which records have been filed where, and which have their feedback page: known from files alone, without nbgrader."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path

from gradkit.course import Assignment, Course
from gradkit.grading.record import Record, to_dict

# Says what an autograded folder was made from, and by its number there for which gradebook's assignment. It is put in
# place last, so it never promises too much.
STAMP = ".filed"
_END = b"</html>"


def stamp_text(course: Course, assignment: Assignment, record: Record, entry: str) -> str:
    """What the stamp of this record says.

    Args:
        course: the course.
        assignment: the assignment.
        record: the record.
        entry: the number of the assignment's row, which no other gradebook has.
    """
    return f"{_digest(course, assignment, record)}\n{entry}\n"


def is_filed(course: Course, assignment: Assignment, record: Record) -> bool:
    """Whether the autograded folder was made from exactly this record, and from the assignment as it is now."""
    stamp, _ = _read_stamp(course.autograded / record.student / assignment.id / STAMP)
    return stamp == _digest(course, assignment, record)


def filed_in(course: Course, student: str) -> set[str]:
    """The numbers of the assignments that the student's work was filed under, in this gradebook or an earlier one."""
    folder = course.autograded / student
    return {_read_stamp(path)[1] for path in folder.glob(f"*/{STAMP}")} - {""}


def _digest(course: Course, assignment: Assignment, record: Record) -> str:
    """What filing depends on: the record, and points, title, due time and notebook of the assignment."""
    written = [[question.id, question.points] for question in assignment.written]
    about = [to_dict(record), assignment.title, assignment.due.isoformat(), written]
    sha = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
    with suppress(OSError):  # filing says so
        sha.update((course.release(assignment.id) / assignment.notebook).read_bytes())
    return sha.hexdigest()


def _read_stamp(path: Path) -> tuple[str, str]:
    try:
        digest, _, entry = path.read_text(encoding="ascii").partition("\n")
    except (OSError, UnicodeDecodeError):
        return "", ""
    return digest, entry.strip()


def page_is_made(course: Course, assignment: Assignment, student: str) -> bool:
    """Whether there is a whole feedback page of nbgrader's that is not older than the autograded folder."""
    stamp = course.autograded / student / assignment.id / STAMP
    return is_newer(course.feedback / student / assignment.id / f"{assignment.topic}.html", stamp)


def is_newer(page: Path, source: Path) -> bool:
    """Whether a page is there, whole, and not older than what it was made from."""
    try:
        return page.stat().st_mtime >= source.stat().st_mtime and _is_whole(page)
    except OSError:
        return False


def _is_whole(page: Path) -> bool:
    """A run that was killed, or a full disk, leaves half a page."""
    with page.open("rb") as file:
        file.seek(-min(100, page.stat().st_size), os.SEEK_END)
        return file.read().rstrip().endswith(_END)

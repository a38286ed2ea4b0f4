"""Which records have been filed, and which have their feedback page: known from the files alone, without nbgrader."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from gradkit.course import Assignment, Course
from gradkit.gradebook.settings import autograded_folder, feedback_folder
from gradkit.grading.record import Record, to_dict

# Says which record an autograded folder was made from. It is put in place last, so it never promises too much.
STAMP = ".filed"
_END = b"</html>"


def digest(record: Record) -> str:
    """What the stamp of this record says."""
    text = json.dumps(to_dict(record), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def is_filed(course: Course, assignment: Assignment, record: Record) -> bool:
    """Whether the autograded folder was made from exactly this record."""
    stamp = autograded_folder(course, record.student, assignment.id) / STAMP
    try:
        return stamp.read_text(encoding="ascii") == digest(record)
    except (OSError, UnicodeDecodeError):
        return False


def page_is_made(course: Course, assignment: Assignment, student: str) -> bool:
    """Whether there is a whole feedback page of nbgrader's that is not older than the autograded folder."""
    stamp = autograded_folder(course, student, assignment.id) / STAMP
    return is_newer(feedback_folder(course, student, assignment.id) / f"{assignment.topic}.html", stamp)


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

"""Which records are filed, which have a feedback page, and which students the gradebook has; without nbgrader.

Importing nbgrader takes longer than everything else in a run with nothing to do.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from gradkit.course import Assignment, Course, rounded
from gradkit.gradebook.database_errors import PATIENCE
from gradkit.gradebook.reading import read_rows
from gradkit.grading.held_back import Level
from gradkit.grading.record import Record, to_dict
from gradkit.messages import LOCALES
from gradkit.temporary import replacing
from gradkit.term.ledger import read_ledger
from gradkit.term.reckoning import Reckoned

# What an autograded folder was made from, and the row of the gradebook's assignment that it was filed under. Written
# last, so it never promises too much.
STAMP = ".filed"
_END = b"</html>"
_BY_HAND = """
    SELECT submitted_assignment.student_id, base_cell.name, {columns}
    FROM {table}
    JOIN submitted_notebook ON {table}.notebook_id = submitted_notebook.id
    JOIN submitted_assignment ON submitted_notebook.assignment_id = submitted_assignment.id
    JOIN assignment ON submitted_assignment.assignment_id = assignment.id
    JOIN base_cell ON {table}.cell_id = base_cell.id
    {more}
    ORDER BY submitted_assignment.student_id, base_cell.name
"""
_SCORES = _BY_HAND.format(
    table="grade",
    columns="COALESCE(grade.manual_score, grade.auto_score), grade.extra_credit, grade_cells.max_score",
    more="""LEFT JOIN grade_cells ON grade_cells.id = base_cell.id
    WHERE assignment.name = ? AND (grade.manual_score IS NOT NULL OR COALESCE(grade.extra_credit, 0) != 0)""",
)
_COMMENTS = _BY_HAND.format(
    table="comment",
    columns="comment.manual_comment",
    more="WHERE assignment.name = ? AND TRIM(COALESCE(comment.manual_comment, '')) != ''",
)
_EPOCH = datetime(1970, 1, 1)  # SQLite holds an interval as this plus the interval
_QUERY = """
    SELECT submitted_assignment.student_id, submitted_assignment.timestamp, submitted_assignment.extension,
           assignment.duedate
    FROM submitted_assignment JOIN assignment ON submitted_assignment.assignment_id = assignment.id
    WHERE assignment.name = ?
"""


@dataclass(frozen=True)
class ByHand:
    """What an instructor gave for a cell of a submission in formgrader.

    Attributes:
        cell: the cell's name, which for a question is the question's id.
        score: the points, extra credit included; None if only a comment was written.
        max_score: the points possible; None if there are none.
        comment: the comment, or "".
    """

    cell: str
    score: float | None = None
    max_score: float | None = None
    comment: str = ""


def stamp_text(
    course: Course,
    assignment: Assignment,
    record: Record,
    entry: str,
    reckoned: Reckoned | None = None,
    level: Level = "inputs",
) -> str:
    """The text of this record's stamp.

    Args:
        course: the course.
        assignment: the assignment.
        record: the record.
        entry: the id of the assignment's row, unique to its gradebook.
        reckoned: how the student stands in the assignment; None if that depends on the record alone.
        level: how much feedback the student gets for now.
    """
    return f"{_digest(course, assignment, record, reckoned, level)}\n{entry}\n"


def is_filed(
    course: Course,
    assignment: Assignment,
    record: Record,
    reckoned: Reckoned | None = None,
    level: Level = "inputs",
) -> bool:
    """Whether the autograded folder was made from exactly this record and the present state of all it depends on."""
    stamp, _ = _read_stamp(course.autograded / record.student / assignment.id / STAMP)
    return stamp == _digest(course, assignment, record, reckoned, level)


def filed_in(course: Course, student: str) -> set[str]:
    """The row ids of the assignments that the student's work was filed under, in this gradebook or an earlier one."""
    folder = course.autograded / student
    return {_read_stamp(path)[1] for path in folder.glob(f"*/{STAMP}")} - {""}


def _digest(course: Course, assignment: Assignment, record: Record, reckoned: Reckoned | None, level: Level) -> str:
    """A hash of what filing depends on: the record, the student's standing, and the assignment's notebook and words."""
    written = [[question.id, question.points] for question in assignment.written]
    about: list[object] = [to_dict(record), assignment.title, assignment.due.isoformat(), written]
    if reckoned is not None:
        about += [repr(_nameless(reckoned)), level]
    sha = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
    with suppress(OSError):  # filing reports it
        sha.update((course.release(assignment.id) / assignment.notebook).read_bytes())
    if locale := LOCALES.get(course.languages[0]):
        sha.update(locale.encode())
        for catalogue in sorted((course.locale(assignment.id) / locale).glob("LC_MESSAGES/*.mo")):
            sha.update(catalogue.read_bytes())
    return sha.hexdigest()


def _nameless(reckoned: Reckoned) -> Reckoned:
    """The same, whichever hand-in is in ``submitted/``."""
    attempts = tuple(replace(each, name="") for each in reckoned.attempts)
    counted = None if reckoned.counted is None else replace(reckoned.counted, name="")
    silent = {replace(each, name=""): time for each, time in reckoned.silent.items()}
    return replace(reckoned, attempts=attempts, counted=counted, silent=silent)


def _read_stamp(path: Path) -> tuple[str, str]:
    try:
        digest, _, entry = path.read_text(encoding="ascii").partition("\n")
    except (OSError, UnicodeDecodeError):
        return "", ""
    return digest, entry.strip()


def page_is_made(course: Course, assignment: Assignment, student: str) -> bool:
    """Whether nbgrader's feedback page exists, is complete and is not older than the autograded folder."""
    stamp = course.autograded / student / assignment.id / STAMP
    return is_newer(course.feedback / student / assignment.id / f"{assignment.topic}.html", stamp)


def is_newer(page: Path, source: Path) -> bool:
    """Whether a page exists, is complete and is not older than its source."""
    try:
        return page.stat().st_mtime >= source.stat().st_mtime and _is_whole(page)
    except OSError:
        return False


def _is_whole(page: Path) -> bool:
    """Whether a page is complete: a killed run or a full disk leaves half a page."""
    with page.open("rb") as file:
        file.seek(-min(100, page.stat().st_size), os.SEEK_END)
        return file.read().rstrip().endswith(_END)


def given_by_hand(course: Course, assignment_id: str, patience: float = PATIENCE) -> Mapping[str, tuple[ByHand, ...]]:
    """Student id -> manual marks and comments, by cell; only students with any.

    Raises:
        GradebookUnavailable: the gradebook cannot be read.
    """
    found: dict[str, dict[str, ByHand]] = {}
    for student, cell, score, extra, best in read_rows(course, _SCORES, (assignment_id,), patience):
        found.setdefault(student, {})[cell] = ByHand(cell, rounded((score or 0.0) + (extra or 0.0)), best)
    for student, cell, comment in read_rows(course, _COMMENTS, (assignment_id,), patience):
        cells = found.setdefault(student, {})
        cells[cell] = replace(cells.get(cell, ByHand(cell)), comment=comment)
    return {student: tuple(cells[name] for name in sorted(cells)) for student, cells in found.items()}


def outdated_pages(course: Course, assignment_id: str, given: Mapping[str, tuple[ByHand, ...]]) -> set[str]:
    """The students whose pages do not show what an instructor gave by hand.

    Args:
        course: the course.
        assignment_id: the assignment.
        given: from `given_by_hand`.
    """
    shown = _shown_by_hand(course, assignment_id)
    return {student for student in shown.keys() | given if shown.get(student, "") != _hash(given.get(student, ()))}


def note_shown(
    course: Course, assignment_id: str, given: Mapping[str, tuple[ByHand, ...]], students: Collection[str]
) -> None:
    """Note that these students' pages show what an instructor gave by hand.

    Raises:
        OSError: it cannot be written.
    """
    before = _shown_by_hand(course, assignment_id)
    after = {**before, **{student: _hash(given.get(student, ())) for student in students}}
    after = {student: digest for student, digest in sorted(after.items()) if digest}
    if after != before:
        path = _by_hand(course, assignment_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as new:
            new.write_text(json.dumps(after, indent=1) + "\n", encoding="utf-8")


def _by_hand(course: Course, assignment_id: str) -> Path:
    return course.work / "by_hand" / f"{assignment_id}.json"


def _shown_by_hand(course: Course, assignment_id: str) -> dict[str, str]:
    """Student id -> a hash of the manual marks and comments on the student's pages."""
    try:
        data = json.loads(_by_hand(course, assignment_id).read_text(encoding="utf-8"))
        return {str(student): str(digest) for student, digest in data.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def _hash(given: tuple[ByHand, ...]) -> str:
    return hashlib.sha256(repr(given).encode("utf-8", "surrogatepass")).hexdigest() if given else ""


def class_list(course: Course, patience: float = PATIENCE) -> list[str]:
    """Every student in the gradebook, with or without a submission.

    Raises:
        GradebookUnavailable: it cannot be read.
    """
    return sorted(student for (student,) in read_rows(course, "SELECT id FROM student", (), patience))


def gone_students(course: Course, patience: float = PATIENCE) -> frozenset[str]:
    """Students who have left: their work was filed in this gradebook, but they are no longer in it.

    The ledger says so, or an instructor removed them; gradkit only adds. Students with records or notebooks here, but
    neither a submission nor a row in the gradebook, have left as well.

    Raises:
        CourseError: the ledger is wrong.
        GradebookUnavailable: the gradebook cannot be read.
    """
    return read_ledger(course).dropped | _removed(course, patience)


def _removed(course: Course, patience: float) -> frozenset[str]:
    known = set(class_list(course, patience))
    entries = {entry for (entry,) in read_rows(course, "SELECT id FROM assignment", (), patience)}
    if not known | entries:  # no gradebook is in use
        return frozenset()
    folders = [path for parent in (course.results, course.autograded) for path in parent.glob("*/")]
    return frozenset(
        name
        for name in {folder.name for folder in folders} - known
        if not (course.submitted / name).is_dir() or filed_in(course, name) & entries
    )


def seconds_late(course: Course, assignment_id: str, patience: float = PATIENCE) -> Mapping[str, float]:
    """Student id -> seconds after due time and extension, for each submission of the assignment in the gradebook.

    Args:
        course: the course.
        assignment_id: the assignment.
        patience: seconds to wait while another program writes.

    Raises:
        GradebookUnavailable: it cannot be read.
    """
    return {student: _late(*times) for student, *times in read_rows(course, _QUERY, (assignment_id,), patience)}


def _late(handed_in: datetime | str | None, extension: timedelta | str | None, due: datetime | str | None) -> float:
    if handed_in is None or due is None:
        return 0.0
    late = _time(handed_in) - _time(due)
    if extension is not None:
        late -= extension if isinstance(extension, timedelta) else _time(extension) - _EPOCH
    return max(0.0, late.total_seconds())


def _time(value: datetime | str) -> datetime:
    """A time as the database's driver gives it: SQLite has no type for times."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value

"""Collect a folder of uploaded zip files, as a learning platform gives them out, with nbgrader's own zip_collect.

Each archive is unpacked by ``archive``, which trusts nothing in it, into a private folder; there nbgrader's
``ZipCollectApp`` takes over, one student at a time; what it collects is moved into place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

# nbgrader has annotations but does not declare them (no py.typed).
from nbgrader.apps.zipcollectapp import ZipCollectApp  # type: ignore[import-untyped]
from nbgrader.coursedir import CourseDirectory  # type: ignore[import-untyped]

from gradkit.course import Course
from gradkit.errors import GradkitError, SubmissionRefused, UsageError
from gradkit.gradebook.archive import unpack
from gradkit.gradebook.collected import Collected, CollectReport, Refused, alike, due_of, refuse_worse
from gradkit.gradebook.folders import printable, put_in_place, scratch
from gradkit.gradebook.quiet import gathered_log
from gradkit.gradebook.settings import COLLECTED_ENDINGS, nbgrader_config
from gradkit.gradebook.times import impossible, parse_time, read_time, said, write_time
from gradkit.ids import student_id

# <student>_<assignment>.zip, <student>_<assignment>_<anything>.zip; a time right after the assignment is its time:
# <student>_<assignment>_2026-10-01-21-30-00.zip (UTC). {assignments} stands for the course's ids.
DEFAULT_PATTERN = (
    r"(?P<student_id>.+?)_(?P<assignment_id>{assignments})"
    r"(?:_(?P<timestamp>\d{{4}}-\d\d-\d\d-\d\d-\d\d-\d\d))?(?:_.*)?\.zip"
)
_ZONES = timedelta(hours=15)  # an archive says local times, and not where
_DASHED_TIME = "%Y-%m-%d-%H-%M-%S"


@dataclass(frozen=True)
class _Upload:
    path: Path
    student: str
    assignment: str
    time: datetime | None

    @property
    def age(self) -> tuple[datetime, float, str]:
        """Sorts the newest last: by the time in its name, else by the file's own."""
        return self.time or datetime.min.replace(tzinfo=UTC), self.path.stat().st_mtime, self.path.name


def collect_zips(
    course: Course, folder: Path, assignment_id: str | None = None, pattern: str | None = None
) -> CollectReport:
    """Collect each student's newest archive in ``folder``, in place of what was collected before.

    Args:
        course: the course.
        folder: holds the zip files; its sub-folders are not searched.
        assignment_id: the assignment that all of them are for, where their names do not say it.
        pattern: a regular expression for their whole names, with groups named as in nbgrader's own: ``student_id``,
            and if need be ``assignment_id`` and ``timestamp``; ``DEFAULT_PATTERN`` where it is None.

    Returns:
        What was collected and what was refused. One archive's failure never stops the run.

    Raises:
        UsageError: the folder, the pattern or the assignment is not what it should be.
    """
    expression = _expression(course, assignment_id, pattern)
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder. Expected the folder with the uploaded zip files.")
    refused: list[Refused] = []
    uploads: dict[tuple[str, str], list[_Upload]] = {}
    for path in sorted(path for path in folder.iterdir() if not path.name.startswith(".") and not path.is_dir()):
        try:
            upload = _read_name(course, path, expression, assignment_id)
        except GradkitError as error:
            refused.append(Refused(printable(path.name), str(error)))
        else:
            uploads.setdefault((upload.student, upload.assignment), []).append(upload)
    twins = alike(course, {student for student, _ in uploads})
    if not uploads and not refused:
        raise UsageError(
            f"{folder}: there is no file in it. Expected the uploaded zip files, not in folders of their own."
        )
    collected: list[Collected] = []
    warnings: list[str] = []
    for (student, assignment), mine in uploads.items():
        if student in twins:
            refused += [Refused(printable(one.path.name), twins[student], student, assignment) for one in mine]
            continue
        for upload in sorted(mine, key=lambda one: one.age, reverse=True):
            before = read_time(course.submitted / upload.student / upload.assignment)
            if before and upload.time and upload.time <= before:
                break
            try:
                doubts = _collect_one(course, upload)
            except GradkitError as error:
                name = printable(upload.path.name)
                refused.append(Refused(name, str(error), upload.student, upload.assignment))
            else:
                collected.append(Collected(upload.student, upload.assignment, upload.time))
                warnings += [f"{student}, {assignment}: {text}." for text in doubts]
                break
    return CollectReport(tuple(collected), tuple(refused), tuple(warnings))


def _expression(course: Course, assignment_id: str | None, pattern: str | None) -> re.Pattern[str]:
    if assignment_id is not None and assignment_id not in course.assignment_ids:
        known = ", ".join(course.assignment_ids) or "none"
        raise UsageError(f"There is no assignment {printable(assignment_id)} in this course (it has: {known}).")
    if pattern is None:
        # The longest first, so that an id that begins another does not take its files.
        ids = sorted(course.assignment_ids, key=len, reverse=True)
        pattern = DEFAULT_PATTERN.format(assignments="|".join(map(re.escape, ids)))
    try:
        expression = re.compile(pattern)
    except re.error as error:
        raise UsageError(f"The file-name pattern {pattern!r} is not a regular expression: {error}.") from error
    needed = {"student_id"} if assignment_id is not None else {"student_id", "assignment_id"}
    missing = needed - expression.groupindex.keys()
    if missing:
        groups = " and ".join(f"(?P<{name}>...)" for name in sorted(missing))
        more = " Or name the assignment on the command line." if "assignment_id" in missing else ""
        raise UsageError(
            f"The file-name pattern {pattern!r} lacks {groups}; without it a file belongs to no one.{more}"
        )
    return expression


def _read_name(course: Course, path: Path, expression: re.Pattern[str], assignment_id: str | None) -> _Upload:
    found = expression.fullmatch(path.name)
    if found is None or path.suffix.lower() != ".zip":
        raise SubmissionRefused(
            "its name does not fit the file-name pattern, or it is no .zip file. By default, names are "
            "<student>_<assignment>.zip or <student>_<assignment>_<anything>.zip, with one of the assignments "
            f"{', '.join(course.assignment_ids)}."
        )
    parts = found.groupdict()
    assignment = parts.get("assignment_id") or assignment_id or ""
    if assignment not in course.assignment_ids or (assignment_id and assignment != assignment_id):
        wanted = assignment_id or ", ".join(course.assignment_ids) or "none"
        raise SubmissionRefused(f"it is for the assignment {printable(assignment)}; expected: {wanted}.")
    return _Upload(path, student_id(parts["student_id"] or ""), assignment, _time(parts.get("timestamp")))


def _time(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, _DASHED_TIME).replace(tzinfo=UTC)
    except ValueError:
        time = parse_time(text)
    if time is None:
        raise SubmissionRefused(f"{printable(text)} in its name is not a time, such as 2026-10-01-21-30-00.")
    return time


def _collect_one(course: Course, upload: _Upload) -> list[str]:
    """Bring an archive in; what speaks against its time."""
    with scratch(course, "zip") as work:
        packed = unpack(
            upload.path, work / "downloaded" / upload.assignment / "archive" / upload.student, course.submission
        )
        _zip_collect(course, upload, work)
        result = work / "submitted" / upload.student / upload.assignment
        if not result.is_dir():
            endings = " ".join(COLLECTED_ENDINGS)
            raise SubmissionRefused(f"it holds no file that can be handed in ({endings}).")
        (result / "timestamp.txt").unlink(missing_ok=True)  # a time that the student wrote
        refuse_worse(course, result, upload.student, upload.assignment)
        write_time(result, upload.time)
        put_in_place(result, course.submitted / upload.student / upload.assignment)
    return list(_doubts(course, upload, packed))


def _doubts(course: Course, upload: _Upload, packed: datetime | None) -> Iterator[str]:
    """The name's time is the platform's word, unless the student had a hand in the name."""
    if upload.time is None:
        return
    yield from impossible("its name", upload.time, due_of(course, upload.assignment))
    if packed is not None and packed > upload.time + _ZONES:
        yield (
            f"its name says {said(upload.time)}, but a file in it is of {packed:%Y-%m-%d %H:%M:%S}, by the "
            "student's clock. Is the time in the name your platform's"
        )


def _zip_collect(course: Course, upload: _Upload, work: Path) -> None:
    """Run nbgrader's zip_collect on what has been unpacked."""
    config = nbgrader_config(course)
    config.CourseDirectory.root = str(work)
    config.CourseDirectory.release_directory = str(course.root / "release")
    config.CourseDirectory.assignment_id = upload.assignment
    config.ExtractorPlugin.zip_ext = []  # all is unpacked; archives inside archives stay as they are
    # The student is who the archive's name says; no name inside it can say otherwise.
    extracted = work / "downloaded" / upload.assignment / "extracted"
    config.FileNameCollectorPlugin.named_regexp = (
        f"{re.escape(str(extracted))}/(?P<student_id>{re.escape(upload.student)})/(?P<file_id>.+)"
    )
    with gathered_log("zip_collect") as (log, said):
        app = ZipCollectApp(config=config, log=log)
        app.coursedir = CourseDirectory(parent=app)
        try:
            app.start()
        except (SystemExit, OSError, ValueError, RuntimeError) as error:
            raise SubmissionRefused(f"nbgrader could not collect it: {'; '.join(said) or error}.") from error

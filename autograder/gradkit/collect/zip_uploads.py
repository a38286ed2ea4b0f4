"""Collect a folder of uploads, downloaded from a learning platform, with nbgrader's own zip_collect.

Each archive is unpacked by ``intake.archive``, which trusts nothing in it, into a private folder. There nbgrader's
``ZipCollectApp`` collects, one student at a time, and the result is moved into place. Every file of the folder is
accounted for: taken, passed over for another, or refused.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

# nbgrader has annotations but does not declare them (no py.typed).
from nbgrader.apps.zipcollectapp import ZipCollectApp  # type: ignore[import-untyped]
from nbgrader.coursedir import CourseDirectory  # type: ignore[import-untyped]

from gradkit.collect.collected import (
    Collected,
    CollectReport,
    Entry,
    Refused,
    alike,
    due_of,
    newest_time,
    note_path,
    read_note,
    refuse_by_rules,
    refuse_worse,
    take,
    write_note,
)
from gradkit.collect.upload_names import Names, Upload, several_people, two_people
from gradkit.course import Course
from gradkit.csv_tables import read_table
from gradkit.errors import GradkitError, SubmissionRefused, UsageError
from gradkit.gradebook.logs import gathered_log
from gradkit.gradebook.settings import nbgrader_config
from gradkit.gradebook.timestamps import impossible, read_time, said, write_time
from gradkit.ids import quoted, student_id
from gradkit.intake.archive import unpack
from gradkit.intake.files import copy_untrusted, not_kept, scratch
from gradkit.intake.policy import ENDINGS, TIME_FILE, archived, ignored, listed

_ZONES = timedelta(hours=15)  # an archive has local times without a zone
_MOST = 10_000  # names in an archive that are read for advice


@dataclass
class _Account:
    """What became of each file."""

    collected: list[Collected] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    passed: list[Entry] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def refuse(self, upload: Upload, reason: str) -> None:
        self.refused.append(Refused(upload.shown, reason, upload.student, upload.assignment))

    def pass_over(self, upload: Upload, status: str, reason: str) -> None:
        self.passed.append(Entry(upload.shown, status, reason, upload.student, upload.assignment))


def collect_zips(
    course: Course,
    folder: Path,
    assignment_id: str | None = None,
    pattern: str | None = None,
    times: Path | None = None,
) -> CollectReport:
    """Collect each student's newest upload in ``folder``, replacing what was collected before.

    Args:
        course: the course.
        folder: holds the zip files, or a folder for each student with one zip file or the files themselves.
        assignment_id: the assignment that all of them are for, if their names do not say it.
        pattern: a regular expression for their whole names, with groups named as in nbgrader's own: ``student_id``,
            and as needed ``assignment_id``, ``timestamp``, ``name`` and ``attempt``; or a key of
            `upload_names.PLATFORMS`; None: `upload_names.DEFAULT_PATTERN`.
        times: a table with the columns ``student``, ``time`` and, if for several assignments, ``assignment``: when each
            was handed in, which outranks a time in the name.

    Returns:
        What became of every file. One upload's failure never stops the run.

    Raises:
        UsageError: the folder, the pattern or the assignment is invalid.
    """
    names, handed_in = Names(course, assignment_id, pattern), _read_times(course, times)
    if folder.is_file():
        raise UsageError(f"{folder} is a file. Unpack it, and give the folder with its uploads.")
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder. Expected the folder with the uploaded zip files.")
    account = _Account()
    uploads: dict[tuple[str, str], list[Upload]] = {}
    for path in sorted(path for path in folder.iterdir() if not ignored(path.name)):
        try:
            upload = _read(names, path)
        except GradkitError as error:
            account.refused.append(
                Refused(quoted(path.name), str(error), understood=names.match(path.name) is not None)
            )
        else:
            time = handed_in.get((upload.student, upload.assignment)) or handed_in.get((upload.student, ""))
            upload = replace(upload, time=time or upload.time)
            uploads.setdefault((upload.student, upload.assignment), []).append(upload)
    if not uploads and not account.refused:
        raise UsageError(f"{folder}: is empty. Expected the uploaded zip files.")
    every = [upload for mine in uploads.values() for upload in mine]
    known = {key for upload in every for key in ((upload.student, upload.assignment), (upload.student, ""))}
    account.warnings += [
        f"{times}: {' '.join(filter(None, key))} has a time, but no upload." for key in handed_in if key not in known
    ]
    stopped = several_people(every) | alike(course, {student for student, _ in uploads})
    for (student, _), mine in uploads.items():
        if student in stopped:
            for upload in mine:
                account.refuse(upload, stopped[student])
        else:
            _collect_newest(course, mine, account)
    return CollectReport(
        tuple(account.collected), tuple(account.refused), tuple(account.warnings), tuple(account.passed)
    )


def _read_times(course: Course, path: Path | None) -> dict[tuple[str, str], datetime]:
    """(student, assignment or "") -> when it was handed in.

    Raises:
        UsageError: the table or a time in it is wrong, or two rows are of the same hand-in.
    """
    found: dict[tuple[str, str], datetime] = {}
    if path is None:
        return found
    table = read_table(path)
    for line, row in table.numbered():
        table.column("student"), table.column("time")
        key = student_id(table.get(row, "student")), table.get(row, "assignment")
        if key in found:
            raise UsageError(f"{path}, line {line}: {' '.join(filter(None, key))} is there twice.")
        found[key] = course.local_time(f"{path}, line {line}: time", table.get(row, "time"))
    return found


def _read(names: Names, path: Path) -> Upload:
    """The upload at a path, described by its name."""
    parts = names.match(path.name)
    if path.is_symlink():
        raise SubmissionRefused("it is a link, not a regular file.")
    if parts is not None and path.is_dir():
        return names.read(_inside(path), parts, path.name)
    if path.suffix.lower() != ".zip" and not path.is_dir():
        what = "another kind of archive" if archived(path.name) else "not a .zip file"
        raise SubmissionRefused(
            f"it is {what}: uploads must be .zip files. Ask the student for one, or pack it again as .zip."
        )
    if parts is None:
        raise SubmissionRefused(
            f"its name does not match the file-name pattern.{_advice(names, path)} {names.expected}."
        )
    return names.read(path, parts, path.name)


def _inside(folder: Path) -> Path:
    """A student's upload in a folder: its only zip file, or the folder itself with the student's files."""
    try:
        found = sorted(path for path in folder.iterdir() if not ignored(path.name))
    except OSError as error:
        raise SubmissionRefused(f"it is a folder that cannot be read ({error.strerror}).") from error
    zips = [path for path in found if path.suffix.lower() == ".zip" and not path.is_dir()]
    if not zips:
        return folder
    if len(found) > 1:
        raise SubmissionRefused(
            f"it is a folder with {listed(path.name for path in found)}, and it is unclear which of them counts. Leave "
            "one zip file in it, or the files themselves."
        )
    return zips[0]


def _advice(names: Names, path: Path) -> str:
    """What to do with an archive or folder that holds uploads of several students."""
    inner: list[str] = []
    with suppress(OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
        if path.is_dir():
            inner = [inside.name for inside in path.iterdir()]
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                inner = [name.rstrip("/").rpartition("/")[2] for name in archive.namelist()[:_MOST]]
    fitting = [name for name in inner if not ignored(name) and names.match(name) is not None]
    if not fitting:
        return ""
    what = "Collect from that folder" if path.is_dir() else "Unpack it, and collect from the resulting folder"
    return f" It contains {len(fitting)} upload{'s' * (len(fitting) > 1)}, such as {quoted(fitting[0])}. {what}."


def _collect_newest(course: Course, uploads: Sequence[Upload], account: _Account) -> None:
    """Collect a student's newest readable upload of one assignment; report those it supersedes."""
    newest: Upload | None = None
    for upload in sorted(uploads, key=lambda upload: upload.age, reverse=True):
        if newest is not None:
            why, sure = newest.newer_than(upload)
            if not sure and _digest(newest.path) == _digest(upload.path):
                why, sure = "both have the same content", True
            account.pass_over(upload, "superseded", f"superseded by {newest.shown}: {why}")
            if not sure:
                account.warnings.append(
                    f"{upload.student}, {upload.assignment}: {why}: {newest.shown}, which was chosen by its name, or "
                    f"{upload.shown}. Look at both, and remove the one that does not count."
                )
            continue
        try:
            reason = _is_collected(course, upload)
            if reason:
                account.pass_over(upload, "unchanged", reason)
            else:
                doubts = _collect_one(course, upload)
                account.collected.append(Collected(upload.student, upload.assignment, upload.time, upload.shown))
                account.warnings += [f"{upload.student}, {upload.assignment}: {text}." for text in doubts]
            newest = upload
        except GradkitError as error:
            account.refuse(upload, str(error))


def _is_collected(course: Course, upload: Upload) -> str:
    """Why an upload need not be collected: it or a newer one was collected before; otherwise "".

    Raises:
        SubmissionRefused: what was collected before under this id is another person's.
    """
    target = course.submitted / upload.student / upload.assignment
    if not target.is_dir():
        return ""
    before = newest_time(course, upload.student, upload.assignment)
    note = read_note(course, upload.student, upload.assignment)
    person = note.get("person")
    if person and upload.person and str(person).casefold() != upload.person.casefold():
        raise SubmissionRefused(
            two_people(upload.student, [(str(person), str(note.get("upload"))), (upload.person, upload.shown)])
        )
    if note.get("sha256") == _digest(upload.path):
        if upload.time is not None and read_time(target) is None:
            write_time(target, upload.time)
            return f"it was collected before; now its time is known, {said(upload.time)}"
        return "it was collected before"
    if before and upload.time and upload.time <= before:
        return f"one from {said(before)} was collected before"
    numbers = note.get("attempt")
    if upload.numbered and isinstance(numbers, list) and list(upload.numbers) < numbers:
        return f"superseded by {note.get('upload')}, which was collected before: its name has the higher number"
    return ""


def _digest(path: Path) -> str:
    """A hash of an upload's content: of the archive, or of a folder's names and regular files.

    Raises:
        SubmissionRefused: it cannot be read.
    """
    try:
        if not path.is_dir():
            return _file_digest(path) if path.is_file() else ""  # if it is neither, it is refused later
        whole = hashlib.sha256()
        for folder, names, files in os.walk(path):
            names.sort()
            for file in sorted(Path(folder) / name for name in files):
                ordinary = stat.S_ISREG(file.lstat().st_mode)
                whole.update(repr((str(file.relative_to(path)), _file_digest(file) if ordinary else "")).encode())
        return whole.hexdigest()
    except OSError as error:
        raise SubmissionRefused(f"it cannot be read ({error.strerror}).") from error


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _collect_one(course: Course, upload: Upload) -> list[str]:
    """Collect an upload; returns doubts about its time, and what was left out."""
    refuse_by_rules(course, upload.student, upload.assignment, upload.time)
    with scratch(course, "zip") as work:
        target = work / "downloaded" / upload.assignment / "archive" / upload.student
        packed = None
        if upload.path.is_dir():
            left_out = copy_untrusted(upload.path, target, course.submission).left_out
        else:
            unpacked = unpack(upload.path, target, course.submission)
            packed, left_out = unpacked.newest, unpacked.left_out
        _zip_collect(course, upload, work)
        result = work / "submitted" / upload.student / upload.assignment
        if not result.is_dir():
            raise SubmissionRefused(f"it contains no file of an accepted kind ({' '.join(ENDINGS)}).")
        (result / TIME_FILE).unlink(missing_ok=True)  # written by the student
        refuse_worse(course, result, upload.student, upload.assignment)
        write_time(result, upload.time)
        take(course, result, upload.student, upload.assignment)
    facts = {"upload": upload.shown, "person": upload.person, "sha256": _digest(upload.path)}
    write_note(
        note_path(course, upload.student, upload.assignment),
        facts | ({"attempt": list(upload.numbers)} if upload.numbered else {}),
    )
    return [*_doubts(course, upload, packed), *not_kept(course, upload.assignment, left_out)]


def _doubts(course: Course, upload: Upload, packed: datetime | None) -> Iterator[str]:
    """Doubts about the time in the name, which is the platform's unless the student chose the name."""
    if upload.time is None:
        return
    yield from impossible("its name", upload.time, due_of(course, upload.assignment))
    if packed is not None and packed > upload.time + _ZONES:
        yield (
            f"its name says {said(upload.time)}, but a file in it is from {packed:%Y-%m-%d %H:%M:%S} by the "
            "student's clock. Check that the time in the name is your platform's"
        )


def _zip_collect(course: Course, upload: Upload, work: Path) -> None:
    """Run nbgrader's zip_collect on the unpacked files."""
    config = nbgrader_config(course)
    config.CourseDirectory.root = str(work)
    config.CourseDirectory.release_directory = str(course.root / "release")
    config.CourseDirectory.assignment_id = upload.assignment
    config.ExtractorPlugin.zip_ext = []  # everything is unpacked; archives inside archives stay packed
    # The student is the one in the archive's name, whatever the names inside it say.
    extracted = work / "downloaded" / upload.assignment / "extracted"
    config.FileNameCollectorPlugin.named_regexp = (
        f"{re.escape(str(extracted))}/(?P<student_id>{re.escape(upload.student)})/(?P<file_id>.+)"
    )
    # The files have been selected already, whatever the case of their extensions.
    found = {path.suffix for path in (work / "downloaded").rglob("*") if path.is_file()}
    config.FileNameCollectorPlugin.valid_ext = sorted(ending for ending in found if ending.lower() in ENDINGS)
    with gathered_log("zip_collect") as (log, said):
        app = ZipCollectApp(config=config, log=log)
        app.coursedir = CourseDirectory(parent=app)
        try:
            app.start()
        except (SystemExit, OSError, ValueError, RuntimeError) as error:
            raise SubmissionRefused(f"nbgrader could not collect it: {'; '.join(said) or error}.") from error

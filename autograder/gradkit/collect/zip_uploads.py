"""Collect a folder of uploads, downloaded from a learning platform, with nbgrader's own zip_collect.

Each archive is unpacked by ``intake.archive``, which trusts nothing in it, into a private folder. There nbgrader's
``ZipCollectApp`` collects, one student at a time, and the result is moved into place. Every file of the folder is
accounted for: taken, passed over for another, or refused.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
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
from gradkit.collect.hand_in_times import HandInTimes, read_hand_in_times
from gradkit.collect.upload_names import HIGHER, Names, Upload, own_name, several_people, two_people
from gradkit.course import Course
from gradkit.course.roster import read_roster
from gradkit.errors import CourseError, GradkitError, SubmissionRefused, UsageError
from gradkit.gradebook.logs import gathered_log
from gradkit.gradebook.settings import nbgrader_config
from gradkit.gradebook.timestamps import impossible, read_time, said, write_time
from gradkit.ids import quoted
from gradkit.intake.archive import unpack, unpack_download
from gradkit.intake.files import copy_untrusted, not_kept, scratch
from gradkit.intake.policy import ENDINGS, TIME_FILE, archived, ignored, kept, listed
from gradkit.intake.zip_names import members
from gradkit.messages import Message, message, plural, sentences
from gradkit.temporary import system_reason
from gradkit.term.ledger import Ledger, read_ledger
from gradkit.term.reckoning import due_for

_ZONES = timedelta(hours=15)  # an archive has local times without a zone
_MOST = 10_000  # names in an archive that are read for advice


@dataclass
class _Account:
    """What became of each file.

    Attributes:
        times: when uploads were handed in.
        counted: the upload that counts of each student and assignment, taken now or before.
    """

    times: HandInTimes
    counted: list[Upload] = field(default_factory=list)
    collected: list[Collected] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    passed: list[Entry] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def refuse(self, upload: Upload, reason: str) -> None:
        self.refused.append(Refused(upload.shown, reason, upload.student, upload.assignment))

    def pass_over(self, upload: Upload, status: str, reason: str) -> None:
        for name in (upload.shown, *upload.with_files):
            self.passed.append(Entry(name, status, reason, upload.student, upload.assignment))

    def timed(self, upload: Upload) -> Upload:
        """An upload with what the table of times says of it."""
        found = self.times.find(upload)
        if found is None:
            return upload
        return replace(upload, time=found.time, stated=True, late=upload.late if found.late is None else found.late)


def collect_zips(
    course: Course,
    folder: Path,
    assignment_id: str | None = None,
    pattern: str | None = None,
    times: Path | None = None,
    roster: Path | None = None,
) -> CollectReport:
    """Collect each student's newest upload in ``folder``, replacing what was collected before.

    Args:
        course: the course.
        folder: a platform's download: a zip file or what was in it. It holds zip files, students' files by themselves,
            or a folder for each student with one zip file or the files themselves.
        assignment_id: the assignment that all of them are for, if their names do not say it.
        pattern: a regular expression for their whole names, with groups named as in nbgrader's own: ``student_id``,
            and as needed ``assignment_id``, ``timestamp``, ``name``, ``attempt``, ``late`` and ``file``; or a key of
            `upload_names.PLATFORMS`; None: `upload_names.DEFAULT_PATTERN`.
        times: when each was handed in, which outranks a time in the name; see `read_hand_in_times`.
        roster: the students, with the ids that the names have; None: these ids are the students' own.

    Returns:
        What became of every file. One upload's failure never stops the run.

    Raises:
        UsageError: the folder, the pattern, the assignment, the times or the roster is invalid.
    """
    handed_in = read_hand_in_times(course, times)
    people = None if roster is None else read_roster(roster)
    names = Names(course, assignment_id, pattern, people, handed_in.accounts)
    account = _Account(handed_in)
    with scratch(course, "uploads") as work:
        entries = _entries(course, names, folder, work, account)
        uploads = _uploads(course, names, entries, work, account)
        if not uploads and not account.refused and not account.passed:
            raise UsageError(message("{folder}: is empty. Expected the uploads of a learning platform.", folder=folder))
        every = [upload for mine in uploads.values() for upload in mine]
        stopped = several_people(every) | alike(course, {upload.id for upload in every})
        ledger, now = read_ledger(course), defaultdict[tuple[str, str], list[Upload]](list)
        for upload in every:
            if upload.id in stopped:
                account.refuse(upload, stopped[upload.id])
            else:
                student = ledger.now(upload.id)
                now[student, upload.assignment].append(replace(upload, student=student))
        for mine in now.values():
            _collect_newest(course, mine, account, ledger)
    account.warnings += _about_times(course, account, handed_in)
    return CollectReport(
        tuple(account.collected), tuple(account.refused), tuple(account.warnings), tuple(account.passed)
    )


def _entries(course: Course, names: Names, folder: Path, work: Path, account: _Account) -> list[Path]:
    """The files and folders of a download, which is unpacked into ``work`` if it is a zip file.

    Raises:
        UsageError: there is no such download.
    """
    download = folder if folder.is_file() else None
    if download:
        try:
            unpacked = unpack_download(folder, work / "download", course.submission)
        except SubmissionRefused as error:
            raise UsageError(message("{name}: {reason}", name=folder, reason=error.message)) from error
        except OSError as error:
            raise UsageError(
                message("{folder}: cannot be unpacked ({reason}).", folder=folder, reason=system_reason(error))
            ) from error
        account.refused += [
            Refused(quoted(name), reason, understood=False) for name, reason in unpacked.refused.items()
        ]
        if unpacked.as_gbk:
            account.warnings.append(
                message(
                    "{path}: its names do not say their encoding and were read as GBK, such as {name}. If that is "
                    "wrong, unpack it yourself and give the folder.",
                    path=folder,
                    name=quoted(unpacked.as_gbk),
                )
            )
        folder = work / "download"
    elif not folder.is_dir():
        raise UsageError(
            message("{folder}: no such folder or zip file. Expected a learning platform's download.", folder=folder)
        )
    found = sorted(path for path in folder.iterdir() if not ignored(path.name))
    if download and len(found) == 1 and found[0].is_dir() and names.match(found[0].name) is None:
        found = sorted(path for path in found[0].iterdir() if not ignored(path.name))
    if download and names.match(download.name) and not any(names.match(path.name) for path in found):
        return [download]  # one student's
    return found


def _uploads(
    course: Course, names: Names, entries: Iterable[Path], work: Path, account: _Account
) -> dict[tuple[str, str], list[Upload]]:
    """The uploads of each student and assignment; a student's files by themselves are joined in ``work``."""
    uploads: defaultdict[tuple[str, str], list[Upload]] = defaultdict(list)
    for path in entries:
        if names.typed(path.name):
            why = message("it is text typed into the platform or a list of the platform's own, which is not collected")
            account.passed.append(Entry(quoted(path.name), "ignored", why, "", ""))
            continue
        try:
            upload = _read(names, path)
        except GradkitError as error:
            account.refused.append(
                Refused(quoted(path.name), error.message, understood=names.match(path.name) is not None)
            )
        else:
            uploads[upload.student, upload.assignment].append(upload)
    return {key: found for key, mine in uploads.items() if (found := _joined(course, mine, work, account))}


def _joined(course: Course, uploads: Sequence[Upload], work: Path, account: _Account) -> list[Upload]:
    """A student's uploads of one assignment, with files by themselves joined to folders of one attempt each."""
    whole = [upload for upload in uploads if not upload.file]
    single = [upload for upload in uploads if upload.file]
    if whole:
        if unclear := [upload.shown for upload in single if kept(upload.file)]:
            both = ", ".join([*(upload.shown for upload in whole), *unclear])
            why = message("of {uploads} it is unclear which count. Remove what does not count.", uploads=both)
            for upload in uploads:
                account.refuse(upload, why)
            return []
        for upload in single:
            why = message("beside {upload}, not of an accepted kind", upload=whole[0].shown)
            account.pass_over(upload, "ignored", why)
        return whole
    attempts: defaultdict[tuple[int, ...], list[Upload]] = defaultdict(list)
    for upload in sorted(single, key=lambda upload: upload.numbers, reverse=True):
        attempts[upload.numbers if len(upload.numbers) > 1 else ()].append(upload)  # one number is the file's own
    return [_join(course, mine, work, account) for mine in attempts.values()]


def _join(course: Course, files: Sequence[Upload], work: Path, account: _Account) -> Upload:
    """One upload of a student's files by themselves, the newest first."""
    newest = files[0]
    released = {path.name for path in course.release(newest.assignment).glob("*")}
    with suppress(CourseError):  # which grading reports
        released.add(course.assignment(newest.assignment).module)
    folder = work / "joined" / f"{newest.student}+{newest.assignment}+{'-'.join(map(str, newest.numbers))}"
    folder.mkdir(parents=True)
    taken: dict[str, Upload] = {}
    for upload in files:
        name = own_name(upload, released)
        if name in taken:
            account.pass_over(upload, "superseded", _superseded(taken[name].shown, HIGHER))
        else:
            taken[name] = upload
            shutil.copy2(upload.path, folder / name, follow_symlinks=False)
    changed = max(upload.path.stat().st_mtime for upload in taken.values())
    os.utime(folder, (changed, changed))
    beside = tuple(upload.shown for upload in taken.values() if upload is not newest)
    return replace(newest, path=folder, file="", with_files=beside)


def _read(names: Names, path: Path) -> Upload:
    """The upload at a path, described by its name."""
    parts = names.match(path.name)
    if path.is_symlink():
        raise SubmissionRefused(message("it is a link, not a regular file."))
    if parts is not None and path.is_dir():
        inner, left_out = _inside(path)
        return replace(names.read(inner, parts, path.name), file="", left_out=left_out)
    if path.suffix.lower() != ".zip" and not path.is_dir():
        if parts is not None and parts.get("file") and path.is_file() and not archived(path.name):
            return names.read(path, parts, path.name)
        another = archived(path.name)
        raise SubmissionRefused(
            sentences(
                message("it is another kind of archive: uploads must be .zip files.")
                if another
                else message("it is not a .zip file: uploads must be .zip files."),
                message("Ask the student for one, or pack it again as .zip."),
                "" if names.platform or another else message("If it is from a platform, name that (--pattern)."),
                names.expected if parts is None and names.platform else "",
            )
        )
    if parts is None:
        raise SubmissionRefused(
            sentences(message("its name does not match the file-name pattern."), _advice(names, path), names.expected)
        )
    return replace(names.read(path, parts, path.name), file="")


def _inside(folder: Path) -> tuple[Path, tuple[str, ...]]:
    """A student's upload in a folder, and what is beside it: its only zip file, or the folder itself."""
    try:
        found = sorted(path for path in folder.iterdir() if not ignored(path.name))
    except OSError as error:
        raise SubmissionRefused(
            message("it is a folder that cannot be read ({reason}).", reason=system_reason(error))
        ) from error
    zips = [path for path in found if path.suffix.lower() == ".zip" and not path.is_dir()]
    if not zips:
        return folder, ()
    beside = [path for path in found if path not in zips]
    if len(zips) > 1 or any(path.is_dir() or kept(path.name) for path in beside):
        raise SubmissionRefused(
            message(
                "it is a folder with {names}, and it is unclear which of them counts. Leave one zip file in "
                "it, or the files themselves.",
                names=listed(path.name for path in found),
            )
        )
    return zips[0], tuple(path.name for path in beside)


def _advice(names: Names, path: Path) -> str:
    """What to do with an archive or folder that holds uploads of several students."""
    inner: list[str] = []
    with suppress(OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
        if path.is_dir():
            inner = [inside.name for inside in path.iterdir()]
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                inner = [entry.filename.rstrip("/").rpartition("/")[2] for entry in members(archive)[0][:_MOST]]
    fitting = [name for name in inner if not ignored(name) and names.match(name) is not None]
    if not fitting:
        return ""
    return plural(
        "It contains {n} upload, such as {name}. Collect from it: {option}.",
        "It contains {n} uploads, such as {name}. Collect from it: {option}.",
        len(fitting),
        name=quoted(fitting[0]),
        option=f"--zip {path}",
    )


def _superseded(upload: str, reason: str) -> Message:
    return message("superseded by {upload}: {reason}", upload=upload, reason=reason)


def _collect_newest(course: Course, uploads: Sequence[Upload], account: _Account, ledger: Ledger) -> None:
    """Collect a student's newest readable upload of one assignment; report those it supersedes."""
    newest: Upload | None = None
    for named in sorted(uploads, key=lambda upload: upload.age, reverse=True):
        upload = named
        if newest is not None:
            why, sure = newest.newer_than(upload)
            if not sure and _digest(newest.path) == _digest(upload.path):
                why, sure = message("both have the same content"), True
            account.pass_over(upload, "superseded", _superseded(newest.shown, why))
            if not sure:
                account.warnings.append(
                    message(
                        "{student}, {assignment}: {reason}: {chosen}, which was chosen by its name, or {other}. Look "
                        "at both, and remove the one that does not count.",
                        student=upload.student,
                        assignment=upload.assignment,
                        reason=why,
                        chosen=newest.shown,
                        other=upload.shown,
                    )
                )
            continue
        try:
            upload = account.timed(named)
            reason = _is_collected(course, upload, ledger)
            if reason:
                account.pass_over(upload, "unchanged", reason)
            else:
                doubts = _collect_one(course, upload, account.times.name)
                account.collected.append(Collected(upload.student, upload.assignment, upload.time, upload.shown))
                account.passed += [
                    Entry(name, "taken", "", upload.student, upload.assignment) for name in upload.with_files
                ]
                account.warnings += [
                    message(
                        "{student}, {assignment}: {text}.",
                        student=upload.student,
                        assignment=upload.assignment,
                        text=text,
                    )
                    for text in doubts
                ]
            newest = named
            account.counted.append(upload)
        except GradkitError as error:
            account.refuse(upload, error.message)


def _is_collected(course: Course, upload: Upload, ledger: Ledger) -> str:
    """Why an upload need not be collected: it or a newer one was collected before; otherwise "".

    Raises:
        SubmissionRefused: what was collected before under this id is another person's.
    """
    target = course.submitted / upload.student / upload.assignment
    if not target.is_dir():
        return ""
    before = newest_time(course, upload.student, upload.assignment)
    notes = [read_note(course, student, upload.assignment) for student in ledger.ids(upload.student)]
    note = read_note(course, upload.id, upload.assignment)
    person = note.get("person")
    if person and upload.person and str(person).casefold() != upload.person.casefold():
        raise SubmissionRefused(
            two_people(upload.student, [(str(person), str(note.get("upload"))), (upload.person, upload.shown)])
        )
    if _digest(upload.path) in {each.get("sha256") for each in notes}:
        known = read_time(target)
        if upload.time is not None and (known is None or (upload.stated and known != upload.time)):
            write_time(target, upload.time)
            time = said(upload.time)
            if known is None:
                return message("it was collected before; now its time is known, {time}", time=time)
            return message("it was collected before; now its time is corrected, {time}", time=time)
        return message("it was collected before")
    if before and upload.time and upload.time <= before:
        return message("one from {time} was collected before", time=said(before))
    numbers = note.get("attempt")
    if upload.numbered and isinstance(numbers, list) and list(upload.numbers) < numbers:
        return message(
            "superseded by {upload}, which was collected before: its name has the higher number",
            upload=note.get("upload"),
        )
    return ""


def _digest(path: Path) -> str:
    """A hash of an upload's content: of the archive, or of a folder's names and the files that are kept.

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
                content = _file_digest(file) if ordinary and kept(file.name) else ""
                whole.update(repr((str(file.relative_to(path)), content)).encode())
        return whole.hexdigest()
    except OSError as error:
        raise SubmissionRefused(message("it cannot be read ({reason}).", reason=system_reason(error))) from error


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _collect_one(course: Course, upload: Upload, times: str) -> list[str]:
    """Collect an upload; returns doubts about its time, and what was left out."""
    refuse_by_rules(course, upload.student, upload.assignment, upload.time)
    with scratch(course, "zip") as work:
        target = work / "downloaded" / upload.assignment / "archive" / upload.student
        packed = None
        if upload.path.is_dir():
            left_out = copy_untrusted(upload.path, target, course.submission).left_out
            copied = (path for path in target.rglob("*") if path.is_file())
            left_out += tuple(path.relative_to(target).as_posix() for path in copied if not kept(path.name))
        else:
            unpacked = unpack(upload.path, target, course.submission)
            packed, left_out = unpacked.newest, (*unpacked.left_out, *upload.left_out)
        _zip_collect(course, upload, work)
        result = work / "submitted" / upload.student / upload.assignment
        if not result.is_dir():
            raise SubmissionRefused(
                message("it contains no file of an accepted kind ({endings}).", endings=" ".join(ENDINGS))
            )
        (result / TIME_FILE).unlink(missing_ok=True)  # written by the student
        refuse_worse(course, result, upload.student, upload.assignment)
        write_time(result, upload.time)
        take(course, result, upload.student, upload.assignment)
    facts = {"upload": upload.shown, "person": upload.person, "sha256": _digest(upload.path)}
    write_note(
        note_path(course, upload.id, upload.assignment),
        facts | ({"attempt": list(upload.numbers)} if upload.numbered else {}),
    )
    return [*_doubts(course, upload, packed, times), *not_kept(course, upload.assignment, left_out)]


def _doubts(course: Course, upload: Upload, packed: datetime | None, times: str) -> Iterator[str]:
    """Doubts about its time, which is the platform's unless the student chose the name."""
    if upload.time is None:
        return
    where = times or message("its name")
    yield from impossible(where, upload.time, due_of(course, upload.assignment))
    if packed is not None and packed > upload.time + _ZONES:
        yield message(
            "{where} says {time}, but a file in it is from {packed} by the student's clock. Check that this time is "
            "your platform's",
            where=where,
            time=said(upload.time),
            packed=f"{packed:%Y-%m-%d %H:%M:%S}",
        )


def _about_times(course: Course, account: _Account, handed_in: HandInTimes) -> Iterator[str]:
    """Warnings on unknown times, and on a platform that calls other submissions late than the course does."""
    yield from (
        message("{path}: {name} has a time, but no upload.", path=handed_in.name, name=whose)
        for whose in handed_in.unused
    )
    groups: defaultdict[tuple[str, Message], list[str]] = defaultdict(list)
    for upload in account.counted:
        if kind := _about_time(course, upload, handed_in.name):
            groups[upload.assignment, kind].append(upload.student)
    for (assignment, kind), students in sorted(groups.items()):
        text = Message(kind.id, {"students": ", ".join(sorted(students)), "times": handed_in.name})
        yield message("{assignment}: {text}", assignment=assignment, text=text)


def _about_time(course: Course, upload: Upload, times: str) -> Message | None:
    """What to look at in an upload's time, a sentence with fields for students and times; None if there is nothing."""
    time = upload.time or read_time(course.submitted / upload.student / upload.assignment)
    if time is None:
        if upload.late:
            return message(
                "late, says the platform, but not by how much, so not counted as late: {students}. Give the times with "
                "--times FILE (columns student and time), and collect again."
            )
        return message("without a time in {times}, so never late: {students}.") if times else None
    with suppress(CourseError):
        due = due_for(course, upload.student, upload.assignment)
        if upload.late is not None and upload.late != (time > due):
            if upload.late:
                return message(
                    "late for the platform, but in time here: {students}. The time here counts; compare due times and "
                    "extensions with the platform's."
                )
            return message(
                "in time for the platform, but late here: {students}. The time here counts; compare due times and "
                "extensions with the platform's."
            )
    return None


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
            raise SubmissionRefused(
                message("nbgrader could not collect it: {reason}.", reason="; ".join(said) or error)
            ) from error

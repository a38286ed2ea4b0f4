"""Unpack a zip file that a student uploaded, without trusting it.

An archive's own sizes, counts and names are only claims. Names are checked before anything is written, and bytes are
counted as they leave the decompressor, so that a small file cannot become a large one.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from gradkit.course.course import SubmissionLimits
from gradkit.errors import SubmissionRefused
from gradkit.ids import composed, quoted
from gradkit.intake.files import Budget, check_name
from gradkit.intake.policy import (
    ENDINGS,
    TIME_FILE,
    archived,
    bytes_allowed,
    ignored,
    kept,
    limits_in_words,
    listed,
    wrapper,
)
from gradkit.intake.zip_names import members
from gradkit.messages import Message, message, sentences

_CHUNK = 64 * 1024
_BLOCK = 1 << 20
_WEIGHT = 50  # an archive's size limit as a multiple of the submission's, to allow for files that are left out
_ENTRY = b"PK\x01\x02"  # the signature of an entry in a zip file's directory
_ENTRIES_PER_FILE = 1000  # directory entries accepted for each file allowed
_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True)
class Unpacked:
    """The result of unpacking an archive.

    Attributes:
        newest: the newest time of its files, by an unknown clock, taken as UTC; None if none has a time.
        left_out: files that were not unpacked because they are not of an accepted kind.
    """

    newest: datetime | None
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class UnpackedDownload:
    """The result of unpacking a download.

    Attributes:
        refused: name at the top of the archive -> why nothing of it was unpacked.
        as_gbk: one of its names, if they do not say their encoding and were read as GBK; otherwise "".
    """

    refused: Mapping[str, str]
    as_gbk: str


def unpack(archive: Path, target: Path, limits: SubmissionLimits) -> Unpacked:
    """Unpack ``archive`` into the new folder ``target``.

    A single folder around everything is removed; what `gradkit.intake.policy` excludes is left out.

    Raises:
        SubmissionRefused: the archive is broken, encrypted or too large, or holds a link, a path that leads outside,
            or no file of an accepted kind.
    """
    try:
        if archive.is_symlink() or not archive.is_file():
            raise SubmissionRefused(message("it is not a regular file."))
        _check_directory_size(archive, limits)
        with zipfile.ZipFile(archive) as opened:
            budget = Budget(limits)
            found = dict(_checked(members(opened)[0], budget))
            if not found:
                raise SubmissionRefused(_nothing(budget.left_out))
            top = wrapper(map(str, found))
            target.mkdir(parents=True)
            for path, member in found.items():
                place = str(path).removeprefix(top)
                if place != TIME_FILE:  # written by the student
                    _unpack_one(opened, member, target / place, budget, str(path))
            return Unpacked(_newest(found.values()), tuple(budget.left_out))
    except SubmissionRefused:
        raise
    except NotImplementedError as error:
        raise SubmissionRefused(
            message("its compression is not supported ({error}). Pack it again as .zip.", error=error)
        ) from error
    # What zipfile and its decompressors raise for corrupt data.
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OSError) as error:
        raise SubmissionRefused(
            message("it is not a readable zip file ({error}). Pack it again as .zip.", error=Message(str(error)))
        ) from error


def unpack_download(archive: Path, target: Path, limits: SubmissionLimits) -> UnpackedDownload:
    """Unpack a platform's download of many submissions into the new folder ``target``.

    Students' own archives stay packed. A file of another kind, which no submission keeps, is only created.

    Args:
        archive: the download.
        target: the folder to make.
        limits: of one submission.

    Raises:
        SubmissionRefused: it is broken, or a path leads outside.
        OSError: there is no room.
    """
    refused: dict[str, str] = {}
    try:
        with zipfile.ZipFile(archive) as opened:
            target.mkdir(parents=True)
            found, as_gbk = members(opened)
            for member in found:
                top = composed(member.filename.replace("\\", "/").partition("/")[0])
                try:
                    _unpack_upload(opened, member, target, limits)
                except SubmissionRefused as error:
                    refused.setdefault(top, error.message)
                except (NotImplementedError, RuntimeError, zlib.error, EOFError) as error:
                    refused.setdefault(top, str(error))
    except (zipfile.BadZipFile, ValueError) as error:
        raise SubmissionRefused(
            message("it is not a readable zip file ({error}). Download it again.", error=Message(str(error)))
        ) from error
    for entry in target.iterdir():
        if entry.name in refused:
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    return UnpackedDownload(refused, as_gbk)


def _unpack_upload(opened: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, limits: SubmissionLimits) -> None:
    """Unpack one file of a download, with its time."""
    path = _path(member.filename)
    if path is None or member.is_dir():
        return
    if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG):
        raise SubmissionRefused(message("{name} is not a regular file.", name=quoted(member.filename)))
    packed = path.name.casefold().endswith(".zip")
    place = target / path
    place.parent.mkdir(parents=True, exist_ok=True)
    budget = Budget(replace(limits, megabytes=limits.megabytes * _WEIGHT, file_megabytes=limits.megabytes * _WEIGHT))
    if packed or kept(path.name):
        try:
            _unpack_one(opened, member, place, budget, str(path))
        except FileExistsError:
            raise SubmissionRefused(message("{name} is in it twice.", name=quoted(member.filename))) from None
    else:
        place.touch()
    with suppress(ValueError, OverflowError):  # such as month 0
        seconds = datetime(*member.date_time).timestamp()  # in local time, as unzip sets it
        os.utime(place, (seconds, seconds))


def _check_directory_size(archive: Path, limits: SubmissionLimits) -> None:
    """Check an archive's size and number of entries before zipfile makes an object for each entry.

    An archive may be larger than what may be unpacked of it: an environment may be packed with the work.
    """
    size, most = archive.stat().st_size, bytes_allowed(limits.megabytes)
    if size > most * _WEIGHT or (size > most and not zipfile.is_zipfile(archive)):
        raise SubmissionRefused(message("it is too large; allowed: {limits}.", limits=limits_in_words(limits)))
    entries, end = 0, b""
    with archive.open("rb") as file:
        while chunk := file.read(_BLOCK):
            entries += (end + chunk).count(_ENTRY)
            end = chunk[1 - len(_ENTRY) :]
    if entries > limits.files * _ENTRIES_PER_FILE:
        raise SubmissionRefused(
            message("it contains too many files; allowed: {limits}.", limits=limits_in_words(limits))
        )


def _checked(entries: Iterable[zipfile.ZipInfo], budget: Budget) -> Iterator[tuple[PurePosixPath, zipfile.ZipInfo]]:
    """The files to unpack, with their paths."""
    seen: set[str] = set()
    folders: set[str] = set()
    for member in entries:
        if (path := _path(member.filename)) is None:
            continue
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            name = quoted(member.filename)
            raise SubmissionRefused(
                message("{name} is a link. Pack the file itself.", name=name)
                if kind == stat.S_IFLNK
                else message("{name} is not a regular file. Pack the file itself.", name=name)
            )
        if member.flag_bits & 0x1:
            raise SubmissionRefused(
                message("{name} is encrypted. Pack it without a password.", name=quoted(member.filename))
            )
        if member.is_dir():
            continue
        budget.add_entry()
        name = str(path).casefold()  # some file systems ignore case
        if name in seen:
            raise SubmissionRefused(message("{name} is in it twice.", name=quoted(member.filename)))
        seen.add(name)
        folders.update(str(parent).casefold() for parent in path.parents)
        if kept(path.name):
            budget.add_file(str(path))
            yield path, member
        else:
            budget.left_out.append(str(path))
    for name in sorted(seen & folders):
        raise SubmissionRefused(message("{name} is in it both as a file and as a folder.", name=quoted(name)))


def _nothing(left_out: Sequence[str]) -> str:
    """Why an archive without an accepted file is refused, with what it contains."""
    return sentences(
        message(
            "it contains no file of an accepted kind ({endings}); found: {found}.",
            endings=" ".join(ENDINGS),
            found=listed(left_out) or message("nothing"),
        ),
        message("An archive inside it is not unpacked: pack the files themselves.")
        if any(map(archived, left_out))
        else "",
    )


def _path(name: str) -> PurePosixPath | None:
    """A member's path in composed Unicode, checked to stay inside; None if submissions do not include such files."""
    slashed = name.replace("\\", "/")  # as some Windows programs write it
    parts = slashed.rstrip("/").split("/")
    if slashed.startswith("/") or _DRIVE.match(slashed) or ".." in parts:
        raise SubmissionRefused(
            message(
                "the name {name} leads out of the archive. Pack the files again, from their folder.",
                name=quoted(name),
            )
        )
    parts = [part for part in parts if part != "."]
    if any(map(ignored, parts)):
        return None
    for part in parts:
        check_name(part)
    if not parts or len(parts) > 20:
        raise SubmissionRefused(message("the name {name} is empty or nested too deep.", name=quoted(name)))
    return PurePosixPath(composed("/".join(parts)))


def _newest(entries: Iterable[zipfile.ZipInfo]) -> datetime | None:
    times = []
    for member in entries:
        with suppress(ValueError):  # such as month 0
            times.append(datetime(*member.date_time, tzinfo=UTC))
    return max(times, default=None)


def _unpack_one(opened: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, budget: Budget, name: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with opened.open(member) as source, target.open("xb") as copy:
        while chunk := source.read(_CHUNK):
            budget.add_bytes(len(chunk), name)
            copy.write(chunk)

"""End a term and begin the next: archive everything it produced, then set new due times and a new secret.

Nothing is removed before its copy in the archive is complete, compared and written to disk. Then each file is removed
only if it is still what was copied; anything newer stays. The archive lists what is still to be done, so the next run
finishes a killed one.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import stat
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gradkit.course import Course
from gradkit.errors import CourseError, UsageError
from gradkit.messages import message
from gradkit.temporary import TemporaryFolder, replacing, system_reason
from gradkit.term import groups

FOLDER = "terms"
_MADE = (
    "submitted",
    "attempts",
    "term",
    groups.FILE,
    "autograded",
    "feedback",
    "results",
    "report",
    ".gradkit",
)  # of the term, besides the gradebook
_KEPT = ("release", "course.toml", "assignments", "autograder/hidden")  # archived, but not removed
_EXCHANGE = {"inbound": True, "feedback": True, "outbound": False}  # whether it is emptied
_MANIFEST = "MANIFEST.json"
_UNFINISHED = "UNFINISHED.json"
_SERVERS = "gradebook-server.db"  # the gradebook of a server, as an SQLite file
_DUE = re.compile(r"^(due\s*=\s*)([^#\n]*?)([ \t]*(?:#.*)?)$", re.MULTILINE)


@dataclass(frozen=True)
class NewTerm:
    """The result of beginning a new term.

    Attributes:
        archive: the folder with the old term.
        files: the number of files in it.
        due: the new due time of each assignment.
        left: what was not removed, one sentence each.
    """

    archive: Path
    files: int
    due: Mapping[str, datetime]
    left: tuple[str, ...]


def unfinished(course: Course) -> Path | None:
    """The archive of a term whose end was interrupted, or None."""
    return next((path.parent for path in sorted((course.root / FOLDER).glob(f"*/{_UNFINISHED}"))), None)


def new_term(course: Course, name: str, due: Mapping[str, datetime], tell: Callable[[str], object]) -> NewTerm:
    """Archive the old term as ``terms/<name>``, and begin a new one.

    Args:
        course: the course.
        name: the archive's name.
        due: the new due time of each assignment, with its zone.
        tell: called with each step's name.

    Raises:
        UsageError: an archive of this name exists, or an assignment has no due time.
        CourseError: an ``assignment.toml`` has no line with its due time that can be changed.
        OSError: the archive cannot be written; nothing was removed.
    """
    archive = course.root / FOLDER / name
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name):
        raise UsageError(
            message('--name "{name}": use letters, digits and, after the first, _ . - as in 2026-autumn.', name=name)
        )
    if archive.exists():
        raise UsageError(
            message("{path}: already exists, and an archive is never overwritten. Choose another --name.", path=archive)
        )
    missing = [assignment for assignment in course.assignment_ids if assignment not in due]
    if missing:
        raise UsageError(
            message(
                "No new due time for {assignments}. Give --shift-days N, or --due HW=TIME for each.",
                assignments=", ".join(missing),
            )
        )
    for assignment in course.assignment_ids:
        _with_due(course, assignment, due[assignment])  # fail before anything is changed
    archive.parent.mkdir(mode=0o700, exist_ok=True)
    with TemporaryFolder(".new", archive.parent) as work:
        new = work / "term"
        new.mkdir(mode=0o700)
        tell(message("copying"))
        manifest: dict[str, str] = {}
        for label, place in _places(course):
            manifest |= _copy(place, new / label, label)
        manifest |= _copy_server(course, new)
        tell(message("comparing"))
        _compare(new, manifest)
        todo = {
            "due": {assignment: time.isoformat() for assignment, time in due.items()},
            "secret": secrets.token_hex(32),
        }
        for title, data in ((_MANIFEST, manifest), (_UNFINISHED, todo)):
            (new / title).write_text(json.dumps(data, indent=1), encoding="utf-8")
        os.sync()
        new.rename(archive)
    return finish_term(course, archive, tell)


def finish_term(course: Course, archive: Path, tell: Callable[[str], object]) -> NewTerm:
    """Remove what the archive holds, then set due times and secret. Run again, it does the rest."""
    manifest = json.loads((archive / _MANIFEST).read_text(encoding="utf-8"))
    todo = json.loads((archive / _UNFINISHED).read_text(encoding="utf-8"))
    due = {assignment: datetime.fromisoformat(time) for assignment, time in todo["due"].items()}
    tell(message("removing what is in the archive"))
    left: list[str] = []
    for label, place in _places(course):
        if _is_emptied(label):
            stuck, changed = _remove(place, label, manifest)
            half = not place.exists() and _aside(place, archive.name).is_dir()
            if label == "exchange/inbound" and (half or (stuck and not changed)):
                stuck = [_set_aside(place, archive.name)]
            left += stuck + changed
    left += _empty_server(course, archive)
    tell(message("setting due times and secret"))
    for assignment in course.assignment_ids:
        if assignment in due:
            with replacing(course.source(assignment) / "assignment.toml") as file:
                file.write_text(_with_due(course, assignment, due[assignment]), encoding="utf-8")
    secret = course.root / "autograder" / "hidden" / "secret.txt"
    with replacing(secret) as file:
        file.write_text(todo["secret"] + "\n", encoding="utf-8")
    (archive / _UNFINISHED).unlink()
    return NewTerm(archive, len(manifest), due, tuple(left))


def _places(course: Course) -> Iterator[tuple[str, Path]]:
    """(name in the archive, path) of everything to archive."""
    databases = sorted(path.name for path in course.root.glob("gradebook.db*"))
    for name in (*_MADE, *databases, *_KEPT):
        yield name, course.root / name
    for name in _EXCHANGE:
        yield f"exchange/{name}", course.exchange / course.id / name


def _is_emptied(label: str) -> bool:
    return label not in _KEPT and _EXCHANGE.get(label.removeprefix("exchange/"), True)


def _files(place: Path) -> Iterator[Path]:
    """Every non-folder at or below a path; links are not followed."""
    if place.is_symlink() or not place.is_dir():
        if place.is_symlink() or place.exists():
            yield place
        return
    for folder, names, files in os.walk(place, onerror=_fail):
        links = [name for name in names if (Path(folder) / name).is_symlink()]
        yield from (Path(folder) / name for name in sorted([*files, *links]))


def _fail(error: OSError) -> None:
    raise error


def _copy(place: Path, to: Path, label: str) -> dict[str, str]:
    """Copy a file or a tree, empty folders included; returns name in the archive -> content (see `_what`)."""
    found: dict[str, str] = {}
    if place.is_dir() and not place.is_symlink():
        for folder, names, _ in os.walk(place):
            here = to / Path(folder).relative_to(place)
            here.mkdir(parents=True, exist_ok=True)
            for name in names:
                if not (Path(folder) / name).is_symlink():
                    (here / name).mkdir(exist_ok=True)
    for path in _files(place):
        target = to / path.relative_to(place)
        target.parent.mkdir(parents=True, exist_ok=True)
        found[_name(label, place, path)] = what = _what(path)
        if what.startswith("sha256 "):
            shutil.copy2(path, target, follow_symlinks=False)
        elif what.startswith("link "):
            target.symlink_to(what.removeprefix("link "))
    return found


def _copy_server(course: Course, to: Path) -> dict[str, str]:
    """Copy a server's gradebook into a file of the archive, if there is one; returns the same as `_copy`.

    Raises:
        GradebookUnavailable: it cannot be read.
    """
    if course.server is None:
        return {}
    from gradkit.gradebook.copying import copy_gradebook
    from gradkit.gradebook.reading import in_use

    if not in_use(course):
        return {}
    copy_gradebook(course, to / _SERVERS)
    return {_SERVERS: _what(to / _SERVERS)}


def _empty_server(course: Course, archive: Path) -> list[str]:
    """Empty the server's gradebook if it equals the archive's; otherwise a sentence.

    Raises:
        GradebookUnavailable: it cannot be changed.
    """
    if course.server is None or not (archive / _SERVERS).is_file():
        return []
    from gradkit.gradebook.copying import empty_gradebook

    if empty_gradebook(course, archive / _SERVERS):
        return []
    return [
        message("{place}: was changed while the term was archived; it has been kept.", place=course.gradebook_place)
    ]


def _name(label: str, place: Path, path: Path) -> str:
    """A path's name in the manifest; names that are not UTF-8 as Python represents them."""
    return f"{label}/{path.relative_to(place).as_posix()}".removesuffix("/.")


def _what(path: Path) -> str:
    """A path's content in the manifest: a hash, a link's target, or a special file's type."""
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        return f"link {path.readlink()}"
    if not stat.S_ISREG(status.st_mode):
        return f"special {stat.filemode(status.st_mode)[0]}"
    with path.open("rb") as file:
        return f"sha256 {hashlib.file_digest(file, 'sha256').hexdigest()}"


def _compare(archive: Path, manifest: Mapping[str, str]) -> None:
    """Check that the copies equal the originals.

    Raises:
        UsageError: something changed in the meantime.
    """
    for name, what in manifest.items():
        if not what.startswith("special ") and _what(archive / name) != what:
            raise UsageError(
                message(
                    "{name} was changed while it was archived. Nothing was removed. Stop what writes there and try "
                    "again.",
                    name=name,
                )
            )


def _remove(place: Path, label: str, manifest: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Remove what is in the archive, and folders that become empty.

    Returns:
        A sentence for each file that cannot be removed, and one for each that differs from the archive.
    """
    stuck, changed = list[str](), list[str]()
    for path in list(_files(place)):
        try:
            if manifest.get(_name(label, place, path)) == _what(path):
                path.unlink()
            else:
                changed.append(
                    message("{path}: was added or changed while the term was archived; it has been kept.", path=path)
                )
        except OSError as error:
            stuck.append(
                message(
                    "{path}: is in the archive, but cannot be removed here ({error}).",
                    path=path,
                    error=system_reason(error),
                )
            )
    keep = label.startswith("exchange/")
    for folder, _, _ in os.walk(place, topdown=False):
        if not (keep and Path(folder) == place):  # students need the folder, with its permissions
            with suppress(OSError):  # not empty
                Path(folder).rmdir()
    return stuck, changed


def _aside(inbound: Path, name: str) -> Path:
    return inbound.with_name(f"inbound-{name}")


def _set_aside(inbound: Path, name: str) -> str:
    """Replace an inbound folder whose files belong to students by an empty one; says where the old one is."""
    aside, new = _aside(inbound, name), inbound.with_name(f".inbound-{name}")
    if inbound.exists():  # else a run was stopped here
        inbound.rename(aside)
    new.mkdir(exist_ok=True)
    new.chmod(stat.S_IMODE(aside.stat().st_mode))
    new.rename(inbound)
    return message(
        "{path}: is in the archive, but this account cannot remove all of it. Nothing reads it any more.", path=aside
    )


def _with_due(course: Course, assignment: str, due: datetime) -> str:
    """The text of an ``assignment.toml`` with another due time, and nothing else changed.

    Raises:
        CourseError: it has no line that can be changed.
    """
    path = course.source(assignment) / "assignment.toml"
    course.assignment(assignment)
    text = path.read_text(encoding="utf-8-sig")
    head, bracket, rest = text.partition("\n[")  # a key before the first table
    time = due.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    changed = _DUE.sub(rf"\g<1>{time}\g<3>", head, count=1) + bracket + rest
    if tomllib.loads(changed) != {**tomllib.loads(text), "due": due.astimezone(UTC).replace(microsecond=0)}:
        raise CourseError(
            message("{path}: due: cannot be changed. Write it on one line: due = {time}", path=path, time=time)
        )
    return changed

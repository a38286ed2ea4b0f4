"""Collect from the repositories of a Classroom 50 classroom, which are found from its files and the course's roster.

Sources: in foundation50/classroom50 the schemas ``classroom-v1`` and ``assignments-v1``, the workflow
``publish-pages.yaml`` and the wiki's "How Classroom 50 Works". The workflow publishes ``classroom.json`` and
``assignments.json`` at ``https://ORG.github.io/classroom50/CLASSROOM/``, for an unlisted classroom below that in a
folder named after its secret. ``roster.csv`` is not published. A student's repository is named
``CLASSROOM-ASSIGNMENT-USERNAME``.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import time
import urllib.error
import urllib.request
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from gradkit.collect.collected import CollectReport, Refused
from gradkit.collect.repositories import collect_repositories
from gradkit.collect.repository_list import Row
from gradkit.course import Course
from gradkit.course.roster import Person, read_roster
from gradkit.csv_tables import read_table
from gradkit.errors import UsageError
from gradkit.ids import quoted, slug
from gradkit.messages import message
from gradkit.temporary import system_reason

_PATIENCE = 30  # seconds for one file
_LARGEST = 10 << 20  # bytes of one file
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,99}")
_STAFF = ("teacher", "hta", "ta")


@dataclass(frozen=True)
class Classroom:
    """A classroom as its files describe it.

    Attributes:
        organization: the GitHub organization.
        short_name: the classroom's name in addresses.
        modes: an assignment's slug -> ``individual``, ``group`` or another mode.
        usernames: GitHub names of the students in its own roster; empty if that is not at hand.
    """

    organization: str
    short_name: str
    modes: Mapping[str, str]
    usernames: tuple[str, ...] = ()

    def repository(self, assignment: str, username: str) -> str:
        """The address of a student's repository of an assignment, given by its slug."""
        server = os.environ.get("GITHUB_SERVER_URL") or "https://github.com"
        name = f"{self.short_name}-{assignment}-{username}".lower()
        return f"{server.rstrip('/')}/{self.organization}/{name}.git"


def collect_classroom50(
    course: Course,
    classroom: str,
    roster: Path,
    assignment_ids: Collection[str] | None = None,
    until: datetime | None = None,
    branch: str | None = None,
    pushes: Path | None = None,
) -> CollectReport:
    """Collect from the students' repositories of a classroom; see `collect_repositories`.

    Args:
        course: the course.
        classroom: ORG/CLASSROOM (ORG/CLASSROOM/SECRET if it is unlisted), the URL of its published files, or its
            folder in a copy of the configuration repository, whose ``roster.csv`` is then compared with ``roster``.
        roster: who is who: a CSV file with the columns ``student`` and ``github``; see `course.roster`.
        assignment_ids: only these; None: all that the classroom has.
        until: the deadline; None: the newest commit counts.
        branch: the branch; None: each repository's default.
        pushes: the server's record of pushes.

    Returns:
        The report, in which students of the classroom that the roster lacks are refused by their GitHub names.

    Raises:
        UsageError: a file of the classroom or the roster cannot be read, or has none of the assignments.
    """
    people = [person for person in read_roster(roster).values() if person.github]
    if not people:
        raise UsageError(
            message('{roster}: nobody has a GitHub name. Give it the columns "student" and "github".', roster=roster)
        )
    found = read_classroom(classroom)
    wanted = [name for name in course.assignment_ids if assignment_ids is None or name in assignment_ids]
    lacking = [name for name in wanted if slug(name) not in found.modes]
    shared = [name for name in wanted if found.modes.get(slug(name), "individual") != "individual"]
    chosen = [name for name in wanted if name not in (*lacking, *shared)]
    if not chosen or (assignment_ids is not None and lacking):
        raise UsageError(
            message(
                "{classroom}: no individual assignment is called {names} (it has: {known}). Give the "
                "assignment that name in Classroom 50, or list the repositories with --git FILE.",
                classroom=classroom,
                names=", ".join(map(slug, lacking or wanted)),
                known=", ".join(found.modes) or message("none"),
            )
        )
    report = collect_repositories(course, _rows(found, people, chosen), chosen, until, branch, pushes)
    warnings = [
        message(
            "{assignment}: a group's repository belongs to several students; list these with --git FILE.",
            assignment=name,
        )
        for name in shared
    ]
    return replace(
        report,
        refused=(*report.refused, *_unknown(found, people, roster)),
        warnings=(*report.warnings, *warnings),
    )


def _rows(classroom: Classroom, people: Sequence[Person], assignments: Sequence[str]) -> list[Row]:
    return [
        Row(person.student, classroom.repository(slug(name), person.github), name, person.student)
        for person in people
        for name in assignments
    ]


def _unknown(classroom: Classroom, people: Sequence[Person], roster: Path) -> Iterator[Refused]:
    """The students of the classroom whom the roster does not know."""
    known = {person.github.lower() for person in people}
    for name in classroom.usernames:
        if name.lower() not in known:
            yield Refused(
                quoted(name),
                message(
                    "{path} has no line with this GitHub name, so it is not known who this is. Add student and github.",
                    path=roster,
                ),
                understood=False,
            )


def read_classroom(where: str) -> Classroom:
    """Read a classroom's files from GitHub Pages, from a URL or from a folder; see `collect_classroom50`.

    Raises:
        UsageError: they cannot be read, or are not of the format that this version knows.
    """
    base = _address(where)
    about = _document(base, "classroom.json", "classroom50/classroom/v1")
    listed = _document(base, "assignments.json", "classroom50/assignments/v1").get("assignments")
    names = [about.get("org"), about.get("short_name")]
    entries = [entry if isinstance(entry, dict) else {} for entry in (listed if isinstance(listed, list) else [None])]
    for name in (*names, *(entry.get("slug") for entry in entries)):
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise UsageError(
                message(
                    "{base}: the names in classroom.json (org, short_name) and assignments.json (slug) should be "
                    "letters, digits and hyphens; found {name}. Correct it in Classroom 50.",
                    base=base,
                    name=_shown(name),
                )
            )
    modes = {entry["slug"]: str(entry.get("mode")) for entry in entries}
    return Classroom(str(names[0]), str(names[1]), modes, () if "://" in base else _usernames(Path(base)))


def _usernames(folder: Path) -> tuple[str, ...]:
    """The students of a ``roster.csv`` in the folder; staff and people who have not accepted have no place here."""
    path = folder / "roster.csv"
    if not path.is_file():
        return ()
    table = read_table(path)
    table.column("username")
    rows = [row for _, row in table.numbered() if table.get(row, "role").lower() not in _STAFF]
    return tuple(name for row in rows if (name := table.get(row, "username")))


def _address(where: str) -> str:
    """The URL or folder of a classroom's files, without a slash at the end."""
    if re.match("https?://", where) or (where and Path(where).is_dir()):
        return where.rstrip("/")
    parts = where.split("/")
    if len(parts) not in (2, 3) or not all(map(_NAME.fullmatch, parts)):
        raise UsageError(
            message(
                "{where} is not a classroom. Give ORG/CLASSROOM (ORG/CLASSROOM/SECRET if it is unlisted), a "
                "URL, or its folder in a copy of the configuration repository.",
                where=quoted(where),
            )
        )
    return f"https://{parts[0]}.github.io/classroom50/{'/'.join(parts[1:])}"


def _document(base: str, name: str, schema: str) -> dict[str, Any]:
    place = f"{base}/{name}"
    data = _download(place) if "://" in base else _read_file(Path(place))
    if len(data) > _LARGEST:
        raise UsageError(
            message("{place}: it is larger than {largest} MiB. Check the address.", place=place, largest=_LARGEST >> 20)
        )
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise UsageError(
            message(
                "{place}: it is not JSON; it begins with {text}. Check the address.",
                place=place,
                text=_shown(data[:40]),
            )
        ) from None
    if not isinstance(found, dict) or found.get("schema") != schema:
        said = found.get("schema") if isinstance(found, dict) else found
        raise UsageError(
            message(
                '{place}: its schema is {found}; this version of gradkit reads "{schema}". Update gradkit, '
                "or list the repositories with --git FILE.",
                place=place,
                found=_shown(said),
                schema=schema,
            )
        )
    return found


def _shown(value: object) -> str:
    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    return message("missing") if value is None else quoted(text[:80])


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(
            message(
                "{path}: cannot be read ({reason}). Give the classroom's folder in a copy of the "
                "configuration repository.",
                path=path,
                reason=system_reason(error),
            )
        ) from None


def _reason(error: Exception) -> object:
    """Why an address cannot be read, in the system's words if it failed."""
    reason = getattr(error, "reason", error)
    return system_reason(reason) if isinstance(reason, OSError) and reason.strerror else reason


def _download(url: str) -> bytes:
    """At most one byte more than allowed from a URL."""
    end = time.monotonic() + _PATIENCE
    data = bytearray()
    try:
        with urllib.request.urlopen(url, timeout=_PATIENCE) as answer:  # noqa: S310 - http or https, see _address
            while len(data) <= _LARGEST and (part := answer.read1(1 << 16)):
                data += part
                if time.monotonic() > end:
                    raise TimeoutError(message("not complete after {seconds} seconds", seconds=_PATIENCE))
            return bytes(data)
    except urllib.error.HTTPError as error:
        raise UsageError(
            message(
                "{url}: the server answers {code} ({reason}). Check the name: an unlisted classroom is given "
                "as ORG/CLASSROOM/SECRET, and a new one is there once its workflow Publish Pages has run.",
                url=url,
                code=error.code,
                reason=error.reason,
            )
        ) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise UsageError(
            message(
                "{url}: cannot be read ({reason}). Check the network, or give the classroom's folder in a "
                "copy of the configuration repository instead.",
                url=url,
                reason=_reason(error),
            )
        ) from None

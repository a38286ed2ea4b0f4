"""Store records atomically, and compute the keys that identify what a record was made from.

Equal keys mean equal results, so unchanged work is not graded again.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

import gradkit
from gradkit.course import Course
from gradkit.course.hashing import hash_tree
from gradkit.errors import GradkitError
from gradkit.grading.record import Record, from_json, to_json
from gradkit.messages import message
from gradkit.temporary import advice_on, replacing, system_reason

# The packages and modules of gradkit that a record depends on.
DECIDES = (
    "bank",
    "bans",
    "check/cells.py",
    "conditions",
    "course",
    "diagnosis",
    "errors.py",
    "grading",
    "ids.py",
    "intake",
    "jail",
    "messages.py",
    "reader",
    "sandbox",
    "suite",
    "text.py",
    "wire",
    "worker",
)


def write_record(record: Record, path: Path) -> None:
    """Write a record to ``path``.

    Raises:
        GradkitError: the record cannot be written; a file at ``path`` is unchanged.
    """
    try:
        with replacing(path) as new:
            new.write_text(to_json(record), encoding="utf-8", errors="replace")
    except OSError as error:
        advice = advice_on(error) or message("Make the folder writable.")
        raise GradkitError(
            message(
                "{path}: the record cannot be written ({reason}). {advice}",
                path=path,
                reason=system_reason(error),
                advice=advice,
            )
        ) from error


def read_record(path: Path) -> Record | None:
    """The record at ``path``, or None if this version cannot read one there."""
    try:
        return from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def read_records(results: Path) -> Iterator[Record]:
    """Every record below ``results``, by student and assignment."""
    for path in sorted(results.glob("*/*.json")):
        record = read_record(path)
        if record is not None:
            yield record


def is_current(record: Record | None, key: Mapping[str, str]) -> bool:
    """Whether a record has exactly this key, so the submission need not be graded again."""
    return record is not None and record.status == "graded" and dict(record.key) == dict(key)


@cache
def versions() -> Mapping[str, str]:
    """The versions that a result depends on, by package."""
    return {"gradkit": gradkit.__version__, "python": platform.python_version(), "torch": version("torch")}


def suite_keys(course: Course, assignment_id: str) -> dict[str, str]:
    """Hashes of the suite (with mistakes bank and secret), the reference (with the students' materials) and the engine.

    The students' materials are the stub, ``assignment.toml``, the handout and the stated environment.
    """
    handout = course.release(assignment_id) / course.assignment(assignment_id).notebook
    given = hashlib.sha256(handout.read_bytes()).hexdigest() if handout.is_file() else ""
    given += repr(course.environment)  # messages name it
    return {
        "suite": hash_tree(course.hidden(assignment_id), extra=course.secret, unused=("accepted", "accepted.py")),
        "reference": hash_tree(course.source(assignment_id), endings=(".py", ".toml"), extra=given),
        "engine": engine_key(),
    }


@cache
def engine_key() -> str:
    """A hash of the packages of gradkit that decide a grade, and of the versions that they run on."""
    return hash_engine(Path(gradkit.__file__).parent)


def hash_engine(package: Path) -> str:
    """Compute `engine_key` for the gradkit in a folder; changes to pages or commands do not affect it."""
    hashes = [hash_tree(package / name, endings=(".py", ".txt")) for name in DECIDES]
    return hashlib.sha256(repr([hashes, sorted(versions().items())]).encode()).hexdigest()

"""Records on disk: written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from gradkit.errors import GradkitError
from gradkit.grading.record import Record, from_json, to_json
from gradkit.temporary import advice_on, replacing


def write_record(record: Record, path: Path) -> None:
    """Write a record to ``path``.

    Raises:
        GradkitError: the disk does not take it; what stood at ``path`` is untouched.
    """
    try:
        with replacing(path) as new:
            new.write_text(to_json(record), encoding="utf-8", errors="replace")
    except OSError as error:
        advice = advice_on(error) or "See that the folder can be written."
        raise GradkitError(f"{path}: the record cannot be written ({error.strerror}). {advice}") from error


def read_record(path: Path) -> Record | None:
    """The record at ``path``, or None where there is none that this version can read."""
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
    """Whether a record was made from exactly what ``key`` names and need not be made again."""
    return record is not None and record.status == "graded" and dict(record.key) == dict(key)

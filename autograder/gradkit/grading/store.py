"""Records on disk: written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from gradkit.errors import GradkitError
from gradkit.grading.record import Record, from_json, to_json


def write_record(record: Record, path: Path) -> None:
    """Write a record to ``path`` by way of a temporary file and a rename.

    Raises:
        GradkitError: the disk does not take it; what stood at ``path`` is untouched.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
                file.write(to_json(record))
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise GradkitError(f"{path}: the record cannot be written ({error.strerror}). Is the disk full?") from error


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

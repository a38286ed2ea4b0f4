"""The owners and times of change that the file system records for a folder in the exchange.

A student chooses every name and every byte in it, and can set the modification time (``utime``). Only root can set a
file's owner or its time of change (``ctime``).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gradkit.course.course import SubmissionLimits
from gradkit.intake.policy import SEEN, ignored


@dataclass(frozen=True)
class Traces:
    """The owners and times of a folder and everything in it.

    Attributes:
        owners: the user ids that own its entries, the folder itself included.
        changed: the newest time of change among them, in UTC.
    """

    owners: frozenset[int]
    changed: datetime

    @classmethod
    def of(cls, entries: Sequence[os.stat_result]) -> Traces:
        """The traces of these entries, at least one."""
        changed = datetime.fromtimestamp(max(entry.st_ctime for entry in entries), UTC)
        return cls(frozenset(entry.st_uid for entry in entries), changed)


def traces_of(folder: Path, limits: SubmissionLimits) -> Traces | None:
    """Read a folder's traces without following a link or opening a file; None if it is gone.

    Entries that are ignored, too deep or too many are skipped: they are never copied.
    """
    try:
        found = [folder.lstat()]
    except OSError:
        return None
    if stat.S_ISDIR(found[0].st_mode):
        found += (status for status, _ in zip(_below(folder), range(SEEN * limits.files), strict=False))
    return Traces.of(found)


def _below(folder: Path, depth: int = 0) -> Iterator[os.stat_result]:
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if ignored(entry.name):
                continue
            status = entry.stat(follow_symlinks=False)
            yield status
            if stat.S_ISDIR(status.st_mode) and depth < 20:
                yield from _below(Path(entry.path), depth + 1)

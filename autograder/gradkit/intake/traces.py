"""What the file system itself remembers of a folder in the exchange: whose it is, and when it was last changed.

A student chooses every name and every byte in it, and may set the time of modification (``utime``). Neither the owner
of a file nor its time of change (``ctime``) can be set by who is not root.
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
    """What is remembered of one folder and all that is in it.

    Attributes:
        owners: the user ids that its entries belong to, the folder itself included.
        changed: the newest time of change among them, in UTC.
    """

    owners: frozenset[int]
    changed: datetime

    @classmethod
    def of(cls, entries: Sequence[os.stat_result]) -> Traces:
        """The traces of these entries, of which there is at least one."""
        changed = datetime.fromtimestamp(max(one.st_ctime for one in entries), UTC)
        return cls(frozenset(one.st_uid for one in entries), changed)


def traces_of(folder: Path, limits: SubmissionLimits) -> Traces | None:
    """Look at a folder without following a link or opening a file; None where it is gone.

    What belongs to no submission, lies deeper or is more than one may hold is not looked at: it is never copied.
    """
    try:
        found = [folder.lstat()]
    except OSError:
        return None
    if stat.S_ISDIR(found[0].st_mode):
        found += (one for one, _ in zip(_below(folder), range(SEEN * limits.files), strict=False))
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

"""Advice for the errors of a database that cannot be used."""

from __future__ import annotations

import errno
from pathlib import Path

from gradkit.errors import GradebookUnavailable

PATIENCE = 30.0  # seconds to wait while another program writes

_KEPT = "The records are safe and the gradebook is unchanged: the next run files them."
_ADVICE = {
    " is locked": f"another program is writing to it (formgrader, or an nbgrader command). Let it finish. {_KEPT}",
    "disk is full": f"the disk is full. Free some space. {_KEPT}",
    "disk I/O error": f"the disk failed or is full. Check that there is space. {_KEPT}",
    "readonly database": f"it is read-only. Check who owns the file and its folder. {_KEPT}",
    "No space left on device": f"the disk is full. Free some space. {_KEPT}",
    "Disk quota exceeded": f"your disk quota is used up. Free some space. {_KEPT}",
    "File too large": f"the file has reached the size limit for files. Raise it (`ulimit -f`). {_KEPT}",
}
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def trouble(path: Path, cause: str) -> GradebookUnavailable:
    """The error to raise for the database at ``path`` that failed with ``cause``."""
    advice = advice_on(cause) or (
        "check that the file can be read and written and is a gradebook of this version of nbgrader "
        f"(`nbgrader db upgrade` upgrades an older one). {_KEPT}"
    )
    return GradebookUnavailable(f"{path}: the gradebook cannot be used ({cause}): {advice}")


def is_full(error: OSError) -> bool:
    """Whether the disk is full; the next student's files will then fail as well."""
    return error.errno in _NO_ROOM


def advice_on(said: str) -> str | None:
    """Advice on a gradebook error recognized by its text, or None."""
    return next((advice for word, advice in _ADVICE.items() if word in said), None)

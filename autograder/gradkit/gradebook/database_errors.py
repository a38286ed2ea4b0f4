"""What a database says when it cannot be used, in words that tell a person what to do."""

from __future__ import annotations

import errno
from pathlib import Path

from gradkit.errors import GradebookUnavailable

PATIENCE = 30.0  # seconds to wait while another program writes

_KEPT = "The records are kept, and nothing in the gradebook was changed: the next run files them."
_ADVICE = {
    " is locked": f"another program is writing to it (formgrader, another nbgrader command?). Let it finish. {_KEPT}",
    "disk is full": f"the disk is full. Make room. {_KEPT}",
    "disk I/O error": f"the disk failed or is full. See that there is room. {_KEPT}",
    "readonly database": f"it cannot be written. See who owns the file and its folder. {_KEPT}",
    "No space left on device": f"the disk is full. Make room. {_KEPT}",
    "Disk quota exceeded": f"your share of the disk is full. Make room. {_KEPT}",
    "File too large": f"the file has reached the size that is allowed here. {_KEPT}",
}
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def trouble(path: Path, cause: str) -> GradebookUnavailable:
    """The error to raise for what the database at ``path`` said."""
    advice = advice_on(cause) or (
        "see that the file can be read and written and is a gradebook of this nbgrader "
        f"(`nbgrader db upgrade` brings an older one up to date). {_KEPT}"
    )
    return GradebookUnavailable(f"{path}: the gradebook cannot be used ({cause}): {advice}")


def is_full(error: OSError) -> bool:
    """Whether the disk has no room, which will be so for the next student too."""
    return error.errno in _NO_ROOM


def advice_on(said: str) -> str | None:
    """What to do about a gradebook's trouble that is known by these words, or None."""
    return next((advice for word, advice in _ADVICE.items() if word in said), None)

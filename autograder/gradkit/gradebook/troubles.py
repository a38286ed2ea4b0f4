"""What a database says when it cannot be used, in words that tell a person what to do."""

from __future__ import annotations

from pathlib import Path

from gradkit.errors import GradebookUnavailable

PATIENCE = 30.0  # seconds to wait while another program writes

_KEPT = "The records are kept, and nothing in the gradebook was changed: the next run files them."
_ADVICE = {
    "locked": f"another program is writing to it (formgrader, or another nbgrader command?). Let it finish. {_KEPT}",
    "full": f"the disk is full. Make room. {_KEPT}",
    "I/O error": f"the disk failed or is full. See that there is room. {_KEPT}",
    "readonly": f"it cannot be written. See who owns the file and its folder. {_KEPT}",
    "No space left": f"the disk is full. Make room. {_KEPT}",
}


def trouble(path: Path, cause: str) -> GradebookUnavailable:
    """The error to raise for what the database at ``path`` said."""
    advice = advice_on(cause) or (
        "see that the file can be read and written and is a gradebook of this nbgrader "
        f"(`nbgrader db upgrade` brings an older one up to date). {_KEPT}"
    )
    return GradebookUnavailable(f"{path}: the gradebook cannot be used ({cause}): {advice}")


def advice_on(said: str) -> str | None:
    """What to do about a gradebook's trouble that is known by these words, or None."""
    return next((advice for word, advice in _ADVICE.items() if word in said), None)

"""The public checks, as students run them: in a terminal, in a notebook, again at every save, and in CI.

This package, `gradkit.conditions` and `gradkit.errors` are all of gradkit that a student installs: it imports nothing
else of the engine.
Here the student's code runs in the student's own process; nothing depends on what comes out but the student's evening.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradkit.check.process import check

__all__ = ["check"]


def __getattr__(name: str) -> object:
    """`check`, imported when it is asked for: grading reads notebooks with this package, and runs no checks."""
    if name == "check":
        from gradkit.check.process import check

        return check
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

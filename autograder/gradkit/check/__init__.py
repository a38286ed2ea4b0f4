"""The public checks, as students run them: in a terminal, in a notebook, on every save, and in CI.

The student wheel contains only this package and what it imports of gradkit. The student's code runs on the student's
own machine, unconfined; no grade depends on the result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradkit.check.process import check

__all__ = ["check"]


def __getattr__(name: str) -> object:
    """Import `check` on first access: grading uses this package to read notebooks, without running checks.

    A notebook imports it in its first cell, so this is also where its plots get a font for their labels.
    """
    if name == "check":
        from pathlib import Path

        from gradkit.check.fonts import choose_fonts
        from gradkit.check.process import check

        choose_fonts(Path.cwd())
        return check
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

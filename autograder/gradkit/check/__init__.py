"""The public checks, as students run them: in a terminal, in a notebook, again at every save, and in CI.

This package and `gradkit.errors` are all of gradkit that a student installs: it imports nothing else of the engine.
Here the student's code runs in the student's own process; nothing depends on what comes out but the student's evening.
"""

from gradkit.check.notebook import check

__all__ = ["check"]

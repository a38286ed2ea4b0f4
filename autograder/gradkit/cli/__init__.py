"""The command line: ``gradkit COMMAND``. Each command is a thin layer over the engine's functions.

Exit status: 0 done, 1 something was found wrong with the subject, 2 the command (or a course's file) was wrong,
3 gradkit itself failed.
"""

from gradkit.cli.app import main

__all__ = ["main"]

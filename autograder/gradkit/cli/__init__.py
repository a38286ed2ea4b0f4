"""The command line: ``gradkit COMMAND``. Each command is a thin layer over the engine's functions.

Exit status: 0 success, 1 a problem was found with the subject, 2 the command (or a course's file) is wrong, 3 gradkit
itself failed.
"""

from gradkit.cli.app import main

__all__ = ["main"]

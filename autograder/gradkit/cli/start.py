"""Setup for every command: a Python with asserts and UTF-8 names, streams that take any text, readable files.

The machine's or container's settings must neither change what a command does nor stop it.
"""

from __future__ import annotations

import os
import re
import resource
import sys
from collections.abc import Sequence

from gradkit.check.console import ready_streams, see_where_we_are
from gradkit.errors import UsageError

_OWNERS_BITS = 0o700
_FILES = 1024


def prepare() -> None:
    """Set up this process, or restart it if Python was started with other options.

    Raises:
        UsageError: it cannot be set up.
    """
    ready_streams()
    see_where_we_are()
    os.umask(os.umask(0o077) & ~_OWNERS_BITS)  # files must be accessible to their owner
    _allow_files()
    utf8 = sys.getfilesystemencoding() == "utf-8"  # otherwise Łukasz is a different student in each locale
    if __debug__ and utf8:
        return
    command = without_optimising(sys.orig_argv, len(sys.argv) - 1)
    settings = dict(os.environ)
    if not utf8:
        settings.setdefault("PYTHONIOENCODING", sys.stdout.encoding)  # keep the terminal's encoding
        settings["PYTHONUTF8"] = "1"
    if not __debug__:
        settings.pop("PYTHONOPTIMIZE", None)
    if command == sys.orig_argv and settings == dict(os.environ):
        raise UsageError(
            "Python runs without asserts (-O), or with file names that are not UTF-8 (-X utf8=0). Start gradkit "
            "without these options."
        )
    os.execve(sys.executable, command, settings)  # noqa: S606 - the command that was given


def without_optimising(command: Sequence[str], arguments: int) -> list[str]:
    """A command that starts Python, without ``-O``, ``-OO`` and the like.

    Args:
        command: the interpreter, its options, the program and its arguments.
        arguments: the number of arguments at the end.
    """
    own = len(command) - arguments
    words = [re.sub("O", "", word) if re.fullmatch("-[A-Za-z]*O[A-Za-z]*", word) else word for word in command[:own]]
    return [*(word for word in words if word != "-"), *command[own:]]


def _allow_files() -> None:
    """Raise a low limit of open files, as far as permitted."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))

"""What every command stands on: a Python with asserts and UTF-8 names, streams for any text, files of one's own.

What a person or a container has set on the machine must not decide what a command does, or end it.
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
    """Set up this process, or begin it anew where Python itself was started in another way.

    Raises:
        UsageError: it cannot be.
    """
    ready_streams()
    see_where_we_are()
    os.umask(os.umask(0o077) & ~_OWNERS_BITS)  # a file that its owner may not read is of no use to anyone
    _allow_files()
    utf8 = sys.getfilesystemencoding() == "utf-8"  # else Łukasz is another student in each locale
    if __debug__ and utf8:
        return
    command = without_optimising(sys.orig_argv, len(sys.argv) - 1)
    settings = dict(os.environ)
    if not utf8:
        settings.setdefault("PYTHONIOENCODING", sys.stdout.encoding)  # the terminal's letters stay what they are
        settings["PYTHONUTF8"] = "1"
    if not __debug__:
        settings.pop("PYTHONOPTIMIZE", None)
    if command == sys.orig_argv and settings == dict(os.environ):
        raise UsageError(
            "Python leaves out asserts (-O), or takes file names for something else than UTF-8 (-X utf8=0). Start "
            "gradkit without these options."
        )
    os.execve(sys.executable, command, settings)  # noqa: S606 - the very command that was given


def without_optimising(command: Sequence[str], arguments: int) -> list[str]:
    """A command that starts Python, less its ``-O``, ``-OO`` and the like.

    Args:
        command: the interpreter, its options, and what it runs.
        arguments: how many words at the end are the program's own.
    """
    own = len(command) - arguments
    words = [re.sub("O", "", word) if re.fullmatch("-[A-Za-z]*O[A-Za-z]*", word) else word for word in command[:own]]
    return [*(word for word in words if word != "-"), *command[own:]]


def _allow_files() -> None:
    """Raise the limit of open files where it is low, as far as that is allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))

"""The command that puts the worker base into bubblewrap's jail, with nothing in it but Python."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from gradkit.jail.levels import OUR_UID, SandboxError


def bubblewrap(folder: str) -> Sequence[str]:
    """What to put before the worker base's own command.

    Args:
        folder: an empty folder to have in the jail, on which children mount their temporary file system.

    Raises:
        SandboxError: bubblewrap is not installed.
    """
    program = shutil.which("bwrap", path="/usr/bin:/usr/local/bin:/bin")
    if program is None:
        raise SandboxError("bubblewrap: not installed. On Debian and Ubuntu: sudo apt install bubblewrap")
    command = [program, "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    if os.geteuid() == 0:
        # Root's threads are not counted, also behind a user namespace: the base takes on another user id instead.
        command += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        command += ["--unshare-user", "--uid", str(OUR_UID), "--gid", str(OUR_UID)]
    command += ["--die-with-parent", "--new-session"]
    command += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]  # noqa: S108 - a new one, inside
    for path in ("/lib", "/lib64", "/bin"):
        link = Path(path)
        if link.is_symlink():
            command += ["--symlink", str(link.readlink()), path]
        elif link.is_dir():
            command += ["--ro-bind", path, path]
    shown = {"/usr", sys.prefix, sys.base_prefix, str(Path(__file__).parents[1])}
    shown |= {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    for path in sorted(shown):
        # Folders on the way are empty ones of the jail's own, open to its user: the real /root, say, is not.
        for parent in reversed(Path(path).parents[:-1]):
            command += ["--perms", "0755", "--dir", str(parent)]
        command += ["--ro-bind", path, path]
    return [*command, "--dir", folder, "--"]

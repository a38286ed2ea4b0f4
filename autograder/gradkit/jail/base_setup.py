"""The worker base's own setup: without root's rights, and able to give each child its own pid namespace.

A child could create a pid namespace itself, but only the child's child would be in it, so that each submission would
cost two forks. Instead the base creates the namespace, and returns to its own after the fork. For that it needs a user
namespace of its own, in which it has the right to.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from gradkit.jail import kernel
from gradkit.jail.confine import become
from gradkit.jail.levels import OUR_UID, Level

# Waits for the process with the given id, and ends in the same way. A separate program, so that it holds no memory.
_WAIT = """
import os, signal, sys
code = os.waitstatus_to_exitcode(os.waitpid(int(sys.argv[1]), 0)[1])
if code < 0:
    os.kill(os.getpid(), -code)
os._exit(code & 0xFF)
"""


def settle(level: Level, readable: Sequence[str]) -> bool:
    """Set up the calling process, a worker base with one thread that has not begun its work, for ``level``.

    Args:
        level: how its children are confined.
        readable: folders that they may read.

    Returns:
        Whether the kernel still treats the process as root's, whatever its user id in its own namespace.

    Raises:
        OSError: the kernel refuses.
    """
    if os.geteuid() == 0 and (level.jail or (level.namespaces and _may_become(readable))):
        become(OUR_UID, readable)
    root = os.geteuid() == 0
    if "pid" in level.namespaces:
        kernel.prctl(kernel.PR_SET_DUMPABLE, 1)  # otherwise /proc/self/uid_map would be root's
        kernel.unshare(("user", "pid"))
        _enter_pid_namespace()
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    return root


@contextmanager
def pid_namespace_for_children(own: int) -> Iterator[None]:
    """Put children forked inside the block into a new pid namespace; the first becomes its first process.

    Args:
        own: a descriptor of the calling process's own pid namespace.
    """
    kernel.unshare(("pid",))
    try:
        yield
    finally:
        kernel.set_namespace(own, "pid")


def _may_become(readable: Sequence[str]) -> bool:
    """Whether our user id can read what children may read; Python may be readable only by root."""
    probe = os.fork()
    if probe == 0:
        try:
            become(OUR_UID, readable)
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(probe, 0)[1] == 0


def _enter_pid_namespace() -> None:
    """Continue as the first process of the new pid namespace; the old process waits outside."""
    child = os.fork()
    if child == 0:
        return
    kernel.close_descriptors_except(())
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        os.execv(sys.executable, [sys.executable, "-I", "-S", "-c", _WAIT, str(child)])  # noqa: S606 - our own interpreter
    except OSError:
        os.kill(child, signal.SIGKILL)
        raise

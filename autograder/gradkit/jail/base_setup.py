"""Where the worker base itself lives: without root's rights, and able to give each child a pid namespace of its own.

A child could leave its pid namespace itself, but the first process in the new one is the child's child, so that each
submission would cost two forks. The base makes the namespace instead, and steps back from it once the child is born.
For that it needs a user namespace of its own, in which it is allowed to.
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

# Waits for the process whose id it is given, and dies the same death. A program of its own, so that it holds no memory.
_WAIT = """
import os, signal, sys
code = os.waitstatus_to_exitcode(os.waitpid(int(sys.argv[1]), 0)[1])
if code < 0:
    os.kill(os.getpid(), -code)
os._exit(code & 0xFF)
"""


def settle(level: Level, readable: Sequence[str]) -> bool:
    """Settle the calling process, a worker base that has one thread and has not begun its work, for ``level``.

    Args:
        level: how its children are confined.
        readable: folders that they may read.

    Returns:
        Whether the kernel still counts the process as root's, whatever its own namespace calls it.

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
    """Children that are forked inside the block get a new pid namespace: the first of them is its first process.

    Args:
        own: a descriptor of the calling process's own pid namespace.
    """
    kernel.unshare(("pid",))
    try:
        yield
    finally:
        kernel.set_namespace(own, "pid")


def _may_become(readable: Sequence[str]) -> bool:
    """Whether our user id can read what children may read; Python may be root's alone."""
    probe = os.fork()
    if probe == 0:
        try:
            become(OUR_UID, readable)
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(probe, 0)[1] == 0


def _enter_pid_namespace() -> None:
    """Go on as the first process of the new pid namespace; the old process waits outside."""
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

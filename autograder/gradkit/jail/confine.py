"""Confine the calling process, layer by layer, before it reads a student's code.

Runs in a freshly forked child with one thread. The order matters: namespaces need rights that later layers take away,
and seccomp comes last because it forbids the calls that set up the others.
"""

from __future__ import annotations

import errno
import fcntl
import os
import resource
import signal
import sysconfig
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from gradkit.jail import kernel, landlock, seccomp
from gradkit.jail.levels import Level

TEMPORARY_MB = 64
THREADS = 64
UNCOUNTED_THREADS = "all but threads, which the kernel does not count for root"
_MEGABYTE = 1 << 20
# The shell's names of limits that a machine may set lower than grading needs.
_ULIMITS = {
    resource.RLIMIT_CORE: "ulimit -Hc (blocks)",
    resource.RLIMIT_AS: "ulimit -Hv (bytes)",
    resource.RLIMIT_DATA: "ulimit -Hd (bytes)",
    resource.RLIMIT_FSIZE: "ulimit -Hf (bytes)",
    resource.RLIMIT_NOFILE: "ulimit -Hn",
    resource.RLIMIT_NPROC: "ulimit -Hu",
    resource.RLIMIT_MSGQUEUE: "ulimit -Hq",
    resource.RLIMIT_MEMLOCK: "ulimit -Hl",
    resource.RLIMIT_CPU: "ulimit -Ht (seconds)",
}
_OUT_OF_THE_WAY = 16  # descriptors from here on have no fixed use in a child


@dataclass(frozen=True)
class Bounds:
    """The resource limits of one child.

    Attributes:
        cpu_seconds: processor time, summed over threads.
        memory_mb: mebibytes in addition to the worker base's.
        temporary_mb: mebibytes in its temporary folder, and per file.
        threads: its own threads.
        descriptors: open files.
    """

    cpu_seconds: int
    memory_mb: int
    temporary_mb: int = TEMPORARY_MB
    threads: int = THREADS
    descriptors: int = 64


class ConfinementError(Exception):
    """A layer could not be applied; its name, and the kernel's reason."""


def confine(
    level: Level,
    bounds: Bounds,
    readable: Sequence[str],
    folder: str,
    uid: int | None,
    *,
    root: bool,
    present: int | None = None,
) -> dict[str, str]:
    """Apply every layer of ``level``. If one is a pid namespace, the process must already be the first one in it.

    Args:
        level: the level.
        bounds: the process's resource limits.
        readable: folders that it may read: Python and its packages.
        folder: the path of its temporary folder, on levels that have one.
        uid: the user id to switch to, or None to keep the base's.
        present: a Landlock ruleset of what is visible at all (`what_is_there`), made once for many; None: everything.
        root: whether the kernel still treats the process as root's, whatever its user id in its namespace.

    Returns:
        Layer -> what was done.

    Raises:
        ConfinementError: a layer is not available. The process must then end.
    """
    done: dict[str, str] = {}
    if uid is not None:
        _layer(done, "uid", lambda: become(uid, readable))
    if level.namespaces:
        kernel.prctl(kernel.PR_SET_DUMPABLE, 1)  # otherwise /proc/self/uid_map would be root's
        _layer(done, "namespaces", lambda: kernel.unshare(name for name in level.namespaces if name != "pid"))
        done["namespaces"] = "+".join(level.namespaces)
        if level.has_private_folder:
            size, inodes = bounds.temporary_mb * _MEGABYTE, 512
            _layer(done, "tmpfs", lambda: kernel.mount_private_tmpfs(folder, size, inodes))
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    counted_with_others = not (level.namespaces or root)
    others = kernel.threads_by_user().get(os.getuid(), 0) if counted_with_others else 0
    _layer(done, "rlimits", lambda: set_limits(bounds, others))
    if root and uid is None:
        done["rlimits"] = UNCOUNTED_THREADS
    if level.namespaces or uid is not None or root:
        _layer(done, "capabilities", kernel.drop_capabilities)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)  # no other process may ptrace it or read its /proc
    _layer(done, "no_new_privs", lambda: kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1))
    rules = [(path, landlock.READ_TREE) for path in readable]
    rules += [("/dev/urandom", landlock.READ_FILE), ("/dev/zero", landlock.READ_FILE)]
    rules += [("/dev/null", landlock.READ_WRITE_FILE)]
    if level.has_private_folder:
        rules.append((folder, landlock.WRITE_TREE))
    _layer(done, "landlock", lambda: landlock.restrict(landlock.make_ruleset(rules)))
    if present is not None:
        _layer(done, "landlock", lambda: landlock.restrict(present))
    _layer(done, "seccomp", seccomp.install)
    return done


def set_limits(bounds: Bounds, others: int = 0) -> None:
    """Set the limits of every confined level.

    Args:
        bounds: the process's resource limits.
        others: its user's other threads, which the kernel also counts.
    """
    size, data = _memory_now()
    memory = bounds.memory_mb * _MEGABYTE
    for kind, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, size + memory),
        (resource.RLIMIT_DATA, data + memory),
        (resource.RLIMIT_FSIZE, bounds.temporary_mb * _MEGABYTE),
        (resource.RLIMIT_NOFILE, bounds.descriptors),
        (resource.RLIMIT_NPROC, _at_most(resource.RLIMIT_NPROC, bounds.threads + others)),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        # Equal soft and hard limits: SIGKILL at once, which also ends the first process of a pid namespace.
        (resource.RLIMIT_CPU, bounds.cpu_seconds),
    ):
        _limit(kind, value)


def _limit(kind: int, value: int) -> None:
    """Set a limit.

    Raises:
        OSError: the machine allows less, which could stop correct code.
    """
    most = resource.getrlimit(kind)[1]
    if most != resource.RLIM_INFINITY and most < value:
        raise OSError(errno.EPERM, f"{_ULIMITS[kind]} allows only {most} here, but grading needs {value}. Raise it")
    resource.setrlimit(kind, (value, value))


def _at_most(kind: int, value: int) -> int:
    """The limit, lowered to what the process may set."""
    most = resource.getrlimit(kind)[1]
    return value if most == resource.RLIM_INFINITY else min(value, most)


def readable_folders() -> list[str]:
    """Python, its installed packages, gradkit itself, and the system's libraries."""
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    folders = {sysconfig.get_path(name) for name in names} | {str(Path(__file__).parents[1])}
    return sorted(folders | {path for path in ("/usr/lib", "/usr/lib64", "/lib", "/lib64") if Path(path).is_dir()})


def what_is_there(folder: str, hidden: Collection[str]) -> int | None:
    """A ruleset that removes packages from what `confine` allows; None if the kernel has no Landlock.

    It has a rule for each installed package, so it is made once, in advance.

    Args:
        folder: the children's temporary folder. Since it is mounted over, the rule is for its parent.
        hidden: the packages' folders.
    """
    if not landlock.abi():
        return None
    folders = readable_folders()
    outermost = [path for path in folders if not any(path.startswith(f"{parent}/") for parent in folders)]
    rules = landlock.all_but(outermost, hidden)
    rules += [("/dev", landlock.READ_WRITE_FILE), (str(Path(folder).parent), landlock.WRITE_TREE)]
    made = landlock.make_ruleset(rules)
    try:
        return fcntl.fcntl(made, fcntl.F_DUPFD_CLOEXEC, _OUT_OF_THE_WAY)
    finally:
        os.close(made)


def _layer(done: dict[str, str], name: str, action: Callable[[], object]) -> None:
    try:
        action()
    except OSError as error:
        raise ConfinementError(f"{name}: {error.strerror or error}") from error
    done[name] = "yes"


def become(uid: int, readable: Sequence[str]) -> None:
    """Switch to a user id permanently, without groups.

    Raises:
        OSError: not permitted, or the user cannot read what a student's code may import.
    """
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    for folder in readable:
        next(Path(folder).iterdir())


def _memory_now() -> tuple[int, int]:
    """Bytes of address space and of private data in use by this process."""
    values = {}
    with open("/proc/self/status") as status:  # noqa: PTH123 - pathlib would import more in a fresh child
        for line in status:
            name, _, value = line.partition(":")
            if name in ("VmSize", "VmData"):
                values[name] = int(value.split()[0]) << 10
    return values["VmSize"], values["VmData"]

"""Lock the calling process in, layer by layer, before it has read a line of a student's code.

Runs in a freshly forked child with one thread. The order matters: namespaces need the freedom that the later layers
take away, and seccomp comes last because it forbids the calls that set the others up.
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
# How a shell shows the limits that a machine may have set lower than what a submission is allowed.
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
_OUT_OF_THE_WAY = 16  # descriptors from here on are not given a meaning in a child


@dataclass(frozen=True)
class Bounds:
    """What one child may use.

    Attributes:
        cpu_seconds: processor time, all threads together.
        memory_mb: mebibytes on top of what the worker base has.
        temporary_mb: mebibytes in its temporary folder, and in any one file.
        threads: its own threads.
        descriptors: open files.
    """

    cpu_seconds: int
    memory_mb: int
    temporary_mb: int = TEMPORARY_MB
    threads: int = THREADS
    descriptors: int = 64


class ConfinementError(Exception):
    """A layer could not be put on; its name, and the kernel's reason."""


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
    """Put on every layer of ``level``. Where one is a pid namespace, the process is the first one in its own already.

    Args:
        level: which layers.
        bounds: what the process may use.
        readable: folders that it may read: Python and its packages.
        folder: where its temporary folder will be, on levels that have one.
        uid: the user id to take on, or None to keep the base's.
        present: a Landlock ruleset with what is there at all (`what_is_there`), made once for many; None for all.
        root: whether the process still counts as root's for the kernel, whatever its namespace calls it.

    Returns:
        Layer -> what was done.

    Raises:
        ConfinementError: a layer is not to be had. The process must end then.
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
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)  # nobody may ptrace it or read its /proc
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
    """The limits of every confined level.

    Args:
        bounds: what the process may use.
        others: threads that its user has beside it, for the kernel counts those, too.
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
        OSError: the machine allows less, so that the student's code would be stopped for no fault of its own.
    """
    most = resource.getrlimit(kind)[1]
    if most != resource.RLIM_INFINITY and most < value:
        raise OSError(errno.EPERM, f"{_ULIMITS[kind]} allows {most} here, and grading needs {value}. Raise it")
    resource.setrlimit(kind, (value, value))


def _at_most(kind: int, value: int) -> int:
    """A limit that the process may set itself."""
    most = resource.getrlimit(kind)[1]
    return value if most == resource.RLIM_INFINITY else min(value, most)


def readable_folders() -> list[str]:
    """Python, its installed packages, gradkit itself, and the system's libraries."""
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    folders = {sysconfig.get_path(name) for name in names} | {str(Path(__file__).parents[1])}
    return sorted(folders | {path for path in ("/usr/lib", "/usr/lib64", "/lib", "/lib64") if Path(path).is_dir()})


def what_is_there(folder: str, hidden: Collection[str]) -> int | None:
    """A ruleset that takes packages away from what `confine` allows; None where the kernel has no Landlock.

    It has a rule for each package that is there, so it is made once, beforehand.

    Args:
        folder: where children have their temporary folders. As it is mounted over, the rule is for the one around it.
        hidden: the packages' folders.
    """
    if not landlock.abi():
        return None
    folders = readable_folders()
    outermost = [path for path in folders if not any(path.startswith(f"{other}/") for other in folders)]
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
    """Take on a user id for good, with no groups.

    Raises:
        OSError: not allowed, or the user could not import what a student's code may import.
    """
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    for folder in readable:
        next(Path(folder).iterdir())


def _memory_now() -> tuple[int, int]:
    """Bytes of address space and of private data that this process has already."""
    values = {}
    with open("/proc/self/status") as status:  # noqa: PTH123 - pathlib would import more in a fresh child
        for line in status:
            name, _, value = line.partition(":")
            if name in ("VmSize", "VmData"):
                values[name] = int(value.split()[0]) << 10
    return values["VmSize"], values["VmData"]

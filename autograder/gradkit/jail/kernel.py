"""Linux calls that Python does not offer, each as a function that raises `OSError` when the kernel refuses."""

from __future__ import annotations

import ctypes
import os
import platform
import re
import struct
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

MACHINE = platform.machine()

_libc = ctypes.CDLL(None, use_errno=True)

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4

NAMESPACES = {
    "mnt": 0x20000,
    "uts": 0x4000000,
    "ipc": 0x8000000,
    "user": 0x10000000,
    "pid": 0x20000000,
    "net": 0x40000000,
}
CLONE_NEWCGROUP = 0x2000000
CLONE_THREAD = 0x10000

MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 2, 4, 8, 0x4000, 0x40000
MADV_COLLAPSE = 25
_CAPABILITY_VERSION_3 = 0x20080522
_NOBODY = 65534
_HUGE_PAGE = 2 << 20


def _check(result: int, what: str) -> int:
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")
    return result


def syscall(name: str, number: int, *args: int | bytes | None) -> int:
    """Make a system call by number."""
    values = [ctypes.c_long(arg) if isinstance(arg, int) else arg for arg in args]
    return _check(_libc.syscall(ctypes.c_long(number), *values), name)


def prctl(option: int, *args: int) -> int:
    """``prctl(2)``."""
    values = [ctypes.c_ulong(arg) for arg in (*args, 0, 0, 0, 0)[:4]]
    return _check(_libc.prctl(ctypes.c_int(option), *values), f"prctl {option}")


def unshare(names: Iterable[str]) -> None:
    """Move to new namespaces of the given kinds; in a new user namespace, become nobody."""
    names = tuple(names)
    uid, gid = os.geteuid(), os.getegid()
    flags = sum(NAMESPACES[name] for name in names)
    _check(_libc.unshare(ctypes.c_int(flags)), f"unshare {'+'.join(names)}")
    if "user" in names:
        for file, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{_NOBODY} {uid} 1"),
            ("gid_map", f"{_NOBODY} {gid} 1"),
        ):
            with open(f"/proc/self/{file}", "w") as handle:  # noqa: PTH123 - pathlib would import more in a fresh child
                handle.write(text)


def counts_threads_by_namespace() -> bool:
    """Whether the kernel counts a user's threads per user namespace: Linux 5.14 and newer."""
    version = re.match(r"(\d+)\.(\d+)", platform.release())
    return version is not None and (int(version[1]), int(version[2])) >= (5, 14)


def threads_by_user() -> dict[int, int]:
    """User id -> number of threads on this machine, as far as its processes are visible."""
    found: dict[int, int] = {}
    for process in os.listdir("/proc"):  # noqa: PTH208 - pathlib would import more in a fresh child
        if not process.isdigit():
            continue
        with suppress(OSError), open(f"/proc/{process}/status") as status:  # noqa: PTH123 - as above
            fields = dict(line.split(":", 1) for line in status if line.startswith(("Uid:", "Threads:")))
            user = int(fields["Uid"].split()[0])
            found[user] = found.get(user, 0) + int(fields["Threads"])
    return found


def set_oom_score(score: int) -> None:
    """Have the kernel kill this process and its descendants before others when memory runs out.

    Args:
        score: from -1000 to 1000; larger is sooner.
    """
    with suppress(OSError):  # there is no /proc, or lowering the score is not permitted
        Path("/proc/self/oom_score_adj").write_text(str(score), encoding="ascii")


def set_namespace(descriptor: int, name: str) -> None:
    """Enter the namespace that ``descriptor`` refers to; "pid" takes effect for the next child."""
    _check(_libc.setns(ctypes.c_int(descriptor), ctypes.c_int(NAMESPACES[name])), f"setns {name}")


def mount_private_tmpfs(path: str, size: int, inodes: int) -> None:
    """Mount an empty, size-limited file system at ``path``, visible only in this mount namespace."""
    _mount("none", "/", None, MS_REC | MS_PRIVATE, None)
    options = f"size={size},nr_inodes={inodes},mode=700"
    _mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options)


def _mount(source: str, target: str, kind: str | None, flags: int, options: str | None) -> None:
    texts = [None if text is None else text.encode() for text in (source, target, kind)]
    data = None if options is None else options.encode()
    _check(_libc.mount(*texts, ctypes.c_ulong(flags), data), f"mount {target}")


def drop_capabilities() -> None:
    """Drop every capability permanently."""
    for capability in range(64):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            break  # past the kernel's last capability, or not permitted: the sets below are what counts
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    _check(_libc.capset(header, bytes(24)), "capset")


def collapse_heap() -> None:
    """Move the heap to 2 MiB pages (Linux 6.1): a fork then copies a hundred page-table entries, not fifty thousand."""
    with open("/proc/self/maps") as maps:  # noqa: PTH123 - as above
        lines = maps.readlines()
    for line in lines:
        fields = line.split()
        if fields[1] != "rw-p" or not (len(fields) == 5 or fields[5] == "[heap]"):
            continue
        start, end = (int(value, 16) for value in fields[0].split("-"))
        for page in range(-(-start // _HUGE_PAGE) * _HUGE_PAGE, end // _HUGE_PAGE * _HUGE_PAGE, _HUGE_PAGE):
            _libc.madvise(ctypes.c_void_p(page), ctypes.c_size_t(_HUGE_PAGE), MADV_COLLAPSE)


def close_descriptors_except(kept: Iterable[int]) -> None:
    """Close every descriptor above 2 that is not in ``kept``."""
    low = 3
    for descriptor in sorted(set(kept)):
        os.closerange(low, descriptor)
        low = descriptor + 1
    os.closerange(low, os.sysconf("SC_OPEN_MAX"))

"""How one of our processes ended, and whether it ran out of memory, as far as the kernel reports it.

A process that the kernel kills to reclaim memory dies of SIGKILL and cannot report it; but the kernel counts such
kills, for the machine and for each control group.
"""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gradkit.messages import Message, message

_GROUPS = Path("/sys/fs/cgroup")
_COUNT = re.compile(r"^oom_kill (\d+)$", re.MULTILINE)


def kills() -> Mapping[str, int]:
    """The numbers of processes killed by the kernel for memory so far: on the machine, and in our control group."""
    found = {}
    for path in ("/proc/vmstat", *map(str, _groups())):
        with suppress(OSError, ValueError):
            if count := _COUNT.search(Path(path).read_text(encoding="ascii")):
                found[path] = int(count[1])
    return found


def ran_out(before: Mapping[str, int]) -> bool:
    """Whether the kernel has killed a process for memory since ``before``."""
    return any(count > before.get(path, count) for path, count in kills().items())


@dataclass(frozen=True)
class Death:
    """How a process ended.

    Attributes:
        how: a clause without a subject.
        killed: whether by SIGKILL, as the kernel does for memory.
    """

    how: Message
    killed: bool = False

    def __str__(self) -> str:
        return self.how


def death(code: int, peak_kilobytes: int, before: Mapping[str, int]) -> Death:
    """How a process ended.

    Args:
        code: its exit status, negative for a signal.
        peak_kilobytes: its peak memory; 0 if unknown.
        before: `kills` from before it started.
    """
    name = signal.Signals(-code).name if -code in set(signal.Signals) else message("unknown")
    how = (
        message("ended with exit status {status}", status=code)
        if code >= 0
        else message("was killed by signal {number} ({name})", number=-code, name=name)
    )
    if peak_kilobytes:
        how = message("{how}, peak memory {megabytes} MiB", how=how, megabytes=peak_kilobytes >> 10)
    if code != -signal.SIGKILL:
        return Death(how)
    after = kills()
    risen = [path for path, count in after.items() if count > before.get(path, count)]
    if any(path != "/proc/vmstat" for path in risen):
        why = message("{how}: the kernel killed processes of this control group because its memory ran out", how=how)
    elif risen:
        why = message("{how}: the kernel killed processes because memory ran out", how=how)
    else:
        why = message("{how}, most likely because memory ran out", how=how)
    return Death(why, killed=True)


def _groups() -> Iterator[Path]:
    """The files with the kernel's counts for our control group: version 2, then version 1."""
    with suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines():
            _, controllers, path = line.split(":", 2)
            if not controllers:
                yield _GROUPS / path.lstrip("/") / "memory.events"
            elif "memory" in controllers.split(","):
                yield _GROUPS / "memory" / path.lstrip("/") / "memory.oom_control"

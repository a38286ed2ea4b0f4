"""Measure the memory of a running command and its descendants, through Linux's /proc."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")


def watch(command: Sequence[str], folder: Path, look: Callable[[int], None], seconds: float) -> int:
    """Run a command in ``folder``, calling ``look`` with its process id periodically; return its exit status."""
    with subprocess.Popen(  # noqa: S603 - our own command
        command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while True:
            with suppress(subprocess.TimeoutExpired):
                return process.wait(seconds)
            look(process.pid)


def tree(root: int) -> list[int]:
    """The process ``root`` and its descendants."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    for pid, fields in _stats():
        children[int(fields[1])].append(pid)
    found = [root]
    for pid in found:
        found += children[pid]
    return found


def started_at(pid: int) -> int:
    """A process's start time in kernel ticks since boot; 0 once it has ended."""
    return int(next((fields[19] for number, fields in _stats() if number == pid), 0))


def peak_mb(pid: int) -> float:
    """A process's peak memory in MiB, including shared pages; 0 once it has ended."""
    try:
        text = (_PROC / str(pid) / "status").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("VmHWM:")), 0.0)


def command_of(pid: int) -> str:
    """A process's command line; "" once it has ended."""
    try:
        return (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _stats() -> Iterator[tuple[int, list[str]]]:
    """The id of every process, and the fields of its ``/proc/<id>/stat`` from the third on."""
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            try:
                # The program's name is in parentheses and may contain any characters.
                fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            yield int(folder.name), fields

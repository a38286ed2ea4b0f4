"""How long a student waits: from a save to the verdict of ``gradkit check --watch``."""

from __future__ import annotations

import random
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from gradkit.check.homework import find_homework
from gradkit.errors import GradkitError

_COMMAND = (sys.executable, "-c", "from gradkit.check.command import main; main()", "check", "--watch")
_END = "Waiting for the next save"
_PAUSES = (0.1, 0.6)  # seconds between a verdict and the next save, as no clock of the watcher's should know them


@dataclass(frozen=True)
class Watched:
    """What was measured in one homework's folder.

    Attributes:
        id: the homework.
        start: seconds from the command to its first verdict: Python, torch, the checks.
        waits: seconds from each save to its verdict.
    """

    id: str
    start: float
    waits: tuple[float, ...]

    @property
    def median(self) -> float:
        """The wait in the middle, in seconds."""
        return statistics.median(self.waits)

    @property
    def slowest(self) -> float:
        """The longest wait, in seconds."""
        return max(self.waits)


def measure_watch(folder: Path, homework: Path, saves: int, report: Callable[[str], None]) -> Watched:
    """Save a homework's module again and again, each time another version, while ``gradkit check --watch`` looks on.

    Args:
        folder: an empty folder to work in.
        homework: the homework; it is copied.
        saves: how many times.
        report: is told what is being done.

    Raises:
        UsageError: there is no homework in that folder.
        GradkitError: the command ended.
    """
    found = find_homework(homework)
    place = Path(shutil.copytree(found.folder, folder / found.folder.name))
    module = place / found.module
    text = module.read_text(encoding="utf-8")
    report(f"{found.id}: starting")
    begun = time.perf_counter()
    with subprocess.Popen([*_COMMAND, str(place)], stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:  # noqa: S603
        try:
            _wait(process.stdout)
            start = time.perf_counter() - begun
            waits = []
            for number in range(saves):
                report(f"{found.id}: save {number + 1} of {saves}")
                time.sleep(random.uniform(*_PAUSES))  # noqa: S311 - no secret
                begun = time.perf_counter()
                module.write_text(f"{text}# {number}\n", encoding="utf-8")
                _wait(process.stdout)
                waits.append(time.perf_counter() - begun)
        finally:
            process.kill()
    return Watched(found.id, start, tuple(waits))


def _wait(printed: IO[str] | None) -> None:
    for line in printed or ():
        if _END in line:
            return
    raise GradkitError("gradkit check --watch ended by itself; try it in that folder.")

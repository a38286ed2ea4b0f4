"""Time ``gradkit check --watch``, from a save to the result."""

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

from gradkit.check.command import WAITING
from gradkit.check.homework import find_homework
from gradkit.errors import GradkitError
from gradkit.messages import translate

_COMMAND = (sys.executable, "-c", "from gradkit.check.command import main; main()", "check", "--watch")
_PAUSES = (0.1, 0.6)  # seconds between a result and the next save; random, so not in step with the watcher


@dataclass(frozen=True)
class Watched:
    """The measurements of one homework.

    Attributes:
        id: the homework.
        start: seconds from the command to its first result: Python, torch, the checks.
        waits: seconds from each save to its result.
    """

    id: str
    start: float
    waits: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median wait, in seconds."""
        return statistics.median(self.waits)

    @property
    def slowest(self) -> float:
        """The longest wait, in seconds."""
        return max(self.waits)


def measure_watch(folder: Path, homework: Path, saves: int, report: Callable[[str], None]) -> Watched:
    """Save a homework's module repeatedly, each time changed, while ``gradkit check --watch`` runs in its language.

    Args:
        folder: an empty folder to work in.
        homework: the homework's folder; it is copied.
        saves: the number of saves.
        report: called with a description of each step.

    Raises:
        UsageError: there is no homework in that folder.
        GradkitError: the command ended.
    """
    found = find_homework(homework)
    place = Path(shutil.copytree(found.folder, folder / found.folder.name))
    module = place / found.module
    text = module.read_text(encoding="utf-8")
    report(f"{found.id}: starting")
    language = found.language or "en"
    end = translate(WAITING, language)
    begun = time.perf_counter()
    command = [*_COMMAND, "--language", language, str(place)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:  # noqa: S603
        try:
            _wait(process.stdout, end)
            start = time.perf_counter() - begun
            waits = []
            for number in range(saves):
                report(f"{found.id}: save {number + 1} of {saves}")
                time.sleep(random.uniform(*_PAUSES))  # noqa: S311 - not a secret
                begun = time.perf_counter()
                module.write_text(f"{text}# {number}\n", encoding="utf-8")
                _wait(process.stdout, end)
                waits.append(time.perf_counter() - begun)
        finally:
            process.kill()
    return Watched(found.id, start, tuple(waits))


def _wait(printed: IO[str] | None, end: str) -> None:
    for line in printed or ():
        if end in line:
            return
    raise GradkitError("gradkit check --watch ended unexpectedly; try it in that folder.")

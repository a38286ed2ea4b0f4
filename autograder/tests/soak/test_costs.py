"""What one submission can cost, at most: its limits, and a tenth more.

It loops for ever in its own process and has as many of the files that take longest to read as a submission may have.
The long form (``--soak``) has the default limits; ``-s`` prints the figures that docs/security.md gives.
"""

from __future__ import annotations

import os
import subprocess
import sysconfig
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gradkit.course import Course, Limits
from gradkit.course.course import SubmissionLimits
from gradkit.grading.reader import CPU_SECONDS, MEMORY_MB

HandIn = Callable[..., Path]
LOOP = "import time\ndef scale(x, factor=2.0):\n    while True: pass\nclass Shift: pass\n"


@dataclass(frozen=True)
class Cost:
    """What grading came to, all its processes together; ``largest`` is the memory of the largest of them."""

    wall: float
    cpu: float
    largest_mb: float

    def __str__(self) -> str:
        return f"{self.wall:.1f} s, {self.cpu:.1f} s of processor time, largest process {self.largest_mb:.0f} MiB"


def cost(course: Course, folder: Path) -> Cost:
    """Grade one folder by the command, in a process of its own."""
    record = folder.parent / "record.json"
    command = [
        f"{sysconfig.get_path('scripts')}/gradkit",
        "grade",
        "--course",
        str(course.root),
        "--assignment",
        "hw0_scaling",
    ]
    command += ["--submission", str(folder), "--output", str(record)]
    command += ["--sandbox", "flat"]  # bubblewrap ends its processes in a way that leaves their time uncounted
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert record.is_file()
    return Cost(time.monotonic() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def test_one_submission_costs_at_most_its_limits_and_a_tenth(
    course: Course, hand_in: HandIn, reference_source: str, long: bool
) -> None:
    allowed, limits = SubmissionLimits(), Limits() if long else Limits(seconds_per_call=2.0, seconds=6.0)
    toml = course.source("hw0_scaling") / "assignment.toml"
    text = toml.read_text(encoding="utf-8").partition("[limits]")[0]
    text += f"[limits]\nseconds_per_call = {limits.seconds_per_call}\nseconds = {limits.seconds}\n"
    toml.write_text(text, encoding="utf-8")
    honest = cost(course, hand_in({"scaling.py": reference_source}, student="honest"))
    dense = "names = 0\n" + "names\n" * (((allowed.source_kilobytes << 10) - 20) // 6)
    files = {f"part{number:02}.py": dense for number in range(int(allowed.megabytes / 2) * 4)}
    notebook = '{"cells":[' + ",".join(["[]"] * (int(allowed.file_megabytes * 0.9) * 349_000)) + "]}"
    worst = cost(course, hand_in({"scaling.py": LOOP, **files, "scaling.ipynb": notebook}, student="hostile"))
    record = course.root.parent / "submitted" / "hostile" / "record.json"
    budget = limits.seconds + CPU_SECONDS
    print(f"\nhonest: {honest}\nworst: {worst}\nlimits: {budget:g} s, reader {MEMORY_MB} MiB")  # noqa: T201 - see above
    assert "files before it took too much" in record.read_text(
        encoding="utf-8"
    )  # the reader was given all it could take
    assert worst.cpu - honest.cpu <= 1.1 * budget
    assert worst.largest_mb <= honest.largest_mb + 1.1 * max(MEMORY_MB, 25 * allowed.file_megabytes)

"""Turn measurements into tables, goals and plain data."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.table import Table

from bench.page import STUDENTS, Opened
from bench.scale import Scaled
from bench.watch import Watched
from bench.ways import Measured


@dataclass(frozen=True)
class Goal:
    """A performance goal and its measured value."""

    text: str
    value: str
    reached: bool


def machine() -> dict[str, str]:
    """A description of the machine and the software."""
    model = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.is_file():
        lines = (line.partition(":") for line in information.read_text(encoding="utf-8").splitlines())
        model = next((value.strip() for name, _, value in lines if name.strip() == "model name"), model)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return {
        "processors": f"{len(os.sched_getaffinity(0))} x {model}",
        "memory": f"{memory:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "software": f"Python {platform.python_version()}, torch {version('torch')}, nbgrader {version('nbgrader')}",
        "load": f"{os.getloadavg()[0]:.1f} at the start",
    }


def ways_table(found: Sequence[Measured]) -> Table:
    """One row for each way."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("", no_wrap=True)
    for name in ("graded", "CPU s", "wall s", "start", "MiB", "in all", "ratio"):
        table.add_column(name, justify="right")
    for way in found:
        together = "" if way.together_mb is None else f"{way.together_mb:.0f}"
        figures = (f"{way.each.cpu:.3f}", f"{way.each.wall:.3f}", f"{way.start:.1f}", f"{way.total.peak_mb:.0f}")
        table.add_row(way.name, str(way.submissions), *figures, together, f"{way.each.cpu / found[0].each.cpu:.2f}")
    return table


LEGEND = (
    "CPU s and wall s: per additional submission. start: CPU s before the first. MiB: the largest process, and all "
    "together. ratio: CPU s relative to the first row."
)


def ways_goals(found: Sequence[Measured]) -> list[Goal]:
    """The goals on cost; ``found`` has the order of `measure_ways`."""
    single, double, nbgrader, _, floor = (measured.each for measured in found)
    less, above, faster = nbgrader.cpu / single.cpu, single.cpu / floor.cpu, single.wall / double.wall
    return [
        Goal("at least 30 times less CPU than nbgrader autograde (aim: 60)", f"{less:.1f} times", less >= 30),
        Goal("at most twice the CPU of a bare fork", f"{above:.2f} times", above <= 2),
        Goal("2 graders at least 1.8 times as fast as 1", f"{faster:.2f} times", faster >= 1.8),
    ]


def scale_table(scaled: Scaled) -> Table:
    """One row for each long-lived process."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("process")
    for name in (f"MiB at {scaled.first}", f"MiB at {scaled.submissions}", "growth"):
        table.add_column(name, justify="right")
    for memory in scaled.memory:
        growth = f"{100 * (memory.last_mb / memory.first_mb - 1):+.1f} %"
        table.add_row(memory.name, f"{memory.first_mb:.0f}", f"{memory.last_mb:.0f}", growth)
    return table


def scale_goals(scaled: Scaled) -> list[Goal]:
    """The goals for a large class."""
    growth = max(memory.last_mb / memory.first_mb for memory in scaled.memory) - 1
    return [
        Goal("memory flat within 10 %", f"{100 * growth:+.1f} %", growth <= 0.1),
        Goal(
            "again with nothing changed: under 2 s for 1,000 records",
            f"{scaled.again_seconds:.2f} s for {scaled.submissions:,}",
            scaled.again_seconds <= 2 * max(1, scaled.submissions / 1000),
        ),
    ]


def watch_table(watched: Sequence[Watched]) -> Table:
    """One row for each homework."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("homework", no_wrap=True)
    for name in ("saves", "start s", "median ms", "slowest ms"):
        table.add_column(name, justify="right")
    for homework in watched:
        waits = (f"{1000 * homework.median:.0f}", f"{1000 * homework.slowest:.0f}")
        table.add_row(homework.id, str(len(homework.waits)), f"{homework.start:.1f}", *waits)
    return table


def watch_goals(watched: Sequence[Watched]) -> list[Goal]:
    """The goal for students' waiting time."""
    slowest = max(homework.slowest for homework in watched)
    return [Goal("from a save to the result in under 200 ms", f"{1000 * slowest:.0f} ms at most", slowest < 0.2)]


def page_table(opened: Opened) -> Table:
    """One row for each measurement."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_row("students, submissions", f"{STUDENTS:,}, {opened.submissions:,}")
    table.add_row("size", f"{opened.megabytes:.1f} MB")
    for name in ("made", "opened", "sort", "filter"):
        table.add_row(name, f"{getattr(opened, name):.2f} s")
    return table


def page_goals(opened: Opened) -> list[Goal]:
    """The goal for the class report."""
    return [Goal("the class report opens in under 2 s in Chromium", f"{opened.opened:.2f} s", opened.opened < 2)]


def as_data(
    about: Mapping[str, str],
    goals: Sequence[Goal],
    found: Sequence[Measured] | None = None,
    scaled: Scaled | None = None,
    watched: Sequence[Watched] = (),
    opened: Opened | None = None,
) -> dict[str, Any]:
    """All measurements as plain data, for ``--json``."""
    data: dict[str, Any] = {"machine": dict(about), "goals": [asdict(goal) for goal in goals]}
    if found is not None:
        data["ways"] = [asdict(way) for way in found]
    if scaled is not None:
        data["scale"] = asdict(scaled) | {"submissions_per_second": scaled.submissions / scaled.seconds}
    if watched:
        data["watch"] = [asdict(homework) for homework in watched]
    if opened is not None:
        data["page"] = asdict(opened) | {"students": STUDENTS}
    return data

"""Turn measurements into tables, goals and plain data."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import mean
from typing import Any

from rich.table import Table

from bench.cluster import Clustered
from bench.hand_ins import HandedIn
from bench.page import STUDENTS, Opened
from bench.scale import Scaled
from bench.simulation import NODES, SECONDS, Head
from bench.stopwatch import Cost
from bench.watch import Watched
from bench.ways import Measured

Rows = Sequence[Sequence[str]]
Costs = Mapping[str, Mapping[str, Measured]]
"""Assignment -> way -> its cost."""

_LITTLE = 0.06  # seconds of the student's own computation, below which the fixed costs of a process weigh more
_LIGHT = ("hw1", "hw2", "hw3", "hw4", "hw8")  # the course's assignments that compute little


@dataclass(frozen=True)
class Goal:
    """A performance goal and its measured value."""

    text: str
    value: str
    reached: bool


@dataclass(frozen=True)
class Report:
    """What is printed of a measurement.

    Attributes:
        rows: a table; its first row has the heads.
        goals: its goals.
        data: the measurement as plain data.
        legend: what the table shows.
    """

    rows: Rows
    goals: Sequence[Goal]
    data: Mapping[str, Any]
    legend: str = ""


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


LEGEND = """\
Seconds per additional submission: CPU of all processes, and wall time with 1 and 2 graders. floor: a bare fork that
performs the same calls. x: gradkit / floor, wall 1 / wall 2, nbgrader / gradkit, pytest / gradkit. start: CPU seconds
before the first submission. MiB: the largest process. Fingerprints of known mistakes, computed once per course, are
not counted. nbgrader and pytest compare with stored answers, which is less than gradkit does; every way gives the
reference all points and the stub none."""


def ways_report(costs: Costs) -> Report:
    """A row for each assignment, and one for the mean of all."""
    heads = ["", "floor", "gradkit", "x", "wall 1", "wall 2", "x", "nbgrader", "x", "pytest", "x", "start", "MiB"]
    together = _mean(list(costs.values()))
    rows = [_row(_short(hw), ways) for hw, ways in costs.items()]
    goals = [goal for hw, ways in costs.items() for goal in _cost_goals(_short(hw), ways)]
    faster = together["gradkit 1"].each.wall / together["gradkit 2"].each.wall
    goals.append(Goal("all: 2 graders at least 1.85 times as fast as 1", f"{faster:.2f} times", faster >= 1.85))
    data = {hw: {name: asdict(way) for name, way in ways.items()} for hw, ways in costs.items()}
    return Report([heads, *rows, _row("all", together)], goals, {"ways": data}, LEGEND)


def _short(hw: str) -> str:
    return hw.partition("_")[0]


def _row(name: str, ways: Mapping[str, Measured]) -> list[str]:
    floor, single, double = (ways[way].each for way in ("floor", "gradkit 1", "gradkit 2"))
    row = [name, f"{floor.cpu:.3f}", f"{single.cpu:.3f}", f"{single.cpu / floor.cpu:.2f}"]
    row += [f"{single.wall:.3f}", f"{double.wall:.3f}", f"{single.wall / double.wall:.2f}"]
    for slow in ("nbgrader", "pytest"):
        cpu = ways[slow].each.cpu if slow in ways else None
        row += ["", ""] if cpu is None else [f"{cpu:.2f}", f"{cpu / single.cpu:.0f}"]
    return [*row, f"{ways['gradkit 1'].start:.1f}", f"{ways['gradkit 1'].total.peak_mb:.0f}"]


def _mean(assignments: Sequence[Mapping[str, Measured]]) -> dict[str, Measured]:
    """The mean costs of all assignments, each counted once; of the peaks the largest."""
    return {way: _mean_of([ways[way] for ways in assignments]) for way in assignments[0]}


def _mean_of(found: Sequence[Measured]) -> Measured:
    each, total = (
        Cost(mean(cost.cpu for cost in costs), mean(cost.wall for cost in costs), max(cost.peak_mb for cost in costs))
        for costs in ([way.each for way in found], [way.total for way in found])
    )
    return Measured(sum(way.submissions for way in found), total, each, mean(way.start for way in found))


def _cost_goals(name: str, ways: Mapping[str, Measured]) -> list[Goal]:
    cpu = {way: measured.each.cpu for way, measured in ways.items()}
    most, above = (2.0 if cpu["floor"] - cpu["load"] < _LITTLE else 1.5), cpu["gradkit 1"] / cpu["floor"]
    goals = [Goal(f"{name}: at most {most} times the floor", f"{above:.2f} times", above <= most)]
    if name in _LIGHT and "nbgrader" in cpu:
        less = cpu["nbgrader"] / cpu["gradkit 1"]
        goals.append(Goal(f"{name}: at least 25 times less than nbgrader autograde", f"{less:.1f} times", less >= 25))
    return goals


def scale_report(scaled: Scaled) -> Report:
    """A row for each long-lived process."""
    rows = [["process", f"MiB at {scaled.first}", f"MiB at {scaled.submissions}", "growth"]]
    for memory in scaled.memory:
        growth = f"{100 * (memory.last_mb / memory.first_mb - 1):+.1f} %"
        rows.append([memory.name, f"{memory.first_mb:.0f}", f"{memory.last_mb:.0f}", growth])
    most, rate = (
        max(memory.last_mb / memory.first_mb for memory in scaled.memory) - 1,
        scaled.submissions / scaled.seconds,
    )
    goals = [
        Goal("memory flat within 10 %", f"{100 * most:+.1f} %", most <= 0.1),
        Goal(
            "again with nothing changed: under 2 s for 1,000 records",
            f"{scaled.again_seconds:.2f} s for {scaled.submissions:,}",
            scaled.again_seconds <= 2 * max(1, scaled.submissions / 1000),
        ),
    ]
    legend = f"{rate:.1f} submissions a second with {scaled.graders} graders, start-up included"
    return Report(rows, goals, {"scale": asdict(scaled) | {"submissions_per_second": rate}}, legend)


def watch_report(watched: Sequence[Watched]) -> Report:
    """A row for each homework."""
    rows = [["homework", "saves", "start s", "median ms", "slowest ms"]]
    for homework in watched:
        waits = [f"{1000 * homework.median:.0f}", f"{1000 * homework.slowest:.0f}"]
        rows.append([homework.id, str(len(homework.waits)), f"{homework.start:.1f}", *waits])
    slowest = max(homework.slowest for homework in watched)
    goal = Goal("from a save to the result in under 100 ms", f"{1000 * slowest:.0f} ms at most", slowest < 0.1)
    return Report(rows, [goal], {"watch": [asdict(homework) for homework in watched]})


def hand_ins_report(found: HandedIn) -> Report:
    """One row, for the assignment."""
    rows = [["assignment", "hand-ins", "median s", "slowest s"]]
    rows.append([found.id, str(len(found.waits)), f"{found.median:.1f}", f"{found.slowest:.1f}"])
    goal = Goal("from a hand-in to its feedback in under 7 s", f"{found.median:.1f} s", found.median < 7)
    return Report(rows, [goal], {"hand_ins": asdict(found)})


def cluster_report(found: Clustered) -> Report:
    """A row for each way."""
    rows = [["", "submissions/s", "CPU s", "CPU ms each", "start CPU s", "MiB"]]
    for name, way in found.ways.items():
        row = [name, f"{1 / way.each.wall:.2f}", f"{way.total.cpu:.1f}", f"{1000 * way.each.cpu:.1f}"]
        rows.append([*row, f"{way.start:.1f}", f"{way.total.peak_mb:.0f}"])
    alone, one, two = found.ways.values()
    more, faster = one.each.cpu / alone.each.cpu - 1, one.each.wall / two.each.wall
    goals = [
        Goal("Dask costs at most 5 % more processor time", f"{100 * more:+.1f} %", more <= 0.05),
        Goal("two nodes at least 1.8 times as fast as one", f"{faster:.2f} times", faster >= 1.8),
    ]
    legend = (
        f"{found.submissions:,} submissions of {found.hw}, one grader on each node. Each: what one more costs; "
        "start: processor seconds before the first one. CPU of all processes."
    )
    return Report(rows, goals, {"cluster": asdict(found)}, legend)


def simulation_report(heads: Sequence[Head]) -> Report:
    """A row for each size."""
    rows = [["submissions", "start s", "then s", "submissions/s", "head CPU ms each", "MiB before", "MiB at the end"]]
    for head in heads:
        row = [f"{head.submissions:,}", f"{head.start:.1f}", f"{head.seconds:.1f}", f"{head.rate:.0f}"]
        rows.append([*row, f"{1000 * head.cpu / head.submissions:.2f}", f"{head.start_mb:.0f}", f"{head.peak_mb:.0f}"])
    few, many = heads
    slower, larger = few.rate / many.rate - 1, many.peak_mb / few.peak_mb - 1
    goals = [
        Goal("time linear within 5 %", f"{100 * slower:+.1f} %", abs(slower) <= 0.05),
        Goal("the head's memory flat within 10 %", f"{100 * larger:+.1f} %", larger <= 0.1),
    ]
    legend = (
        f"{NODES} simulated nodes, each {SECONDS} s for a submission on average; workers and nodes run beside the head"
    )
    return Report(rows, goals, {"simulation": [asdict(head) for head in heads]}, legend)


def page_report(opened: Opened) -> Report:
    """A row for each measurement."""
    rows = [
        ["", ""],
        ["students, submissions", f"{STUDENTS:,}, {opened.submissions:,}"],
        ["size", f"{opened.megabytes:.1f} MB"],
        *([name, f"{getattr(opened, name):.2f} s"] for name in ("made", "opened", "sort", "filter")),
    ]
    goal = Goal("the class report opens in under 2 s in Chromium", f"{opened.opened:.2f} s", opened.opened < 2)
    return Report(rows, [goal], {"page": asdict(opened) | {"students": STUDENTS}})


def table(rows: Rows) -> Table:
    """A table for a terminal."""
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1, 0, 0))
    for number, head in enumerate(rows[0]):
        made.add_column(head, justify="right" if number else "left", no_wrap=True)
    for row in rows[1:]:
        made.add_row(*row)
    return made


def markdown(rows: Rows) -> str:
    """A table in Markdown."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (rows[0], ["---"] * len(rows[0]), *rows[1:]))

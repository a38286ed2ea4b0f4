"""``python -m bench``: measure the cost of grading on this machine."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gradkit.cli.app import prepare
from gradkit.cli.output import complain, err, find_course, out, progress
from gradkit.errors import GradkitError, UsageError

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

if TYPE_CHECKING:
    from bench.figures import Report


@app.command()
def bench(
    assignments: Annotated[
        list[str] | None,
        typer.Argument(
            help="The assignments; all by default, the first for --scale, --hand-ins, --cluster, --simulation."
        ),
    ] = None,
    submissions: Annotated[
        int | None,
        typer.Option(min=10, help="Submissions to grade, or saves to time: 40 by default, 4,000 with --cluster."),
    ] = None,
    slow: Annotated[
        int, typer.Option(min=0, help="Submissions for nbgrader and pytest, which take seconds each; 0 omits both.")
    ] = 5,
    scale: Annotated[
        int | None, typer.Option(min=20, help="Instead, grade this many with gradkit only, and measure its memory.")
    ] = None,
    watch: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="Instead, time gradkit check --watch on this homework; repeatable."),
    ] = None,
    hand_ins: Annotated[
        int | None,
        typer.Option(min=1, help="Instead, time gradkit grade --watch: so many hand-ins of the first assignment."),
    ] = None,
    cluster: Annotated[
        bool, typer.Option("--cluster", help="Instead, grade without Dask, on one node and on two, on this machine.")
    ] = False,
    simulation: Annotated[
        int | None,
        typer.Option(min=1000, help="Instead, distribute so many on 64 nodes that only wait, to measure the head."),
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Instead, time a class report of 1,000 students made from these records."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print the table in Markdown.")] = False,
) -> None:
    """Measure the cost of grading the course's assignments, in one run on the same submissions; or how long users wait.

    Everything happens in a temporary folder with a copy of the course around the current folder.
    """
    from bench import figures
    from bench.cluster import measure_cluster
    from bench.hand_ins import measure_hand_ins
    from bench.page import measure_page
    from bench.scale import measure_scale
    from bench.simulation import measure_simulation
    from bench.watch import measure_watch
    from bench.ways import measure_ways
    from gradkit.temporary import TemporaryFolder

    if sum(option is not None for option in (scale, watch, hand_ins, page, simulation, cluster or None)) > 1:
        raise UsageError(
            "--scale, --watch, --hand-ins, --page, --cluster and --simulation exclude each other: give one of them."
        )
    number = submissions or 40
    if slow == 1:
        raise UsageError("--slow 1: the cost of one more submission needs at least 2.")

    def measured(folder: Path, report: Callable[[str], None]) -> Report:
        if watch:
            return figures.watch_report([measure_watch(folder, homework, number, report) for homework in watch])
        if page is not None:
            return figures.page_report(measure_page(folder, page, report))
        course = find_course(None)
        hws = assignments or course.assignment_ids
        if hand_ins is not None:
            return figures.hand_ins_report(measure_hand_ins(folder, course, hws[0], hand_ins, report))
        if scale is not None:
            return figures.scale_report(measure_scale(folder, course, hws[0], scale, report))
        if cluster:
            return figures.cluster_report(measure_cluster(folder, course, hws[0], submissions or 4000, report))
        if simulation is not None:
            return figures.simulation_report(measure_simulation(folder, course, hws[0], simulation, report))
        for hw in hws:
            course.assignment(hw)  # fail before any work begins
        return figures.ways_report(
            {hw: measure_ways(folder / hw, course, hw, number, min(slow, number), report) for hw in hws}
        )

    about = figures.machine()
    with TemporaryFolder("gradkit-bench") as folder, progress() as bar:
        task = bar.add_task("", total=None)
        found = measured(folder, lambda text: bar.update(task, description=text, refresh=True))
    if as_json:
        goals = [goal.__dict__ for goal in found.goals]
        out.print_json(json.dumps({"machine": about, "goals": goals, **found.data}))
        return
    for name, value in about.items():
        err.print(f"{name + ':':<12}{value}", style="dim", markup=False, soft_wrap=True)
    _print(found, as_markdown=as_markdown)


def _print(report: Report, *, as_markdown: bool) -> None:
    from bench import figures

    if as_markdown:
        out.print(figures.markdown(report.rows), markup=False, soft_wrap=True)
    else:
        out.print(figures.table(report.rows))
    if report.legend:
        out.print(f"\n{report.legend}", style="dim", soft_wrap=True)
    out.print()
    for goal in report.goals:
        mark, style = ("reached", "green") if goal.reached else ("missed", "red")
        out.print(f"{mark:<8}", style=style, end="")
        out.print(f"{goal.value}; {goal.text}", markup=False, soft_wrap=True)


def main() -> None:
    """Run the benchmarks, with the exit statuses of `gradkit`."""
    try:
        prepare()
        app(prog_name="bench")
    except GradkitError as error:
        complain(str(error))
        sys.exit(error.exit_status)


if __name__ == "__main__":
    main()

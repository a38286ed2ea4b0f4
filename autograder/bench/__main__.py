"""``python -m bench``: measure the cost of grading on this machine."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gradkit.cli.app import prepare
from gradkit.cli.output import complain, err, out, progress
from gradkit.errors import GradkitError, UsageError

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

if TYPE_CHECKING:
    from bench.figures import Goal


@app.command()
def bench(
    submissions: Annotated[int, typer.Option(min=10, help="Submissions to grade, or saves to time.")] = 40,
    slow: Annotated[int, typer.Option(min=2, help="Submissions for nbgrader and pytest, which take seconds each.")] = 5,
    scale: Annotated[
        int | None, typer.Option(min=20, help="Instead, grade this many with gradkit only, and measure its memory.")
    ] = None,
    watch: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="Instead, time gradkit check --watch on this homework; repeatable."),
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Instead, time a class report of 1,000 students made from these records."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure the cost of grading, in one run on the same submissions; or how long users wait.

    The submissions are for a small built-in assignment, in a temporary folder; no course is needed or changed.
    """
    from bench import figures
    from bench.page import measure_page
    from bench.scale import measure_scale
    from bench.watch import measure_watch
    from bench.ways import measure_ways
    from gradkit.temporary import TemporaryFolder

    if sum(option is not None for option in (scale, watch, page)) > 1:
        raise UsageError("--scale, --watch and --page exclude each other: give one of them.")
    about = figures.machine()
    found, scaled, watched, opened = None, None, [], None
    with TemporaryFolder("gradkit-bench") as folder, progress() as bar:
        task = bar.add_task("", total=None)

        def report(text: str) -> None:
            bar.update(task, description=text, refresh=True)

        if watch:
            watched = [measure_watch(folder, homework, submissions, report) for homework in watch]
            goals = figures.watch_goals(watched)
            table = figures.watch_table(watched)
        elif page is not None:
            opened = measure_page(folder, page, report)
            goals = figures.page_goals(opened)
            table = figures.page_table(opened)
        elif scale is not None:
            scaled = measure_scale(folder, scale, report)
            goals = figures.scale_goals(scaled)
            table = figures.scale_table(scaled)
        else:
            found = measure_ways(folder, submissions, min(slow, submissions), report)
            goals = figures.ways_goals(found)
            table = figures.ways_table(found)
    if as_json:
        out.print_json(json.dumps(figures.as_data(about, goals, found, scaled, watched, opened)))
        return
    for name, value in about.items():
        err.print(f"{name + ':':<12}{value}", style="dim", markup=False, soft_wrap=True)
    out.print(table)
    if found is not None:
        out.print(f"\n{figures.LEGEND}", style="dim")
    if scaled is not None:
        rate = scaled.submissions / scaled.seconds
        out.print(f"\n{rate:.1f} submissions a second with {scaled.graders} graders, start-up included")
    out.print()
    for goal in goals:
        _print_goal(goal)


def _print_goal(goal: Goal) -> None:
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

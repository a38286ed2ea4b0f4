"""``gradkit check``."""

from __future__ import annotations

import json
from pathlib import Path

import typer
from rich.console import Console

from gradkit.check.console import show
from gradkit.check.homework import Homework, Question, find_homework
from gradkit.check.report import Report
from gradkit.check.running import SECONDS, run_checks


def check(
    path: Path = typer.Argument(Path(), help="The homework's folder, or a file in it."),  # noqa: B008 - typer's way
    question: str | None = typer.Option(None, "--question", help="Check this question only."),
    watch: bool = typer.Option(False, "--watch", help="Check again whenever a file is saved, until Ctrl-C."),
    as_json: bool = typer.Option(False, "--json", help="Print what was found as JSON."),
    seconds: float = typer.Option(SECONDS, "--seconds", min=0.1, help="How long one check may take."),
) -> None:
    """Run the public checks on your homework. A first look: the grading tries more."""
    homework = find_homework(path)
    only = None if question is None else homework.question(question)
    out = Console(highlight=False)
    if watch:
        _watch(homework, only, seconds, out)
        return
    report = run_checks(homework, only, seconds)
    if as_json:
        typer.echo(json.dumps(report.as_data(), indent=2))
    else:
        show(report, out)
    if not report.passed:
        raise typer.Exit(1)


def _watch(homework: Homework, only: Question | None, seconds: float, out: Console) -> None:
    from gradkit.check.watching import saves

    def judge() -> None:
        report: Report = run_checks(homework, only, seconds)
        if out.is_terminal:
            out.clear()
        show(report, out)
        out.print(f"({report.seconds * 1000:.0f} ms) Waiting for the next save; Ctrl-C ends.", style="dim")

    try:
        for _ in saves(homework.folder):
            judge()
    except KeyboardInterrupt:
        out.print()

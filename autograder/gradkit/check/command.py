"""``gradkit check``."""

from __future__ import annotations

import json
from pathlib import Path

import typer
from rich.console import Console

from gradkit.check.console import show
from gradkit.check.github import begin_step, tell
from gradkit.check.homework import Homework, Question, find_homework
from gradkit.check.junit import as_junit
from gradkit.check.locations import path_from
from gradkit.check.process import Apart
from gradkit.check.runner import SECONDS
from gradkit.errors import UsageError

_WIDTH = 120  # columns of a log that nobody's terminal shows


def check(
    path: Path = typer.Argument(Path(), help="The homework's folder, or a file in it."),  # noqa: B008 - typer's way
    question: str | None = typer.Option(None, "--question", help="Check this question only."),
    watch: bool = typer.Option(False, "--watch", help="Check again whenever a file is saved, until Ctrl-C."),
    as_json: bool = typer.Option(False, "--json", help="Print what was found as JSON."),
    seconds: float = typer.Option(SECONDS, "--seconds", min=0.1, help="How long one check may take."),
    junit: Path | None = typer.Option(None, "--junit", help="Also write JUnit XML to this file."),  # noqa: B008
    github: bool = typer.Option(
        False, "--github", help="In GitHub Actions: also write summary, annotations and GitHub Classroom's result."
    ),
) -> None:
    """Run the public checks on your homework. A first look: the grading tries more."""
    if watch and (junit is not None or github or as_json):
        raise UsageError("--watch goes on and on; --json, --junit and --github are for a single check.")
    homework = find_homework(path)
    only = None if question is None else homework.question(question)
    out = Console(highlight=False, width=_WIDTH if github else None)
    step = begin_step() if github else None
    with Apart(homework, seconds) as checks:
        if watch:
            _watch(homework, only, checks, out)
            return
        report = checks.run(only)
    if junit is not None:
        junit.parent.mkdir(parents=True, exist_ok=True)
        junit.write_text(as_junit(report, path_from(Path.cwd(), homework)), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(report.as_data(), indent=2))
    else:
        show(report, out)
    if step is not None:
        tell(report, step, path_from(step.root, homework))
    if not report.passed:
        raise typer.Exit(1)


def _watch(homework: Homework, only: Question | None, checks: Apart, out: Console) -> None:
    from gradkit.check.watching import saves

    try:
        for _ in saves(homework.folder):
            out.print("Checking ...", style="dim")
            try:
                report = checks.run(only)
            except UsageError as error:  # a file of the homework that is being replaced, perhaps
                out.print(str(error), style="bold red", markup=False, soft_wrap=True)
            else:
                if out.is_terminal:
                    out.clear()
                show(report, out)
                out.print(f"({report.seconds * 1000:.0f} ms) ", style="dim", end="")
            out.print("Waiting for the next save; Ctrl-C ends.", style="dim")
    except KeyboardInterrupt:
        out.print()

"""``gradkit check``, and the program that students install, which has only this command.

The exit statuses are those of the instructor's ``gradkit``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Set
from pathlib import Path

import typer
from rich.console import Console

from gradkit.check.checks import SECONDS
from gradkit.check.ci import as_junit, begin_step, classroom50_result, classroom50_variables, tell
from gradkit.check.console import ready_streams, see_where_we_are, show
from gradkit.check.help import run
from gradkit.check.homework import Homework, Question, find_homework, language_of
from gradkit.check.language import begin_in_language, language_option, speak
from gradkit.check.locations import path_from
from gradkit.check.process import Apart
from gradkit.errors import GradkitError, UsageError
from gradkit.messages import message, shown

WAITING = message("Waiting for the next save; Ctrl-C ends.")
_WIDTH = 120  # columns of a log that is not shown in a terminal
app = typer.Typer(
    name="gradkit",
    help="Check your homework before you submit it.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
_STEP = 20  # ms without further changes after which a save is complete
_LONGEST = 200  # ms during which changes are combined
_LOOK = 1_000  # ms between looks at the files themselves: not every file system reports changes


def check(
    path: Path = typer.Argument(Path(), help="The homework's folder, or a file in it."),  # noqa: B008 - typer's way
    question: str | None = typer.Option(None, "--question", help="Check this question only."),
    watch: bool = typer.Option(False, "--watch", help="Check again whenever a file is saved, until Ctrl-C."),
    as_json: bool = typer.Option(False, "--json", help="Print the results as JSON."),
    seconds: float = typer.Option(SECONDS, "--seconds", min=0.1, help="How long one check may take."),
    junit: Path | None = typer.Option(None, "--junit", help="Also write JUnit XML to this file."),  # noqa: B008
    github: bool = typer.Option(
        False, "--github", help="In GitHub Actions: also write summary, annotations and the step's output `result`."
    ),
    classroom50: bool = typer.Option(
        False,
        "--classroom50",
        help="In the runner of Classroom 50, which follows GitHub Classroom (switched off on 28 August 2026): also "
        "write result.json in the current folder.",
    ),
    language: str | None = language_option(),
) -> None:
    """Run the public checks on your homework. Grading tries more."""
    del language  # read by `begin_in_language`
    if watch and (junit is not None or github or classroom50 or as_json):
        raise UsageError(
            message("--watch does not end; --json, --junit, --github and --classroom50 are for a single check.")
        )
    submission = classroom50_variables() if classroom50 else None
    homework = find_homework(path)
    speak(homework.language)
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
    if submission is not None:
        text = json.dumps(classroom50_result(report, submission), indent=2)
        Path("result.json").write_text(text + "\n", encoding="utf-8")
    if step is not None:
        tell(report, step, path_from(step.root, homework))
    if not report.passed:
        raise typer.Exit(1)


def _watch(homework: Homework, only: Question | None, checks: Apart, out: Console) -> None:
    try:
        for _ in saves(homework.folder):
            out.print(shown(message("Checking ...")), style="dim")
            try:
                report = checks.run(only)
            except UsageError as error:  # for example, a file of the homework is being replaced
                out.print(shown(error.message), style="bold red", markup=False, soft_wrap=True)
            else:
                if out.is_terminal:
                    out.clear()
                show(report, out)
                out.print(f"({report.seconds * 1000:.0f} ms) ", style="dim", end="")
            out.print(shown(WAITING), style="dim")
    except KeyboardInterrupt:
        out.print()


app.command("check")(check)


@app.callback()
def _commands() -> None:
    pass


def main() -> None:
    """Run the command line and exit with its status."""
    ready_streams()
    try:
        see_where_we_are()
        begin_in_language(sys.argv[1:], language_of(Path.cwd()))
        run(app)
    except GradkitError as error:
        typer.echo(f"gradkit: {shown(error.message)}", err=True)
        sys.exit(error.exit_status)


def saves(folder: Path) -> Iterator[None]:
    """Yield at once, and then each time that Python files in ``folder`` are saved.

    Changes while the caller is busy are reported at its next call.
    """
    from watchfiles import PythonFilter, watch

    seen = _files(folder)
    yield
    for _ in watch(
        folder,
        watch_filter=PythonFilter(),
        step=_STEP,
        debounce=_LONGEST,
        recursive=False,
        raise_interrupt=True,
        rust_timeout=_LOOK,
        yield_on_timeout=True,
    ):
        if (now := _files(folder)) != seen:
            seen = now
            yield


def _files(folder: Path) -> Set[tuple[str, int, int, int]]:
    """What identifies a version of the files: name, inode, modification time and size of each."""
    found = set()
    for path in folder.glob("*.py"):
        try:
            status = path.stat()
        except OSError:
            continue  # just removed, as some editors do to save
        found.add((path.name, status.st_ino, status.st_mtime_ns, status.st_size))
    return found

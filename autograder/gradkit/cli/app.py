"""The application: its commands, and how errors are reported."""

from __future__ import annotations

import sys
import traceback

import typer

import gradkit
from gradkit.check.command import check
from gradkit.cli import audit, build, collect, export, feedback, grade, new, report, term
from gradkit.cli.console import complain
from gradkit.cli.start import prepare
from gradkit.errors import GradkitError
from gradkit.temporary import advice_on

app = typer.Typer(
    name="gradkit",
    help="Autograded homework for PyTorch courses. docs/reference.md explains every command and key.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"gradkit {gradkit.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    del version


app.command("new")(new.new)
app.command("build")(build.build)
app.command("check")(check)
app.command("collect")(collect.collect)
app.command("grade")(grade.grade)
app.command("feedback")(feedback.feedback)
app.command("report")(report.report)
app.add_typer(export.app, name="export")
app.add_typer(term.app, name="term")
app.command("audit")(audit.audit)


def main() -> None:
    """Run the command line and exit with its status."""
    try:
        prepare()
        app()
    except GradkitError as error:
        complain(str(error))
        sys.exit(error.exit_status)
    except Exception as error:  # noqa: BLE001 - the exit status must say that gradkit failed, not the subject
        advice = advice_on(error)
        if advice is None:
            traceback.print_exc()
            complain("gradkit itself failed. Records already written are complete. Please report the traceback above.")
        else:
            complain(f"{error}\n{advice} Records already written are complete.")
        sys.exit(3)

"""The application: its commands, and what an error becomes on the way out."""

from __future__ import annotations

import errno
import os
import re
import sys
import traceback
from collections.abc import Sequence

import typer

import gradkit
from gradkit.check.command import check
from gradkit.cli import audit, bench, build, collect, export, feedback, grade, new, report
from gradkit.cli.console import complain
from gradkit.errors import GradkitError, UsageError
from gradkit.gradebook.troubles import is_full

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
app.command("audit")(audit.audit)
app.command("bench")(bench.bench)


def main() -> None:
    """Run the command line and exit with its status."""
    try:
        _with_asserts()
        app()
    except GradkitError as error:
        complain(str(error))
        sys.exit(error.exit_status)
    except Exception as error:  # noqa: BLE001 - whatever it is, the status must say that gradkit failed, not the subject
        if isinstance(error, OSError) and is_full(error):
            complain(f"{error}\nMake room and run this again. Records that were written are complete.")
        elif isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
            complain("Memory ran out. Records that were written are complete: run this again, with --workers 1.")
        else:
            traceback.print_exc()
            complain("gradkit itself failed. Records that were written are complete; please report what stands above.")
        sys.exit(3)


def _with_asserts() -> None:
    """Begin anew where Python was started with -O: suites and bank say ``assert``, and so does students' code.

    Raises:
        UsageError: there is nothing to leave out, and still it is so.
    """
    if __debug__:
        return
    command = without_optimising(sys.orig_argv, len(sys.argv) - 1)
    if os.environ.pop("PYTHONOPTIMIZE", None) is None and command == sys.orig_argv:
        raise UsageError("Python runs with -O here, which leaves out every assert. Start gradkit without it.")
    os.execv(sys.executable, command)  # noqa: S606 - the very command that was given


def without_optimising(command: Sequence[str], arguments: int) -> list[str]:
    """A command that starts Python, less its ``-O``, ``-OO`` and the like.

    Args:
        command: the interpreter, its options, and what it runs.
        arguments: how many words at the end are the program's own.
    """
    own = len(command) - arguments
    words = [re.sub("O", "", word) if re.fullmatch("-[A-Za-z]*O[A-Za-z]*", word) else word for word in command[:own]]
    return [*(word for word in words if word != "-"), *command[own:]]

"""The application: its commands, what each of them stands on, and what an error becomes on the way out.

The machine's or container's settings must neither change what a command does nor stop it.
"""

from __future__ import annotations

import os
import re
import resource
import sys
import traceback
from collections.abc import Sequence

import typer

import gradkit
from gradkit.check.command import check
from gradkit.check.console import ready_streams, see_where_we_are
from gradkit.check.help import run
from gradkit.check.language import begin_in_language, language_option
from gradkit.cli import audit, build, collect, decisions, export, grade, gradebook, node, report, term
from gradkit.cli.output import complain, course_language
from gradkit.errors import GradkitError, UsageError
from gradkit.messages import lines, message, sentences
from gradkit.temporary import advice_on

app = typer.Typer(
    name="gradkit",
    help="Autograded homework for PyTorch courses. docs/reference.md explains every command and key.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
_OWNERS_BITS = 0o700
_FILES = 1024


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"gradkit {gradkit.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
    language: str | None = language_option(),
) -> None:
    del version, language  # read by `begin_in_language`


app.command("new")(build.new)
app.command("build")(build.build)
app.command("check")(check)
app.command("collect")(collect.collect)
app.command("grade")(grade.grade)
app.command("feedback")(report.feedback)
app.command("report")(report.report)
app.add_typer(export.app, name="export")
app.add_typer(gradebook.app, name="gradebook")
app.add_typer(term.app, name="term")
app.command("extend")(decisions.extend)
app.command("excuse")(decisions.excuse)
app.command("drop")(decisions.drop)
app.command("choose")(decisions.choose)
app.command("rename")(decisions.rename)
app.command("merge")(decisions.merge)
app.command("policy")(decisions.policy)
app.command("audit")(audit.audit)
app.command("node", hidden=True)(node.node)


def main() -> None:
    """Run the command line and exit with its status."""
    try:
        prepare()
        begin_in_language(sys.argv[1:], course_language())
        run(app)
    except GradkitError as error:
        complain(error.message)
        sys.exit(error.exit_status)
    except Exception as error:  # noqa: BLE001 - the exit status must say that gradkit failed, not the subject
        advice = advice_on(error)
        if advice is None:
            traceback.print_exc()
            complain(
                message(
                    "gradkit itself failed. Records already written are complete. Please report the traceback above."
                )
            )
        else:
            complain(lines(str(error), sentences(advice, message("Records already written are complete."))))
        sys.exit(3)


def prepare() -> None:
    """Set up this process, or restart it if Python was started with other options.

    Raises:
        UsageError: it cannot be set up.
    """
    ready_streams()
    see_where_we_are()
    os.umask(os.umask(0o077) & ~_OWNERS_BITS)  # files must be accessible to their owner
    _allow_files()
    utf8 = sys.getfilesystemencoding() == "utf-8"  # otherwise Łukasz is a different student in each locale
    if __debug__ and utf8:
        return
    command = without_optimizing(sys.orig_argv, len(sys.argv) - 1)
    settings = dict(os.environ)
    if not utf8:
        settings.setdefault("PYTHONIOENCODING", sys.stdout.encoding)  # keep the terminal's encoding
        settings["PYTHONUTF8"] = "1"
    if not __debug__:
        settings.pop("PYTHONOPTIMIZE", None)
    if command == sys.orig_argv and settings == dict(os.environ):
        raise UsageError(
            message(
                "Python runs without asserts (-O), or with file names that are not UTF-8 (-X utf8=0). Start gradkit "
                "without these options."
            )
        )
    os.execve(sys.executable, command, settings)  # noqa: S606 - the command that was given


def without_optimizing(command: Sequence[str], arguments: int) -> list[str]:
    """A command that starts Python, without ``-O``, ``-OO`` and the like.

    Args:
        command: the interpreter, its options, the program and its arguments.
        arguments: the number of arguments at the end.
    """
    own = len(command) - arguments
    words = [re.sub("O", "", word) if re.fullmatch("-[A-Za-z]*O[A-Za-z]*", word) else word for word in command[:own]]
    return [*(word for word in words if word != "-"), *command[own:]]


def _allow_files() -> None:
    """Raise a low limit of open files, as far as permitted."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))

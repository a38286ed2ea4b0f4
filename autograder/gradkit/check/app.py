"""The ``gradkit`` command as students have it: one command, and the same exit statuses as an instructor's."""

from __future__ import annotations

import sys

import typer

from gradkit.check.command import check
from gradkit.check.console import ready_streams, see_where_we_are
from gradkit.errors import GradkitError

app = typer.Typer(
    name="gradkit",
    help="Check your homework before you hand it in.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("check")(check)


@app.callback()
def _commands() -> None:
    pass


def main() -> None:
    """Run the command line and exit with its status."""
    ready_streams()
    try:
        see_where_we_are()
        app()
    except GradkitError as error:
        typer.echo(f"gradkit: {error}", err=True)
        sys.exit(error.exit_status)

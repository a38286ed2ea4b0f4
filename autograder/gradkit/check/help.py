"""A command line in the language in use: its help, and the errors and other words of click.

The texts of commands and options are in English where these are defined, and are looked up when the command line is
built. click's own words are recognized in what it prints, since typer brings a copy of click that translates none.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import typer
from rich.cells import cell_len

from gradkit.check.console import wrap
from gradkit.messages import Message, language_in_use, message, shown, translate

_ClickError: Any = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
_HelpFormatter: Any = typer.Context.formatter_class
_USAGE = message("Usage:")
_OPTIONS, _COMMAND = message("[OPTIONS]"), message("COMMAND [ARGS]...")
# What click prints, and pydantic in newer versions of typer.
_SENTENCES = (
    message("Options:"),
    message("Arguments:"),
    message("Commands:"),
    message("Show this message and exit."),
    message("{first}; {then}"),
    message("default: {value}"),
    message("required"),
    message("Try {command} for help."),
    message("Aborted!"),
    message("Error: {what}"),
    message("{what} Did you mean {known}?"),
    message("{what} (Possible options: {known})"),
    message("{what} (Did you mean one of: {known}?)"),
    message("No such option: {option}"),
    message("No such option {option}."),
    message("No such command {command}."),
    message("Missing command."),
    message("Missing argument {argument}."),
    message("Missing option {option}."),
    message("Got unexpected extra argument(s) ({words})"),
    message("Got unexpected extra argument ({words})"),
    message("Got unexpected extra arguments ({words})"),
    message("Option {option} requires an argument."),
    message("Option {option} does not take a value."),
    message("Invalid value for {option}: {why}"),
    message("Input should be a valid number, unable to parse string as a number"),
    message("Input should be a valid integer, unable to parse string as an integer"),
    message("Input should be greater than or equal to {least}"),
    message("Input should be less than or equal to {most}"),
    message("Value error, {what}"),
    message("{value} does not match the formats {formats}."),
    message("{value} does not match the format {formats}."),
    message("{value} is not a valid float range."),
    message("{value} is not a valid integer range."),
    message("{value} is not a valid integer."),
    message("{value} is not in the range {range}."),
)
_EXTRA = re.compile(r"(.*?)(?:^|  )\[([^]]*)\]", re.DOTALL)


def run(app: typer.Typer) -> None:
    """Run a command line, and end with its status.

    Raises:
        SystemExit: always.
    """
    command = typer.main.get_command(app)
    if language_in_use() != "en":
        _translate_help(command)
    try:
        status = command(standalone_mode=False)
    except _ClickError as error:
        _print_error(error)
        status = error.exit_code
    except typer.Abort:
        typer.echo(_recognized("Aborted!"), err=True)
        status = 1
    sys.exit(status if isinstance(status, int) else 0)


def help_texts(command: Any) -> Iterator[tuple[Any, str]]:
    """What ``--help`` shows of a command and all below it: the objects that have a text as ``help``, and the text."""
    for owner in (command, *command.params):
        if getattr(owner, "help", None):
            yield owner, owner.help
    for below in getattr(command, "commands", {}).values():
        yield from help_texts(below)


def _translate_help(command: Any) -> None:
    for owner, text in list(help_texts(command)):
        owner.help = translate(text, language_in_use())
        if hasattr(owner, "short_help"):  # a command's: the first sentence, in the list of its group
            owner.short_help = re.split(r"(?<=。)|\n\n", owner.help)[0]
        if hasattr(owner, "context_class"):
            owner.context_class = _Context


class _Formatter(_HelpFormatter):  # type: ignore[misc]
    """Help with click's words translated, in lines and columns as wide as they are shown."""

    def write_usage(self, prog: str, args: str = "", _prefix: str | None = None) -> None:
        """Write how the command is called."""
        for word in (_OPTIONS, _COMMAND):
            args = args.replace(word, shown(word))
        self.write(f"{' ' * self.current_indent}{shown(_USAGE)}{prog} {args}\n")

    def write_heading(self, heading: str) -> None:
        """Write the heading of a section."""
        self.write(f"{' ' * self.current_indent}{_recognized(f'{heading}:')}\n")

    def write_text(self, text: str) -> None:
        """Write paragraphs."""
        indent = " " * self.current_indent
        paragraphs = (wrap(" ".join(part.split()), self.width - len(indent)) for part in text.split("\n\n"))
        self.write("\n\n".join("\n".join(indent + line for line in lines) for lines in paragraphs) + "\n")

    def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write names, each with its text beside it, or below it if it is too long."""
        indent = " " * self.current_indent
        wide = min(max(cell_len(name) for name, _ in rows), col_max) + col_spacing
        for name, text in rows:
            lines = wrap(_with_extra(text), max(self.width - len(indent) - wide, 10))
            if cell_len(name) + col_spacing > wide:
                self.write(f"{indent}{name}\n")
            else:
                self.write(f"{indent}{name}{' ' * (wide - cell_len(name))}{lines.pop(0)}".rstrip() + "\n")
            for line in lines:
                self.write(f"{indent}{' ' * wide}{line}\n")


class _Context(typer.Context):
    formatter_class = _Formatter


def _with_extra(text: str) -> str:
    """The text of an option, and in brackets at its end what click knows of it: "[default: 5.0; x>=0.1]"."""
    found = _EXTRA.fullmatch(text)
    if not found:
        return _recognized(text)
    return f"{found[1]}  [{_recognized(found[2])}]".strip()


def _print_error(error: Any) -> None:
    text = io.StringIO()
    error.show(text)
    typer.echo("\n".join(map(_recognized, text.getvalue().split("\n"))), err=True, nl=False)


def _recognized(text: str) -> str:
    """A text of click's in the language in use; one that is not known stays as it is."""
    return shown(_parsed(text)) if language_in_use() != "en" else text


def _parsed(text: str) -> str:
    for sentence, pattern in _patterns():
        if found := pattern.fullmatch(text):
            return Message(sentence, {name: _parsed(value) for name, value in found.groupdict().items()})
    return text


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    return [(text, re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(text)))) for text in _SENTENCES]

"""Show a report in the terminal: as a table with colors, or as plain text where there are none."""

from __future__ import annotations

import io
import os
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import MappingProxyType

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from gradkit.check.results import WORDS, CheckResult, QuestionReport, Report, Status
from gradkit.errors import UsageError
from gradkit.messages import Message, message, shown

_STYLES = MappingProxyType({"passed": "green", "failed": "bold red", "not started": "dim", "stopped": "bold red"})

_HAN, _OPENING, _CLOSING = "\u4e00-\u9fff", "（“", "，。：；？！、）”"
# What stays on a line: what click adds in brackets; a Chinese character or a word, with the punctuation that may not
# begin or end a line.
_UNIT = re.compile(rf"\s+|\[[^]]+\]|[{_OPENING}]*(?:[{_HAN}]|[^\s{_HAN}{_OPENING}{_CLOSING}]+)?[{_CLOSING}]*")


def ready_streams() -> None:
    """Make standard output and error accept any text, by escaping characters that the terminal cannot show.

    A closed stream (``>&-``) is replaced by the null device; otherwise the next opened file would take its place.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
            setattr(sys, name, os.fdopen(number, "r" if number == 0 else "w", encoding="utf-8", closefd=False))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def see_where_we_are() -> None:
    """Check that the current folder exists, since every path is relative to it.

    Raises:
        UsageError: it does not exist or cannot be read.
    """
    try:
        Path.cwd()
    except OSError as error:
        raise UsageError(
            message(
                "The current folder does not exist or cannot be read ({why}). Change to another one with cd.",
                why=Message(error.strerror or ""),
            )
        ) from error


def show(report: Report, console: Console) -> None:
    """Print the report in the language in use."""
    console.print(Text.assemble((report.id, "bold"), f"  {report.title}"), soft_wrap=True)
    if report.trouble:
        _print(console, _details(report, report.trouble))
    for warning in report.warnings:
        _print(console, [(warning.message, "yellow", 6), *([(warning.place, "cyan", 10)] if warning.place else [])])
    widths = tuple(max(map(cell_len, column)) for column in (map(shown, WORDS.values()), _ids(report)))
    for question in report.questions:
        console.print(_heading(report, question, widths), soft_wrap=True)
        for check in report.to_tell(question):
            _print(console, _details(report, check))
    console.print(shown(report.summary()), soft_wrap=True)
    for sentence in report.beyond():
        console.print(Text(f"  {shown(sentence)}", "dim"), soft_wrap=True)


def as_text(report: Report) -> str:
    """The report as plain text."""
    console = Console(file=io.StringIO(), width=100, color_system=None, force_terminal=False, force_jupyter=False)
    with console.capture() as capture:
        show(report, console)
    return capture.get().rstrip("\n")


def wrap(text: str, width: int) -> list[str]:
    """The lines of a text, each of at most ``width`` columns, of which a Chinese character takes two.

    Chinese is wrapped between any two characters, but no line begins with a full stop or the like.
    """
    lines = [""]
    for unit in filter(None, _UNIT.findall(text)):
        if cell_len(lines[-1] + unit.rstrip()) > width and lines[-1]:
            lines[-1] = lines[-1].rstrip()
            lines.append(unit.lstrip())
        else:
            lines[-1] += unit
    return [*lines[:-1], lines[-1].rstrip()]


def _ids(report: Report) -> Iterator[str]:
    return (question.id for question in report.questions)


def _heading(report: Report, question: QuestionReport, widths: tuple[int, ...]) -> Text:
    """The line of a question; ``widths`` are the columns that statuses and ids take."""
    status: Status = question.status
    word = set_cell_size(shown(WORDS[status]), widths[0] + 1)
    name = set_cell_size(question.id, widths[1])
    return Text.assemble("  ", (word, _STYLES[status]), f"{name}  {shown(report.count(question))}".rstrip())


def _print(console: Console, lines: Iterable[tuple[str, str, int]]) -> None:
    for line, style, indent in lines:
        text = shown(line)
        if console.is_terminal:
            wrapped = "\n".join(part for part in text.split("\n") for part in wrap(part, console.width - indent))
            console.print(Padding(Text(wrapped, style), (0, 0, 0, indent), expand=False))
        else:  # logs are searched, and their viewers wrap lines themselves
            console.print(Text(textwrap.indent(text, " " * indent), style), soft_wrap=True)


def _details(report: Report, check: CheckResult) -> Iterator[tuple[str, str, int]]:
    """(text, style, indent) of each line about a failed check."""
    yield check.title, "", 6
    yield check.message, "", 10
    if check.line is not None:
        yield check.place(report.module), "cyan", 10
    if check.printed.strip():
        yield message("It printed:"), "dim", 10
        yield check.printed.rstrip(), "dim", 12

"""A report for the terminal: a table with colours, or plain text where nobody sees colours."""

from __future__ import annotations

import io
from collections.abc import Iterator
from types import MappingProxyType

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from gradkit.check.report import QuestionReport, Report, Status, wrong

_STYLES = MappingProxyType({"passed": "green", "failed": "bold red", "not started": "dim", "stopped": "bold red"})


def show(report: Report, console: Console) -> None:
    """Print the report."""
    console.print(Text.assemble((report.id, "bold"), f"  {report.title}"), soft_wrap=True)
    width = max(len(question.id) for question in report.questions)
    for question in report.questions:
        console.print(_heading(question, width), soft_wrap=True)
        for text, style, indent in _details(report, question):
            console.print(Padding(Text(text, style), (0, 0, 0, indent), expand=False))
    console.print(report.summary(), soft_wrap=True)


def as_text(report: Report) -> str:
    """The report as plain text."""
    console = Console(file=io.StringIO(), width=100, color_system=None, force_terminal=False, force_jupyter=False)
    with console.capture() as capture:
        show(report, console)
    return capture.get().rstrip("\n")


def _heading(question: QuestionReport, width: int) -> Text:
    status: Status = question.status
    count = "" if status == "not started" else f"{question.passed} of {len(question.checks)} checks"
    return Text.assemble("  ", (f"{status:<12}", _STYLES[status]), f"{question.id:<{width}}  {count}")


def _details(report: Report, question: QuestionReport) -> Iterator[tuple[str, str, int]]:
    """(text, style, indent) of each line below a question."""
    if question.status == "not started":
        return
    for check in wrong(question.checks):
        yield check.title, "", 6
        yield check.message, "", 10
        if check.line is not None:
            yield f"{report.module}, line {check.line}: {check.source}", "cyan", 10
        if check.printed.strip():
            yield "It printed:", "dim", 10
            yield check.printed.rstrip(), "dim", 12

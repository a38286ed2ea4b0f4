"""A report for a notebook: a small table that needs no style sheet or script, readable in dark and light."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from types import MappingProxyType

from gradkit.check.report import CheckResult, QuestionReport, Report, Warned

_MARKS = MappingProxyType({"passed": "&#10003;", "failed": "&#10007;", "not started": "&#9675;", "stopped": "&#10007;"})
# White on each of these can be read, whatever the theme around it.
_COLOURS = MappingProxyType({"passed": "#1a7f37", "failed": "#cf222e", "not started": "#656d76", "stopped": "#cf222e"})


def as_html(report: Report) -> str:
    """The report as HTML; all that comes from the student's code is escaped."""
    trouble = "".join(_details(report, report.trouble)) if report.trouble else ""
    rows = "".join(_row(report, question) for question in report.questions)
    warnings = "".join(_warning(warning) for warning in report.warnings)
    beyond = "".join(f"<br>{escape(sentence)}" for sentence in report.beyond())
    return f"<div>{trouble}{warnings}<table>{rows}</table><p>{escape(report.summary())}{beyond}</p></div>"


def _warning(warning: Warned) -> str:
    place = f"<br><code>{escape(warning.place)}</code>" if warning.place else ""
    return f'<div style="margin-top:0.5em"><b>Warning:</b> {escape(warning.message)}{place}</div>'


def _row(report: Report, question: QuestionReport) -> str:
    status = question.status
    chip = f"background:{_COLOURS[status]};color:#fff;padding:0.1em 0.5em;border-radius:0.3em;white-space:nowrap"
    mark = f'<span style="{chip}">{_MARKS[status]} {status}</span>'
    details = "".join(line for check in report.to_tell(question) for line in _details(report, check))
    name = f"<code>{escape(question.id)}</code>"
    cell = 'style="text-align:left;vertical-align:top;padding:0.2em 0.8em 0.2em 0"'
    return f"<tr><td {cell}>{mark}</td><td {cell}>{name}</td><td {cell}>{report.count(question)}{details}</td></tr>"


def _details(report: Report, check: CheckResult) -> Iterator[str]:
    yield f'<div style="margin-top:0.5em;white-space:pre-wrap"><b>{escape(check.title)}</b><br>{escape(check.message)}'
    if check.line is not None:
        yield f"<br>{escape(report.module)}, line {check.line}: <code>{escape(check.source)}</code>"
    if check.printed.strip():
        yield f'<br>It printed:<pre style="margin:0">{escape(check.printed.rstrip())}</pre>'
    yield "</div>"

"""What the public checks found, for terminal, notebook and CI, and its texts.

Students' texts are made short and lose their control characters. A notebook shows a small table that needs no style
sheet or script and can be read in dark and light.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from html import escape
from types import MappingProxyType
from typing import Any, Literal

from gradkit.conditions.rules import INPUT, explained

Status = Literal["passed", "failed", "not started", "stopped"]
_MARKS = MappingProxyType({"passed": "&#10003;", "failed": "&#10007;", "not started": "&#9675;", "stopped": "&#10007;"})
# White on each of these can be read, whatever the theme around it.
_COLOURS = MappingProxyType({"passed": "#1a7f37", "failed": "#cf222e", "not started": "#656d76", "stopped": "#cf222e"})
LONGEST = 2_000  # characters
# torch names the dtypes, but not the way out.
_DTYPES = " (double is float64, float is float32: give tensors that you make the dtype of the input, dtype=x.dtype)"


@dataclass(frozen=True)
class CheckResult:
    """What came of one check.

    Attributes:
        name: the function's name.
        title: what it checks, in a sentence.
        status: how it went; "stopped" where it did not end.
        message: what was expected and what was found; "" where it passed.
        line: the line of the student's module that it is about, or None.
        source: that line's text.
        printed: the end of what the code printed.
        seconds: wall time.
    """

    name: str
    title: str
    status: Status
    message: str
    line: int | None
    source: str
    printed: str
    seconds: float


@dataclass(frozen=True)
class Warned:
    """Something that grading refuses, or that changes how the checks and grading run.

    Attributes:
        message: what it is and what to do, in the words that grading uses.
        file: the name of the student's file.
        line: the line of the file, or None where that is not known.
        source: that line's text.
    """

    message: str
    file: str
    line: int | None = None
    source: str = ""

    @property
    def place(self) -> str:
        """File, line and text; "" where the line is not known."""
        return "" if self.line is None else f"{self.file}, line {self.line}: {self.source}"


@dataclass(frozen=True)
class QuestionReport:
    """What came of one question's checks.

    Attributes:
        id: the question.
        points: what it is worth.
        checks: the results.
        beyond: what the grading tries beyond them; "" where nobody says.
    """

    id: str
    points: float
    checks: tuple[CheckResult, ...]
    beyond: str = ""

    @property
    def status(self) -> Status:
        """Passed when all of its checks are; not started when none has been begun."""
        found = {check.status for check in self.checks}
        if found == {"not started"}:
            return "not started"
        if found <= {"passed"}:
            return "passed"
        return "stopped" if "stopped" in found else "failed"

    @property
    def passed(self) -> int:
        """How many checks passed."""
        return sum(check.status == "passed" for check in self.checks)


@dataclass(frozen=True)
class Report:
    """What came of a homework's checks.

    Attributes:
        id: the homework.
        title: its title.
        module: the name of the student's module.
        questions: in the order of the handout.
        seconds: wall time of all of them.
        trouble: why the module could not be loaded at all; then this is the one result of each question, too.
        warnings: what grading refuses although it works here, and which switches of Python or torch the file turned.
    """

    id: str
    title: str
    module: str
    questions: tuple[QuestionReport, ...]
    seconds: float
    trouble: CheckResult | None = None
    warnings: tuple[Warned, ...] = ()

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Report:
        """A report from what `as_data` made of it."""
        questions = [
            QuestionReport(
                one["id"], one["points"], tuple(CheckResult(**check) for check in one["checks"]), one["beyond"]
            )
            for one in data["questions"]
        ]
        trouble = data["trouble"] and CheckResult(**data["trouble"])
        warnings = tuple(Warned(**warning) for warning in data["warnings"])
        return cls(data["id"], data["title"], data["module"], tuple(questions), data["seconds"], trouble, warnings)

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(question.status == "passed" for question in self.questions)

    def to_tell(self, question: QuestionReport) -> list[CheckResult]:
        """The checks to tell about below a question: each that did not pass, and of those that fail alike the first.

        None where all of it is not started yet, or where `trouble` says what is wrong.
        """
        told: dict[tuple[str, int | None], CheckResult] = {}
        if self.trouble is None and question.status != "not started":
            for check in question.checks:
                if check.status != "passed":
                    told.setdefault((check.message, check.line), check)
        return list(told.values())

    def count(self, question: QuestionReport) -> str:
        """How many of a question's checks pass, or where its TODO still stands, in words."""
        if self.trouble is not None or not question.checks:
            return ""
        if question.status == "not started":
            return f"the TODO in line {question.checks[0].line}"
        return f"{question.passed} of {len(question.checks)} checks"

    def summary(self) -> str:
        """The last line: how far one is, and that the grading asks for more."""
        done = sum(question.status == "passed" for question in self.questions)
        number = len(self.questions)
        if number == 1:
            words = "Its public checks pass" if done else "Its public checks do not all pass yet"
        else:
            words = f"{done} of {number} questions pass their public checks"
        return f"{words}. The grading tries more, and compares gradients."

    def beyond(self) -> list[str]:
        """What the grading tries beyond the checks of each question that passes them, a sentence each."""
        passed = [one for one in self.questions if one.status == "passed" and one.beyond]
        return [f"{one.id}: grading also tries {one.beyond}." for one in passed]

    def as_data(self) -> dict[str, Any]:
        """For JSON."""
        data = asdict(self)
        for question, shown in zip(self.questions, data["questions"], strict=True):
            shown["status"] = question.status
        return data

    def _repr_html_(self) -> str:
        """How Jupyter shows it."""
        return as_html(self)

    def __repr__(self) -> str:
        """How everything else shows it."""
        from gradkit.check.console import as_text

        return as_text(self)


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


def excerpt(text: str) -> str:
    """The text, cut, with every control character but newline and tab replaced."""
    cut = text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."
    return "".join(one if one.isprintable() or one in "\n\t" else "\ufffd" for one in cut.replace("\r\n", "\n"))


def said(error: BaseException) -> str:
    """What there is to say of an exception that a student's code let through."""
    if isinstance(error, SystemExit):
        return "Your code ends the program. Take out exit() and the like."
    if isinstance(error, EOFError):
        return INPUT
    name, text = parts(error)
    advice = _DTYPES if "float" in text.lower() and "double" in text.lower() else ""
    return f"{name}: {text}{advice}" if text else name


def parts(error: BaseException) -> tuple[str, str]:
    """The type of an exception, and its message with the rule that was broken."""
    try:
        text = explained(error, str(error.msg if isinstance(error, SyntaxError) else error))
    except Exception:  # noqa: BLE001 - a student's exception may do anything when it is asked for its text
        text = ""
    return type(error).__name__, text


class Tail:
    """Keeps the end of the texts that it is given."""

    def __init__(self) -> None:
        self._kept = ""

    def take(self, text: str) -> None:
        """Take a text; all but the last `LONGEST` characters of everything is forgotten."""
        self._kept = (self._kept + text[-LONGEST:])[-LONGEST:]

    def getvalue(self) -> str:
        """The end of what was taken."""
        return self._kept

"""The results of the public checks, for terminal, notebook and CI.

Text from students is shortened, and its control characters are replaced. The table for notebooks needs no style sheet
or script, and is readable in dark and light themes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from html import escape
from types import MappingProxyType
from typing import Any, Literal

from gradkit.conditions.rules import INPUT, explained, with_rule
from gradkit.messages import Message, from_data, message, packed, sentences, shown

Status = Literal["passed", "failed", "not started", "stopped"]
_MARKS = MappingProxyType({"passed": "&#10003;", "failed": "&#10007;", "not started": "&#9675;", "stopped": "&#10007;"})
# White text is readable on each of these in every theme.
_COLORS = MappingProxyType({"passed": "#1a7f37", "failed": "#cf222e", "not started": "#656d76", "stopped": "#cf222e"})
LONGEST = 2_000  # characters
# The statuses in words, by the statuses themselves.
WORDS: Mapping[Status, Message] = MappingProxyType(
    {
        "passed": message("passed"),
        "failed": message("failed"),
        "not started": message("not started"),
        "stopped": message("stopped"),
    }
)


@dataclass(frozen=True)
class CheckResult:
    """The result of one check.

    Attributes:
        name: the function's name.
        title: what it checks, as a sentence.
        status: the outcome; "stopped" if it did not finish.
        message: what was expected and what was found; "" if it passed.
        line: the line of the student's module that it concerns, or None.
        source: that line's text.
        printed: the end of the code's output.
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

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> CheckResult:
        """A result from data in which messages are `packed`."""
        return cls(**{**data, "title": from_data(data["title"]), "message": from_data(data["message"])})

    def place(self, file: str) -> Message:
        """The line that it concerns, in words."""
        return message("{file}, line {line}: {source}", file=file, line=self.line, source=self.source)


@dataclass(frozen=True)
class Warned:
    """A warning: something that grading refuses, or a setting that the code changed.

    Attributes:
        message: what it is and what to do, in the same words as in grading.
        file: the name of the student's file.
        line: the line of the file, or None if unknown.
        source: that line's text.
    """

    message: str
    file: str
    line: int | None = None
    source: str = ""

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Warned:
        """A warning from data in which messages are `packed`."""
        return cls(**{**data, "message": from_data(data["message"])})

    @property
    def place(self) -> str:
        """File, line and text; "" if the line is unknown."""
        if self.line is None:
            return ""
        return message("{file}, line {line}: {source}", file=self.file, line=self.line, source=self.source)


@dataclass(frozen=True)
class QuestionReport:
    """The results of one question's checks.

    Attributes:
        id: the question.
        points: its points.
        checks: the results.
        beyond: what grading tries beyond them; "" if not stated.
    """

    id: str
    points: float
    checks: tuple[CheckResult, ...]
    beyond: str = ""

    @property
    def status(self) -> Status:
        """Passed if all checks passed, not started if none was started; else stopped or failed."""
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
    """The results of a homework's checks.

    Attributes:
        id: the homework.
        title: its title.
        module: the name of the student's module.
        questions: in the order of the handout.
        seconds: the total wall time.
        trouble: why the module could not be loaded, if so; then also the only result of each question.
        warnings: what grading refuses although it works here, and settings of Python or torch that the code changed.
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
        """The inverse of `packed`."""
        questions = [
            QuestionReport(
                question["id"],
                question["points"],
                tuple(map(CheckResult.from_data, question["checks"])),
                question["beyond"],
            )
            for question in data["questions"]
        ]
        trouble = data["trouble"] and CheckResult.from_data(data["trouble"])
        warnings = tuple(map(Warned.from_data, data["warnings"]))
        return cls(data["id"], data["title"], data["module"], tuple(questions), data["seconds"], trouble, warnings)

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(question.status == "passed" for question in self.questions)

    def to_tell(self, question: QuestionReport) -> list[CheckResult]:
        """The checks to list below a question: those that did not pass, without repeating a message and line.

        Empty if the question is not started, or if `trouble` says what is wrong.
        """
        listed: dict[tuple[str, int | None], CheckResult] = {}
        if self.trouble is None and question.status != "not started":
            for check in question.checks:
                if check.status != "passed":
                    listed.setdefault((check.message, check.line), check)
        return list(listed.values())

    def count(self, question: QuestionReport) -> str:
        """How many of a question's checks pass, or the line of its TODO, in words."""
        if self.trouble is not None or not question.checks:
            return ""
        if question.status == "not started":
            return message("the TODO in line {line}", line=question.checks[0].line)
        return message("{passed} of {number} checks", passed=question.passed, number=len(question.checks))

    def summary(self) -> Message:
        """The last line: how many questions pass, and that grading tries more."""
        done = sum(question.status == "passed" for question in self.questions)
        number = len(self.questions)
        if number > 1:
            words = message("{done} of {number} questions pass their public checks.", done=done, number=number)
        else:
            words = message("All public checks pass.") if done else message("Not all public checks pass yet.")
        return sentences(words, message("Grading tries more, and compares gradients."))

    def beyond(self) -> list[Message]:
        """A sentence for each question that passes: what grading tries beyond its public checks."""
        passed = [question for question in self.questions if question.status == "passed" and question.beyond]
        return [
            message("{question}: grading also tries {more}.", question=question.id, more=question.beyond)
            for question in passed
        ]

    def as_data(self) -> dict[str, Any]:
        """The report as JSON-serializable data."""
        data = asdict(self)
        for question, plain in zip(self.questions, data["questions"], strict=True):
            plain["status"] = question.status
        return data

    def packed(self) -> Any:
        """The same for another process: data in which messages stay messages, for `from_data`."""
        return packed(self.as_data())

    def _repr_html_(self) -> str:
        """The report as Jupyter shows it."""
        return as_html(self)

    def __repr__(self) -> str:
        """The report as plain text."""
        from gradkit.check.console import as_text

        return as_text(self)


def as_html(report: Report) -> str:
    """The report as HTML in the language in use, with all text from the student's code escaped."""
    trouble = "".join(_details(report, report.trouble)) if report.trouble else ""
    rows = "".join(_row(report, question) for question in report.questions)
    warnings = "".join(_warning(warning) for warning in report.warnings)
    beyond = "".join(f"<br>{_html(sentence)}" for sentence in report.beyond())
    return f"<div>{trouble}{warnings}<table>{rows}</table><p>{_html(report.summary())}{beyond}</p></div>"


def _warning(warning: Warned) -> str:
    place = f"<br><code>{_html(warning.place)}</code>" if warning.place else ""
    head, space = _head(message("Warning:"))
    return f'<div style="margin-top:0.5em"><b>{head}</b>{space}{_html(warning.message)}{place}</div>'


def _row(report: Report, question: QuestionReport) -> str:
    status = question.status
    chip = f"background:{_COLORS[status]};color:#fff;padding:0.1em 0.5em;border-radius:0.3em;white-space:nowrap"
    mark = f'<span style="{chip}">{_MARKS[status]} {_html(WORDS[status])}</span>'
    details = "".join(line for check in report.to_tell(question) for line in _details(report, check))
    name, count = f"<code>{escape(question.id)}</code>", _html(report.count(question))
    cell = 'style="text-align:left;vertical-align:top;padding:0.2em 0.8em 0.2em 0"'
    return f"<tr><td {cell}>{mark}</td><td {cell}>{name}</td><td {cell}>{count}{details}</td></tr>"


def _details(report: Report, check: CheckResult) -> Iterator[str]:
    yield f'<div style="margin-top:0.5em;white-space:pre-wrap"><b>{_html(check.title)}</b><br>{_html(check.message)}'
    if check.line is not None:
        place, space = _head(message("{file}, line {line}:", file=report.module, line=check.line))
        yield f"<br>{place}{space}<code>{escape(check.source)}</code>"
    if check.printed.strip():
        head = _html(message("It printed:"))
        yield f'<br>{head}<pre style="margin:0">{escape(check.printed.rstrip())}</pre>'
    yield "</div>"


def _html(text: str) -> str:
    return escape(shown(text))


def _head(text: str) -> tuple[str, str]:
    """What something begins with, and the space after it: none after a full-width colon."""
    head = _html(text)
    return head, "" if head.endswith("：") else " "


def excerpt(text: str) -> str:
    """The text, shortened, with control characters except newline and tab replaced; of a message, in its fields."""
    if isinstance(text, Message) and text.fields:
        fields = {name: excerpt(value) if isinstance(value, str) else value for name, value in text.fields.items()}
        return Message(text.id, fields, text.plural)
    cut = text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."
    clean = "".join(
        letter if letter.isprintable() or letter in "\n\t" else "\ufffd" for letter in cut.replace("\r\n", "\n")
    )
    return text if clean == text else clean


def said(error: BaseException) -> str:
    """The message for an exception that a student's code raised."""
    if isinstance(error, SystemExit):
        return message("Your code ends the program. Remove exit() and the like.")
    if isinstance(error, EOFError):
        return INPUT
    name, text = parts(error)
    if not text:
        return name
    described = message("{name}: {text}", name=name, text=with_rule(text))
    if "float" in text.lower() and "double" in text.lower():  # torch's message names the dtypes, but not the fix
        return message(
            "{what} (double is float64, float is float32: create tensors with the dtype of the input, dtype=x.dtype)",
            what=described,
        )
    return described


def parts(error: BaseException) -> tuple[str, str]:
    """The type of an exception, and its message with the grading rule that was violated."""
    try:
        text = explained(error, str(error.msg if isinstance(error, SyntaxError) else error))
    except Exception:  # noqa: BLE001 - a student's exception may do anything in __str__
        text = ""
    return type(error).__name__, text


class Tail:
    """Keep the end of a stream of text."""

    def __init__(self) -> None:
        self._kept = ""

    def take(self, text: str) -> None:
        """Append a text, keeping the last `LONGEST` characters of everything."""
        self._kept = (self._kept + text[-LONGEST:])[-LONGEST:]

    def getvalue(self) -> str:
        """The characters kept."""
        return self._kept

"""What a person reads is a message, so that it can be shown in another language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import gradkit
from gradkit import errors

ENGINE = Path(gradkit.__file__).parent
# Where every text of several words is a message. Elsewhere what is raised or printed is one: there are also queries,
# markers and the like.
PACKAGES = ("classroom", "cli", "cluster", "export", "pages", "report", "term")
MESSAGES = {"message": 1, "plural": 2}  # how many of their arguments are the text
NO_TEXT = ("Argument", "Option", "Typer", "compile")  # help, which is translated where it is printed; expressions
SHOWN = frozenset(
    {"add_column", "add_task", "complain", "confirm", "echo", "print", "prompt", "wait"}
    | {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}
    | {"Refused", "SandboxError", "WorkerBaseEnded"}
) - {"WireError"}
LETTER = re.compile("[A-Za-z]")
WORDS = re.compile("[A-Za-z]{2,}[,:;.]? +[A-Za-z]{2,}")
WORD = re.compile(r"(?:^|[\s(:])[A-Za-z][a-z]{2,}(?![\w/.-])")  # beside a field
# What is the same in every language: the names of other systems, code, placeholders, and states that nobody is shown.
NAMES = frozenset(
    {
        *("SIS User ID", "SIS Login ID", "Points Possible", "Integration ID", "Root Account"),  # Canvas
        *("Full name", "Email address", "ID number", "Maximum Grade", "Grade can be changed"),  # Moodle
        *("Last modified (submission)", "Last modified (grade)", "Feedback comments"),
        *("gradkit {}", "OLD NEW", "STUDENT ASSIGNMENT", "text/html; charset=utf-8"),
        "from gradkit.cli import main; main()",
        "from gradkit.cli.grade import prepared_round; prepared_round()",
        *("not understood", "left out"),
        *("http://127.0.0.1:{}/{}/report/report.html", "link {}", "special {}", "<{} bytes>"),
        *("::remove-matcher owner=python::\n::stop-commands::{}", "({} ms) ", "gradkit: {}"),
        # In files for other systems.
        *("manual grading {}{}", "late -{}", "{} (comment)"),
        "Nothing was graded: the grader failed. This is not your fault; your instructor has been notified.",
        "The submission can be read",
    }
)


class _Texts(ast.NodeVisitor):
    """Finds texts that are shown and are no messages.

    Args:
        in_calls: look only at what is raised or printed.

    Attributes:
        found: the line and the text of each; a field is {}.
    """

    def __init__(self, in_calls: bool) -> None:
        self.found: set[tuple[int, str]] = set()
        self._in_calls = in_calls

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring
            self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        if isinstance(node.exc, ast.Call) and _name(node.exc.func) in SHOWN:  # others are for us
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = _name(node.func)
        if name in NO_TEXT:
            return
        if name in SHOWN:
            for argument in (*node.args, *(word.value for word in node.keywords if word.arg == "description")):
                self._note(argument, LETTER)
        for value in (*node.args[MESSAGES.get(name, 0) :], *(word.value for word in node.keywords), node.func):
            self.visit(value)

    def visit_Constant(self, node: ast.Constant) -> None:
        self._note_words(node, WORDS)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._note_words(node, WORD)
        self._note_words(node, WORDS)
        for value in node.values:
            if isinstance(value, ast.FormattedValue):
                self.visit(value.value)

    def _note_words(self, node: ast.expr, expression: re.Pattern[str]) -> None:
        if not self._in_calls:
            self._note(node, expression)

    def _note(self, node: ast.expr, expression: re.Pattern[str]) -> None:
        text = _text(node)
        if expression.search(text) and text not in NAMES:
            self.found.add((node.lineno, text))


def _name(node: ast.expr | None) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(value) if isinstance(value, ast.Constant) else "{}" for value in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def texts(source: str, in_calls: bool = False) -> Iterator[tuple[int, str]]:
    """The line and the text of each text that is no message."""
    visitor = _Texts(in_calls)
    visitor.visit(ast.parse(source))
    yield from sorted(visitor.found)


def test_what_a_person_reads_is_a_message() -> None:
    found = []
    for path in sorted(ENGINE.rglob("*.py")):
        place = path.relative_to(ENGINE)
        in_calls = place.parts[0] not in PACKAGES
        found += [f"{place}:{line}: {text!r}" for line, text in texts(path.read_text(encoding="utf-8"), in_calls)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "source",
    [
        'raise UsageError("Wrong.")',
        'raise CourseError(f"{path}: wrong") from None',
        'complain(f"refused: {line}")',
        'out.print("Ready", style="dim")',
        'table.add_column("student")',
        'bar.update(task, description=f"grading {name} now")',
        'reason = f"is not in {name}"',
        'message("{why}.", why=f"it is in {name}")',
        'problems.append("nothing was found")',
        'line = f"refused: {name}"',
    ],
)
def test_a_text_that_is_no_message_is_found(source: str) -> None:
    assert list(texts(source))


def test_in_calls_other_texts_are_not_found() -> None:
    source = 'db.execute("SELECT id FROM student"); raise UsageError(f"{name} is wrong")'
    assert [text for _, text in texts(source, True)] == ["{} is wrong"]


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring of several words."""',
        'raise UsageError(message("Wrong here."))',
        'complain(plural("{n} case fails.", "{n} cases fail.", number))',
        'raise TypeError(f"{name} is no such thing")',
        'out.print(f"  {first}  {second}", style="dim")',
        'typer.Option(help="Several words of help.")',
        're.compile("student, test")',
        'data["max_score"] = "graded"',
    ],
)
def test_what_is_a_message_or_not_shown_is_not_found(source: str) -> None:
    assert not list(texts(source))

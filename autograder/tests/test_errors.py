"""Errors keep their messages, so that they can be shown in another language."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import gradkit
from gradkit import errors
from gradkit.errors import GradkitError

ENGINE = Path(gradkit.__file__).parent
PACKAGES = (
    *("audit", "bank", "collect", "course", "diagnosis", "gradebook", "grading", "intake", "release", "sandbox"),
    *("suite", "csv_tables.py", "ids.py", "temporary.py", "jail/levels.py"),
)
INTERNAL = {"WireError", "WorkerFailedError"}  # a frame's fault, and data of a failure
REPORTED = {
    *(name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, GradkitError)),
    *("Refused", "SandboxError", "WorkerBaseEnded"),
} - INTERNAL


def faults(source: str) -> Iterator[tuple[int, str]]:
    """The line of each text of an error that is no message, and of each error whose message is lost as plain text."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name(node.func) in REPORTED:
            yield from ((argument.lineno, "text") for argument in node.args if _is_text(argument))
        if isinstance(node, ast.ExceptHandler) and node.name and _names(node.type) & REPORTED:
            yield from ((inner.lineno, "lost") for part in node.body for inner in _lost(part, node.name))


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.JoinedStr):
        return any(_is_text(part) for part in node.values)
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.upper() != node.value.lower()


def _lost(part: ast.stmt, error: str) -> Iterator[ast.expr]:
    """Where an error becomes plain text: str(error), a field of an f-string or of a message."""
    for node in ast.walk(part):
        values: list[ast.expr] = []
        if isinstance(node, ast.Call) and _name(node.func) == "str":
            values = node.args
        elif isinstance(node, ast.Call) and _name(node.func) in ("message", "plural"):
            values = [word.value for word in node.keywords]
        elif isinstance(node, ast.FormattedValue):
            values = [node.value]
        yield from (value for value in values if _name(value) == error)


def _names(node: ast.expr | None) -> set[str]:
    return {_name(part) for part in (node.elts if isinstance(node, ast.Tuple) else [node])}


def _name(node: ast.expr | None) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def test_errors_are_messages() -> None:
    found = [
        f"{path.relative_to(ENGINE)}:{line}: {what}"
        for package in PACKAGES
        for path in ([ENGINE / package] if package.endswith(".py") else sorted((ENGINE / package).rglob("*.py")))
        for line, what in faults(path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ('raise CourseError("It is wrong.")', "text"),
        ('raise UsageError(f"{path}: is wrong.")', "text"),
        ('raise SandboxError(f"{level}: it does not start")', "text"),
        ('found.append(Refused(name, f"it is {what}."))', "text"),
        ("try: pass\nexcept GradkitError as error: refused.append(str(error))", "lost"),
        ('try: pass\nexcept (OSError, UsageError) as error: print(f"{name}: {error}")', "lost"),
        ('try: pass\nexcept SubmissionRefused as error: message("it is: {why}", why=error)', "lost"),
    ],
)
def test_each_fault_is_found(source: str, fault: str) -> None:
    assert [what for _, what in faults(source)] == [fault]


@pytest.mark.parametrize(
    "source",
    [
        'raise CourseError(message("{path}: is wrong.", path=path))',
        'raise WireError("a frame was cut short")',
        'raise ValueError("the file is of other tests")',
        "try: pass\nexcept GradkitError as error: refused.append(error.message)",
        "try: pass\nexcept OSError as error: refused.append(str(error))",
    ],
)
def test_right_errors_have_no_fault(source: str) -> None:
    assert list(faults(source)) == []

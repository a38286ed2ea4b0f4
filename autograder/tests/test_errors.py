"""Errors keep their messages on their way, so that they can be shown in another language."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import gradkit
from gradkit import errors
from gradkit.errors import GradkitError

ENGINE = Path(gradkit.__file__).parent
INTERNAL = {"WireError", "WorkerFailedError"}  # a frame's fault, and data of a failure
REPORTED = {
    *(name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, GradkitError)),
    *("Refused", "SandboxError", "WorkerBaseEnded"),
} - INTERNAL


def lost(source: str) -> Iterator[int]:
    """The line of each error whose message is lost as plain text."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ExceptHandler) and node.name and _names(node.type) & REPORTED:
            yield from (inner.lineno for part in node.body for inner in _lost(part, node.name))


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


def test_errors_keep_their_messages() -> None:
    found = [
        f"{path.relative_to(ENGINE)}:{line}"
        for path in sorted(ENGINE.rglob("*.py"))
        for line in lost(path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "source",
    [
        "try: pass\nexcept GradkitError as error: refused.append(str(error))",
        'try: pass\nexcept (OSError, UsageError) as error: print(f"{name}: {error}")',
        'try: pass\nexcept SubmissionRefused as error: message("it is: {why}", why=error)',
    ],
)
def test_each_loss_is_found(source: str) -> None:
    assert list(lost(source)) == [2]


@pytest.mark.parametrize(
    "source",
    [
        "try: pass\nexcept GradkitError as error: refused.append(error.message)",
        "try: pass\nexcept OSError as error: refused.append(str(error))",
    ],
)
def test_what_is_kept_is_no_fault(source: str) -> None:
    assert list(lost(source)) == []

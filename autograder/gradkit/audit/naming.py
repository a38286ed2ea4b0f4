"""Names that students may read: each is of the contract, or the suite has given it words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from gradkit.wire.call import Call
from gradkit.wire.naming import in_words

_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
_QUOTED = re.compile(r"``(.+?)``", re.DOTALL)


def contract_names(source: bytes, targets: Iterable[str]) -> frozenset[str]:
    """The names that students know: of targets and their arguments, and what docstrings quote; x and y are data."""
    found, wanted = {"result", "x", "y"}, set(targets)
    for node in ast.parse(source).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name in wanted:
            found.update(name for part in ast.walk(node) for name in _names(part))
    return frozenset(found)


def nameless(call: Call, known: frozenset[str]) -> Iterator[str]:
    """The names of a call's inputs and steps that a message could show, that no student knows and that have no words.

    Args:
        call: the call.
        known: the names of the contract. A number may follow: ``x1`` is an ``x``.
    """
    own = {*call.inputs, *(step.name for step in call.steps)}
    letters = {step.name for step in call.steps if step.target.startswith("student:") and len(step.name) == 1}
    for path in (*call.observe, *call.leaves()):
        text = in_words(path, call)
        for words in call.words.values():
            text = text.replace(words, " ")
        for name in _NAME.findall(text):
            if name in own and not {name, name.rstrip("0123456789")} & (known | letters):
                yield name


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.arg):
        yield node.arg
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        yield node.name
        for quoted in _QUOTED.findall(ast.get_docstring(node) or ""):
            yield from _NAME.findall(quoted)

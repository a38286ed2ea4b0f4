"""Chains of attributes, such as ``F.linear``, and what their first names refer to."""

from __future__ import annotations

import ast
from collections.abc import Iterable

MAX_NAME = 200  # characters of a dotted name that are read; no banned name is nearly as long


def unrolled(node: ast.expr) -> tuple[ast.expr, list[str]]:
    """The root of a chain of attributes, and the attributes."""
    attributes: list[str] = []
    while isinstance(node, ast.Attribute):
        attributes.append(node.attr)
        node = node.value
    return node, attributes[::-1]


def imported_modules(tree: ast.AST) -> set[str]:
    """The top-level names of all modules that a file imports."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def imported(nodes: Iterable[ast.AST]) -> dict[str, str]:
    """Local name -> dotted name, for everything the nodes import."""
    aliases: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                aliases[alias.asname or first] = (alias.name if alias.asname else first)[:MAX_NAME]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                aliases[alias.asname or alias.name] = f"{node.module[:MAX_NAME]}.{alias.name}"[:MAX_NAME]
    return aliases

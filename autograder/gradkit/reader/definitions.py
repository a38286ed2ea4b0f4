"""The top-level statements of a module, and which of them a question's targets reach."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_LEAVES = (ast.Name, ast.Constant, ast.Lambda)


@dataclass(frozen=True)
class Definitions:
    """A module's top-level statements, each looked at once.

    Attributes:
        nodes: for each statement, the nodes of its tree.
        defining: for each name, the positions of the statements that define it.
        naming: for each statement, the names that it uses.
    """

    nodes: list[list[ast.AST]]
    defining: dict[str, list[int]]
    naming: list[list[str]]

    def reached(self, targets: Iterable[str]) -> list[int]:
        """The positions of the statements that define the targets and what they name, directly or not."""
        waiting = list(targets)
        seen = set(waiting)
        found: dict[int, None] = {}
        while waiting:
            for position in self.defining.get(waiting.pop(), ()):
                if position not in found:
                    found[position] = None
                    new = [name for name in self.naming[position] if name not in seen]
                    seen.update(new)
                    waiting += new
        return list(found)


def read_definitions(tree: ast.Module) -> Definitions:
    """Look at each top-level statement of a module."""
    defining: dict[str, list[int]] = {}
    nodes = [list(ast.walk(statement)) for statement in tree.body]
    for position, statement in enumerate(tree.body):
        for name in dict.fromkeys(_defined_by(statement)):
            defining.setdefault(name, []).append(position)
    naming = [list(dict.fromkeys(node.id for node in each if isinstance(node, ast.Name))) for each in nodes]
    return Definitions(nodes, defining, naming)


def reachable(tree: ast.Module, targets: Iterable[str]) -> list[ast.stmt]:
    """The top-level statements that define the targets and what they name, directly or not."""
    return [tree.body[position] for position in read_definitions(tree).reached(targets)]


def _defined_by(statement: ast.stmt) -> Iterator[str]:
    """The names that a top-level statement binds or changes, also inside its blocks."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from _bound(targets)
            waiting += [] if node.value is None else [node.value]
        elif not isinstance(node, _LEAVES):
            waiting += ast.iter_child_nodes(node)


def _bound(targets: Iterable[ast.AST]) -> Iterator[str]:
    """The names in targets: ``a``, ``b`` and ``c`` in ``a, b.attribute, c[0] = ...``."""
    waiting = list(targets)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
            waiting.append(node.value)
        elif isinstance(node, (ast.Tuple, ast.List)):
            waiting += node.elts

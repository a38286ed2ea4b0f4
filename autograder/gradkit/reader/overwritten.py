"""Names of a module's functions and classes, or of builtins, that its top level reassigns.

``bce_loss = bce_loss(x, y)`` at the end of a file, to try out the function, leaves a tensor in place of the function.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass

from gradkit.bans.definitions import when_imported
from gradkit.bans.names import MAX_NAME

MAX_OVERWRITTEN = 20  # per module
_DEFINING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_OWN_SCOPE = (*_DEFINING, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Overwritten:
    """A name that was callable and no longer is.

    Attributes:
        name: the name.
        line: the last line that reassigns it, from 1.
    """

    name: str
    line: int


def find_overwritten(tree: ast.Module) -> list[Overwritten]:
    """The names that are overwritten once the module is loaded, as far as its statements show.

    A name reassigned to another callable (``f = other``, ``f = torch.compile(f)``) is not included.
    """
    callables = {name for name, value in vars(builtins).items() if callable(value)}
    found: dict[str, int] = {}
    for statement in tree.body:
        for part in when_imported(statement):
            for name, line, is_call in _bound(part):
                if is_call:
                    callables.add(name)
                    found.pop(name, None)
                elif name in callables and len(name) <= MAX_NAME:
                    found[name] = line
    return [Overwritten(name, line) for name, line in found.items()][:MAX_OVERWRITTEN]


def _bound(statement: ast.stmt) -> Iterator[tuple[str, int, bool]]:
    """(name, line, whether it may be callable) of each name that a statement binds at module level, in order."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, _DEFINING):
            yield node.name, node.lineno, True
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                yield alias.asname or alias.name.partition(".")[0], node.lineno, True
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno, False
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [target for target in targets if isinstance(target, ast.Name) and node.value is not None]
            for name in names:
                yield name.id, name.lineno, node.value is not None and _may_be_called(node.value, name.id)
            waiting += [part for part in (*targets, node.value) if part is not None and not isinstance(part, ast.Name)]
            continue
        if not isinstance(node, _OWN_SCOPE):
            waiting += reversed(list(ast.iter_child_nodes(node)))


def _may_be_called(value: ast.expr, name: str) -> bool:
    """Whether a value is another name, a lambda, or the result of a call with ``name`` as an argument."""
    if isinstance(value, ast.Call):
        arguments = [*value.args, *(keyword.value for keyword in value.keywords)]
        return any(isinstance(argument, ast.Name) and argument.id == name for argument in arguments)
    return isinstance(value, (ast.Name, ast.Attribute, ast.Lambda))

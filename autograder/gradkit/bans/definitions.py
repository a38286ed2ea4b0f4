"""A module's top-level statements, and which of them a question's targets reach."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_LEAVES = (ast.Name, ast.Constant, ast.Lambda)


@dataclass(frozen=True)
class Definitions:
    """A module's top-level statements, each read once.

    Attributes:
        nodes: for each statement, the nodes of its tree.
        defining: name -> positions of the statements that define it.
        naming: for each statement, the names it uses.
    """

    nodes: list[list[ast.AST]]
    defining: dict[str, list[int]]
    naming: list[list[str]]

    def reached(self, targets: Iterable[str]) -> list[int]:
        """The positions of the statements that define the targets and whatever they use, directly or indirectly."""
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
    """Read each top-level statement of a module."""
    defining: dict[str, list[int]] = {}
    nodes = [list(ast.walk(statement)) for statement in tree.body]
    renamed = any(map(_names_the_module, chain.from_iterable(nodes)))
    for position, statement in enumerate(tree.body):
        runs = [statement] if renamed else when_imported(statement)
        for name in dict.fromkeys(chain.from_iterable(map(_defined_by, runs))):
            defining.setdefault(name, []).append(position)
    naming = [list(dict.fromkeys(_looked_up(statement))) for statement in tree.body]
    return Definitions(nodes, defining, naming)


def reachable(tree: ast.Module, targets: Iterable[str]) -> list[ast.stmt]:
    """The top-level statements that define the targets and whatever they use, directly or indirectly."""
    return [tree.body[position] for position in read_definitions(tree).reached(targets)]


def _looked_up(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement may look up in the module: all but those local to an enclosing function."""
    everywhere: set[str] = set()
    for part in ast.walk(statement):
        if isinstance(part, ast.Global):
            everywhere.update(part.names)
        elif isinstance(part, ast.ClassDef):  # until a class binds a name, its body looks it up in the module
            everywhere.update(_stored(part.body))
    local: Counter[str] = Counter()  # for each name, the number of enclosing functions that bind it
    waiting: list[ast.AST | tuple[int, list[str]]] = [statement]  # a pair marks the begin or end of a function
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple):
            local.update(dict.fromkeys(node[1], node[0]))
        elif isinstance(node, ast.Name):
            if node.id in everywhere or not local[node.id]:
                yield node.id
        elif isinstance(node, _FUNCTIONS):
            body = node.body if isinstance(node.body, list) else [node.body]
            own = list({*_arguments(node.args), *_stored(body)})
            waiting += [(-1, own), *body, (1, own)]
            inside = set(map(id, body))
            waiting += [child for child in ast.iter_child_nodes(node) if id(child) not in inside]
        else:
            waiting += ast.iter_child_nodes(node)


def _arguments(arguments: ast.arguments) -> Iterator[str]:
    extra = [arguments.vararg, arguments.kwarg]
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *extra]
    return (argument.arg for argument in every if argument is not None)


def _stored(body: Iterable[ast.AST]) -> Iterator[str]:
    """The names that a body binds itself, not in nested functions, classes or comprehensions."""
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.partition(".")[0]
        elif isinstance(name := getattr(node, "name", None), str):
            yield name
        if not isinstance(node, (*_FUNCTIONS, ast.ClassDef, *_COMPREHENSIONS)):
            waiting += ast.iter_child_nodes(node)


def when_imported(statement: ast.stmt) -> list[ast.stmt]:
    """The statements that run on import: of ``if __name__ == "__main__":`` only the ``else`` part."""
    match statement:
        case ast.If(test=ast.Compare(ast.Name("__name__"), [ast.Eq()], [ast.Constant("__main__")]), orelse=otherwise):
            return otherwise
        case _:
            return [statement]


def _names_the_module(node: ast.AST) -> bool:
    """Whether a node assigns ``__name__``, so that such a block may run after all."""
    if isinstance(node, ast.Name):
        return node.id == "__name__" and not isinstance(node.ctx, ast.Load)
    return "__name__" in (getattr(node, field, None) for field in ("name", "asname", "rest"))


def _defined_by(statement: ast.stmt) -> Iterator[str]:
    """The names that a top-level statement binds or changes, including inside its blocks."""
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

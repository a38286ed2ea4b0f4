"""Where a module uses names that a question does not allow, and the chains of attributes that lead there.

The tree is read from each target outwards, through the functions and classes of the file that it uses, so that
``nn.Linear`` in one question does not affect another. Aliases, renamed imports and names bound at module level are
followed. Every chain of attributes is walked once, from its outermost part, and only banned names are kept: time and
memory are linear in the size of the source.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from gradkit.bans.definitions import read_definitions

Hits = Mapping[str, tuple[int, int, str]]  # a banned name -> line, order and name of its first use
MAX_NAME = 200  # characters of a dotted name that are read; no banned name is nearly as long


@dataclass(frozen=True)
class Asked:
    """A question's bans.

    Attributes:
        targets: names in the module that belong to it.
        groups: the dotted names of each of its ban groups; ``torch.optim.*`` means everything in it.
    """

    targets: Sequence[str]
    groups: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Use:
    """A use of a name that is not allowed.

    Attributes:
        group: the position of the ban group in its question.
        name: the dotted name found, or its first `MAX_NAME` characters.
        line: its line, from 1.
    """

    group: int
    name: str
    line: int


def find_uses(tree: ast.Module, questions: Sequence[Asked]) -> list[Use | None]:
    """Each question's first use of a banned name, or None."""
    wanted = dict.fromkeys(name for question in questions for group in question.groups for name in group)
    if not wanted:
        return [None] * len(questions)
    definitions = read_definitions(tree)
    aliases = _aliases(tree, definitions.nodes)
    exact, prefixes = frozenset(wanted), tuple(name[:-1] for name in wanted if name.endswith(".*"))
    hits = [_hits(statement, aliases, exact, prefixes) for statement in tree.body]
    return [_first(question, [hits[n] for n in definitions.reached(question.targets)]) for question in questions]


def covers(name: str, used: str) -> bool:
    """Whether a name of a ban group, which may end in ``.*``, covers the name ``used``."""
    return used.startswith(name[:-1]) if name.endswith(".*") else used == name


def _first(question: Asked, hits: Sequence[Hits]) -> Use | None:
    """The first use of a question's banned names in the statements it reaches."""
    names = [name for group in question.groups for name in group]
    found = [
        (line, position, order, used)
        for position, hit in enumerate(hits)
        for line, order, used in (hit[name] for name in names if name in hit)
    ]
    if not found:
        return None
    line, _, _, used = min(found)
    groups = (n for n, group in enumerate(question.groups) if any(covers(name, used) for name in group))
    return Use(next(groups), used, line)


def _hits(statement: ast.stmt, aliases: Mapping[str, str], exact: Collection[str], prefixes: tuple[str, ...]) -> Hits:
    """The first use of each banned name in a top-level statement."""
    hits: dict[str, tuple[int, int, str]] = {}
    for order, (used, line) in enumerate(_names(statement, aliases)):
        covering = [used] if used in exact else []
        if used.startswith(prefixes):
            covering += [f"{prefix}*" for prefix in prefixes if used.startswith(prefix)]
        for name in covering:
            if name not in hits or line < hits[name][0]:
                hits[name] = line, order, used
    return hits


def _aliases(tree: ast.Module, nodes: Iterable[Iterable[ast.AST]]) -> Mapping[str, str]:
    """Local name -> dotted name, from imports anywhere and from plain assignments at module level."""
    aliases = imported(chain.from_iterable(nodes))
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, (ast.Name, ast.Attribute)):
            root, attributes = unrolled(node.value)
            value = next(_dotted(root, attributes, aliases), None)
            for target in node.targets:
                if value is not None and isinstance(target, ast.Name):
                    aliases[target.id] = value
    return aliases


def _names(statement: ast.stmt, aliases: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """The dotted names in a statement that start at an import, with their lines.

    Annotations and type tests, which cannot call anything, are left out.
    """
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.Name, ast.Attribute)):
            root, attributes = unrolled(node)
            for name in _dotted(root, attributes, aliases):
                yield name, node.lineno
            if not isinstance(root, ast.Name) and not _is_type_test(root):
                waiting.append(root)
            continue
        for field in node._fields:
            if field not in ("annotation", "returns", "ctx"):
                value = getattr(node, field, None)
                children = value if isinstance(value, list) else [value]
                waiting += [child for child in children if isinstance(child, ast.AST) and not _is_type_test(child)]


def _is_type_test(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("isinstance", "issubclass")
    )


def _dotted(root: ast.expr, attributes: Sequence[str], aliases: Mapping[str, str]) -> Iterator[str]:
    """``F.linear`` as ``torch.nn.functional.linear``, then each of its prefixes; none without an import."""
    name = aliases.get(root.id) if isinstance(root, ast.Name) else None
    if name is None:
        return
    names = [name]
    for attribute in attributes:
        if len(name) >= MAX_NAME:
            break
        name = f"{name}.{attribute}"[:MAX_NAME]
        names.append(name)
    yield from reversed(names)


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

"""Calls that a question does not allow: looked for in the syntax tree, and among the operators that ran.

The tree is read from each target outwards, through the functions and classes of the file that it names, so that
``nn.Linear`` in one question does not cost another. An alias, an import under another name or a name bound at module
level is followed; what hides better than that is seen when it runs.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from gradkit.course import Assignment, BanGroup, Question

_UNREADABLE = BanGroup("Whether it uses a call that is not allowed here cannot be seen: write it in smaller steps.")


@dataclass(frozen=True)
class BannedUse:
    """One use of a banned call.

    Attributes:
        group: the ban that it falls under.
        what: the name found in the file, or the operator seen at run time.
        line: the line of the student's file, where the tree told it.
    """

    group: BanGroup
    what: str
    line: int | None = None

    @property
    def message(self) -> str:
        """What the student reads."""
        if self.group is _UNREADABLE:
            return f"{self.what} is used. {self.group.reason}"
        where = f" (line {self.line})" if self.line is not None else " (seen while your code ran)"
        return f"{self.what} is used{where}. {self.group.reason}"


def find_banned(
    assignment: Assignment, question: Question, source: bytes | None, operators: Collection[str]
) -> BannedUse | None:
    """The first banned call of a question, or None.

    Args:
        assignment: where the ban groups stand.
        question: the question whose bans count.
        source: the student's module, or None where there is none.
        operators: the operators that ran in this question's tests.
    """
    groups = [assignment.banned[name] for name in question.banned]
    try:
        uses = _names_used(source, question.targets) if groups else ()
        for used, line in sorted(uses, key=lambda use: use[1]):
            for group in groups:
                if any(_covers(name, used) for name in group.names):
                    return BannedUse(group, used, line)
    except (RecursionError, MemoryError):
        return BannedUse(_UNREADABLE, "An expression nested too deeply to be read")
    for group in groups:
        for operator in group.operators:
            if operator in operators:
                return BannedUse(group, operator)
    return None


def _covers(name: str, banned: str) -> bool:
    """Whether a name of a ban group, which may end in ``.*``, stands for ``banned``."""
    return banned.startswith(name[:-1]) if name.endswith(".*") else banned == name


def _names_used(source: bytes | None, targets: Collection[str]) -> Iterator[tuple[str, int]]:
    """The dotted torch names that the code reachable from ``targets`` uses, with their lines.

    Raises:
        RecursionError: the source nests too deeply for its tree to be built, though Python can run it.
    """
    try:
        tree, aliases = _read(source or b"")
    except (SyntaxError, ValueError):
        return  # it cannot be imported either
    for definition in reachable(tree, targets):
        for node in _executed(definition):
            if isinstance(node, (ast.Name, ast.Attribute)):
                name = _dotted(node, aliases)
                if name is not None:
                    yield name, node.lineno


@lru_cache(maxsize=1)
def _read(source: bytes) -> tuple[ast.Module, Mapping[str, str]]:
    """A file's tree and aliases: read once, and asked for by each of its questions."""
    tree = ast.parse(source)
    return tree, _aliases(tree)


def _aliases(tree: ast.Module) -> Mapping[str, str]:
    """Local name -> dotted name, from imports anywhere and from plain assignments at module level."""
    aliases: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                aliases[name.asname or name.name.partition(".")[0]] = (
                    name.name if name.asname else name.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for name in node.names:
                aliases[name.asname or name.name] = f"{node.module}.{name.name}"
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, (ast.Name, ast.Attribute)):
            value = _dotted(node.value, aliases)
            for target in node.targets:
                if value is not None and isinstance(target, ast.Name):
                    aliases[target.id] = value
    return aliases


def reachable(tree: ast.Module, targets: Collection[str]) -> Iterator[ast.stmt]:
    """The top-level statements that define the targets and what they name, directly or not."""
    definitions: dict[str, list[ast.stmt]] = {}
    for statement in tree.body:
        for name in _defined_by(statement):
            definitions.setdefault(name, []).append(statement)
    waiting, seen = list(targets), set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for statement in definitions.get(name, []):
            yield statement
            waiting += [node.id for node in ast.walk(statement) if isinstance(node, ast.Name)]


def _defined_by(statement: ast.stmt) -> list[str]:
    """The names that a top-level statement defines, also inside its blocks."""
    names: list[str] = []
    waiting = [statement]
    while waiting:
        found = waiting.pop()
        if isinstance(found, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.append(found.name)
        elif isinstance(found, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            names += [n.id for n in ast.walk(found) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        elif isinstance(found, (ast.If, ast.Try, ast.With, ast.For, ast.While)):
            waiting += [child for child in ast.iter_child_nodes(found) if isinstance(child, ast.stmt)]
    return names


def _executed(root: ast.AST) -> Iterator[ast.AST]:
    """``root`` and the nodes below it that can call something: annotations and type tests cannot."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        for field, value in ast.iter_fields(node):
            if field not in ("annotation", "returns"):
                children = value if isinstance(value, list) else [value]
                waiting += [child for child in children if isinstance(child, ast.AST) and not _is_type_test(child)]


def _is_type_test(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("isinstance", "issubclass")
    )


def _dotted(node: ast.expr, aliases: Mapping[str, str]) -> str | None:
    """``F.linear`` as ``torch.nn.functional.linear``, or None where it does not start at an import."""
    attributes: list[str] = []
    while isinstance(node, ast.Attribute):
        attributes.append(node.attr)
        node = node.value
    root = aliases.get(node.id) if isinstance(node, ast.Name) else None
    return None if root is None else ".".join([root, *reversed(attributes)])

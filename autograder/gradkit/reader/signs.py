"""Signs of deception: code that no homework needs, and code that hides how a value was computed.

They are shown to an instructor ("look at this") and never cost points. Bans detect most of what is hidden in these
ways at run time; to evade them takes one of these signs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gradkit.bans.names import imported, unrolled
from gradkit.messages import message
from gradkit.reader.places import ATTRIBUTES, METHODS, NAMES, NAMES_UNLESS_OWN, PLACES

MAX_SIGNS = 20  # per file
_MAX_NAME = 80  # characters of a name shown
_SWITCHES = "torch.backends."  # meant to be set, as in ``torch.backends.cudnn.deterministic = True``
_BY_NAME = ("delattr", "getattr", "setattr")
# Decorators that call a method with its own object.
_HARMLESS = frozenset({"cached_property", "enable_grad", "inference_mode", "no_grad", "override", "property"})


@dataclass(frozen=True)
class Sign:
    """A place in a source that an instructor should look at.

    Attributes:
        line: its line, from 1.
        why: what it does, as a phrase after the file's name.
    """

    line: int
    why: str


@dataclass(frozen=True)
class _File:
    """What a file's names refer to: imports and plain assignments of them, and the names it defines itself."""

    aliases: Mapping[str, str]
    own: frozenset[str]
    classes: frozenset[str]


def find_signs(tree: ast.Module) -> list[Sign]:
    """The signs in one file, in order of their lines, at most `MAX_SIGNS`."""
    return sorted(set(_signs(tree)), key=lambda sign: (sign.line, sign.why))[:MAX_SIGNS]


def _signs(tree: ast.Module) -> Iterator[Sign]:
    file = _read(tree)
    waiting: list[tuple[ast.AST, str]] = [(tree, "")]  # nodes, with the name of ``self`` in the enclosing method
    while waiting:
        node, self = waiting.pop()
        if isinstance(node, (ast.Attribute, ast.Name)):
            root, attributes = unrolled(node)
            yield from _in_chain(node, root, attributes, file)
            if not isinstance(root, ast.Name):
                waiting.append((root, self))
            continue
        yield from _in_statement(node, file)
        if isinstance(node, ast.Call):
            yield from _in_call(node, self, file)
        if isinstance(node, ast.ClassDef):
            waiting += [(child, _first_argument(child)) for child in ast.iter_child_nodes(node)]
        elif _is_vars_of(node, self):
            continue
        else:
            waiting += [(child, self) for child in ast.iter_child_nodes(node)]


def _in_statement(node: ast.AST, file: _File) -> Iterator[Sign]:
    match node:
        case ast.Import(names=names):
            for alias in names:
                yield from _at_place(node.lineno, alias.name)
        case ast.ImportFrom(module=str(module), names=names, level=0):
            for alias in names:
                yield from _at_place(node.lineno, f"{module}.{alias.name}")
        case ast.FunctionDef(name=name) if name in METHODS:
            yield _sign(node.lineno, name, METHODS[name])
        case ast.ClassDef(bases=bases):
            for base in bases:
                if isinstance(base, (ast.Name, ast.Attribute)) and _dotted(base, file) == "torch.Tensor":
                    yield _sign(
                        node.lineno,
                        "torch.Tensor",
                        message("a subclass of it can act in the place of torch's functions"),
                    )
        case ast.Assign(targets=targets):
            for target in targets:
                yield from _in_target(target, node.value, file)
        case ast.AnnAssign(annotation=annotation) | ast.arg(annotation=ast.expr() as annotation):
            if any(isinstance(part, (ast.Call, ast.NamedExpr, ast.Lambda)) for part in ast.walk(annotation)):
                yield Sign(annotation.lineno, message("an annotation that runs code"))
        case _:
            return


def _in_target(target: ast.expr, value: ast.expr, file: _File) -> Iterator[Sign]:
    """Attributes set on a module, on torch, or on a class from outside."""
    if not isinstance(target, ast.Attribute):
        return
    if target.attr == "__class__":
        yield _sign(target.lineno, "__class__", message("an object is made one of another class"))
    root, attributes = unrolled(target)
    if not isinstance(root, ast.Name):
        return
    name = ".".join([root.id, *attributes])
    if root.id in file.aliases:
        if not (_dotted(target, file) or "").startswith(_SWITCHES):
            yield _sign(target.lineno, name, message("it changes what belongs to a module"))
    elif root.id in file.classes and len(attributes) == 1 and not _is_its_own(value, root.id):
        yield _sign(target.lineno, name, message("an attribute of a class that is set from outside"))


def _in_chain(node: ast.expr, root: ast.expr, attributes: list[str], file: _File) -> Iterator[Sign]:
    """Signs in a name with its attributes."""
    if isinstance(root, ast.Name):
        if root.id in NAMES or root.id in METHODS:
            yield _sign(node.lineno, root.id, NAMES.get(root.id) or METHODS[root.id])
        elif root.id in NAMES_UNLESS_OWN and root.id not in file.own:
            yield _sign(node.lineno, root.id, NAMES_UNLESS_OWN[root.id])
        elif root.id in file.aliases:
            yield from _at_place(node.lineno, _joined(file.aliases[root.id], attributes))
    for attribute in attributes:
        if attribute in ATTRIBUTES:
            yield _sign(node.lineno, attribute, ATTRIBUTES[attribute])
    if "__dict__" in attributes and not (
        isinstance(root, ast.Name) and root.id == "self" and attributes[0] == "__dict__"
    ):
        yield _sign(node.lineno, "__dict__", message("it looks names up by another way"))


def _in_call(node: ast.Call, self: str, file: _File) -> Iterator[Sign]:
    """Calls of getattr and the like with a name that is not a constant."""
    called, args = node.func, node.args
    if isinstance(called, ast.Name) and called.id in _BY_NAME and len(args) > 1:
        of_itself = isinstance(args[0], ast.Name) and args[0].id == self != ""
        if not _is_text(args[1]) and not of_itself:
            yield _sign(node.lineno, called.id, message("the name that it looks up is made while it runs"))
    elif isinstance(called, (ast.Name, ast.Attribute)):
        name = _dotted(called, file)
        if name in ("operator.attrgetter", "operator.methodcaller") and not all(map(_is_text, args[:1])):
            yield _sign(node.lineno, name, message("the name that it looks up is made while it runs"))
    for argument in [*args, *(keyword.value for keyword in node.keywords)]:
        if isinstance(argument, ast.Name) and argument.id in _BY_NAME and argument.id not in file.own:
            yield _sign(node.lineno, argument.id, message("a function that looks names up is handed on"))


def _at_place(line: int, name: str) -> Iterator[Sign]:
    """The sign of a dotted name that starts at an import, if any."""
    parts = name.split(".")
    for end in range(1, min(len(parts), 5) + 1):
        place = ".".join(parts[:end])
        if place in PLACES:
            yield _sign(line, place, PLACES[place])
            return
    if parts[0] == "torch":
        private = next((n for n, part in enumerate(parts) if part.startswith("_") and not part.startswith("__")), 0)
        if private:
            yield _sign(line, ".".join(parts[: private + 1]), message("an inner part of torch"))


def _sign(line: int, what: str, why: str) -> Sign:
    return Sign(line, f"{what[:_MAX_NAME]}: {why}")


def _is_its_own(value: ast.expr, owner: str) -> bool:
    """Whether a value is a constant, or an attribute of the class itself, as in ``Value.__radd__ = Value.__add__``."""
    if isinstance(value, ast.Attribute):
        return isinstance(value.value, ast.Name) and value.value.id == owner
    return isinstance(value, ast.Constant)


def _is_vars_of(node: ast.AST, self: str) -> bool:
    """Whether a node is ``vars(self)`` in a method of that object."""
    match node:
        case ast.Call(ast.Name("vars"), [ast.Name(name)], []):
            return name == self
        case _:
            return False


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant)


def _first_argument(node: ast.AST) -> str:
    """A method's name of its object; "" for anything else, or if the object might be an argument."""
    if not isinstance(node, ast.FunctionDef):
        return ""
    arguments = [*node.args.posonlyargs, *node.args.args]
    given = len(node.args.defaults) >= len(arguments)
    usual = all(map(_is_harmless, node.decorator_list))
    return arguments[0].arg if arguments and not given and usual else ""


def _is_harmless(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name in _HARMLESS


def _read(tree: ast.Module) -> _File:
    aliases = imported(ast.walk(tree))
    own: set[str] = set()
    classes: set[str] = set()
    plain: list[tuple[str, ast.expr]] = []
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                own.add(name)
            case ast.FunctionDef(name=name):
                own.add(name)
            case ast.ClassDef(name=name):
                own.add(name)
                classes.add(name)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name() | ast.Attribute() as bound):
                plain.append((name, bound))
    file = _File(aliases, frozenset(own), frozenset(classes))
    for name, value in plain:
        stands_for = _dotted(value, file)
        if stands_for is not None:
            aliases.setdefault(name, stands_for[:_MAX_NAME])
    return file


def _dotted(node: ast.expr, file: _File) -> str | None:
    root, attributes = unrolled(node)
    if not isinstance(root, ast.Name) or root.id not in file.aliases:
        return None
    return _joined(file.aliases[root.id], attributes)


def _joined(name: str, attributes: list[str]) -> str:
    return ".".join([name, *attributes[:5]])

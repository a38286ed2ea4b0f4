"""Signs of deception: what nobody needs for a homework, and what hides how a value was found.

They are put before a person ("look at this") and never cost points.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

MAX_SIGNS = 20  # of one file
_MODULES = {
    "ctypes": "it reaches past Python into memory",
    "gc": "it reaches objects that were not handed to it",
    "gradkit": "it reaches for what grades it",
    "inspect": "it reaches into the code that calls it",
}
_NAMES = {
    "__import__": "it imports by a name that is made while it runs",
    "_getframe": "it reaches into the code that calls it",
}


@dataclass(frozen=True)
class Sign:
    """A place in a source that a person should look at.

    Attributes:
        line: its line, from 1.
        why: what it does, in words that follow the name of its file.
    """

    line: int
    why: str


def find_signs(tree: ast.Module, filename: str) -> list[Sign]:
    """The signs in one file, in order of their lines, at most `MAX_SIGNS`."""
    del filename
    return sorted(set(_signs(tree)), key=lambda sign: (sign.line, sign.why))[:MAX_SIGNS]


def _signs(tree: ast.Module) -> Iterator[Sign]:
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                modules = [name.name.partition(".")[0] for name in node.names]
                yield from (Sign(node.lineno, f"{name}: {_MODULES[name]}") for name in modules if name in _MODULES)
            case ast.ImportFrom(module=str(module)) if (name := module.partition(".")[0]) in _MODULES:
                yield Sign(node.lineno, f"{name}: {_MODULES[name]}")
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in _NAMES:
                yield Sign(node.lineno, f"{name}: {_NAMES[name]}")

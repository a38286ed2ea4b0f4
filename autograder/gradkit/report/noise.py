"""What is put into a copy so that it looks like something else: it is blanked before two sources are compared."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_Place = tuple[int, int]  # line from 1, column in UTF-8 bytes from 0


def without_noise(source: str) -> str:
    """The source with annotations and constants that nobody reads as spaces, every other character in its place.

    What Python cannot parse stays as it is.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source
    # Lines as Python counts them, and not a character less.
    lines = [line.encode() for line in source.replace("\r\n", " \n").replace("\r", "\n").split("\n")]
    for (first, start), (last, end) in _noise(tree):
        for number in range(first, last + 1):
            line = lines[number - 1]
            left, right = start if number == first else 0, end if number == last else len(line)
            # One space for each character, not for each byte.
            lines[number - 1] = line[:left] + b" " * len(line[left:right].decode()) + line[right:]
    return b"\n".join(lines).decode()


def _noise(tree: ast.Module) -> Iterator[tuple[_Place, _Place]]:
    """The places to blank, the later ones of a line first."""
    read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign):
            found.append((_end(node.target), _end(node.annotation)))
        elif isinstance(node, ast.arg) and node.annotation is not None:
            found.append(((node.lineno, node.col_offset + len(node.arg.encode())), _end(node.annotation)))
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            if len(names) == len(node.targets) and read.isdisjoint(names):
                found.append(((node.lineno, node.col_offset), _end(node)))
    yield from sorted(found, reverse=True)


def _end(node: ast.expr | ast.stmt) -> _Place:
    return node.end_lineno or node.lineno, node.end_col_offset or node.col_offset

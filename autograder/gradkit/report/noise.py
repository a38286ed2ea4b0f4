"""What is put into a copy so that it looks like something else: it is blanked before two sources are compared."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

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
    parts: dict[int, list[tuple[int, int]]] = {}
    for (first, start), (last, end) in _noise(tree):
        for number in range(first, last + 1):
            place = start if number == first else 0, end if number == last else len(lines[number - 1])
            parts.setdefault(number - 1, []).append(place)
    for number, places in parts.items():
        lines[number] = _blanked(lines[number], places)
    return b"\n".join(lines).decode()


def _blanked(line: bytes, places: Iterable[tuple[int, int]]) -> bytes:
    """A line with one space for each character, not for each byte, of these places; they may lie in each other."""
    kept, at = [], 0
    for start, end in sorted(places):
        if end > at:
            start = max(start, at)
            kept += [line[at:start], b" " * len(line[start:end].decode())]
            at = end
    return b"".join([*kept, line[at:]])


def _noise(tree: ast.Module) -> Iterator[tuple[_Place, _Place]]:
    """The places to blank."""
    read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign):
            yield _end(node.target), _end(node.annotation)
        elif isinstance(node, ast.arg) and node.annotation is not None:
            yield (node.lineno, node.col_offset + len(node.arg.encode())), _end(node.annotation)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            if len(names) == len(node.targets) and read.isdisjoint(names):
                yield (node.lineno, node.col_offset), _end(node)


def _end(node: ast.expr | ast.stmt) -> _Place:
    return node.end_lineno or node.lineno, node.end_col_offset or node.col_offset

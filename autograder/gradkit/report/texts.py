"""Modules prepared for comparison: the hash of each run of characters, and its position in the source.

Each is read as copydetect reads it, within limits of size and time: for some texts its lexer takes quadratic time.
Additions that could disguise a copy are blanked first.
"""

from __future__ import annotations

import ast
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

# copydetect declares no types.
from copydetect.utils import filter_code  # type: ignore[import-untyped]

from gradkit.budget import OutOfTimeError, at_most
from gradkit.messages import message

LENGTH = 25  # characters of a run; copydetect's own default
LARGEST = 1 << 16  # characters of a module
_MOST = 1 << 24  # characters of a class's modules
_SECONDS = 5.0  # of processor time for a module
_ALL_SECONDS = 300.0  # for a class
_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # the hash's multiplier: odd, with bits set throughout

Runs = np.ndarray[tuple[int], np.dtype[np.uint64]]
_Places = np.ndarray[tuple[int], np.dtype[np.int64]]
_Place = tuple[int, int]  # line from 1, column in UTF-8 bytes from 0


@dataclass(frozen=True)
class Text:
    """A module prepared for comparison.

    Attributes:
        runs: the hash of the run at each position of the filtered text.
        places: positions in the filtered text before which characters were dropped, ascending.
        dropped: the number of characters dropped up to each of them.
    """

    runs: Runs
    places: _Places
    dropped: _Places

    def in_source(self, place: int) -> int:
        """Convert a position in the filtered text to one in the source."""
        before = int(np.searchsorted(self.places, place, side="right"))
        return place + (int(self.dropped[before - 1]) if before else 0)


def read_texts(sources: Mapping[str, str]) -> tuple[dict[str, Text], dict[str, str]]:
    """Read students' modules, the shortest first; returns them, and why others are left out."""
    texts: dict[str, Text] = {}
    left_out: dict[str, str] = {}
    characters, started = 0, time.process_time()
    for student, source in sorted(sources.items(), key=lambda item: (len(item[1]), item[0])):
        characters += len(source)
        if len(source) > LARGEST:
            left_out[student] = message(
                "it has {characters} characters; at most {most} are compared",
                characters=f"{len(source):,}",
                most=f"{LARGEST:,}",
            )
        elif characters > _MOST or time.process_time() - started > _ALL_SECONDS:
            left_out[student] = message("the other modules reached the limit for a class")
        else:
            try:
                with at_most(_SECONDS):
                    texts[student] = read_text(source)
            except OutOfTimeError:
                left_out[student] = message("reading it took more than {seconds} seconds", seconds=f"{_SECONDS:g}")
    return dict(sorted(texts.items())), dict(sorted(left_out.items()))


def read_text(source: str) -> Text:
    """Filter a module and hash its runs."""
    text, offsets = filter_code(without_noise(source), "module.py", "python")
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    runs = np.zeros(max(len(codes) - LENGTH + 1, 0), dtype=np.uint64)
    for number in range(LENGTH if len(runs) else 0):
        runs = runs * _FACTOR + codes[number : number + len(runs)]
    # At a class's name copydetect records only the characters that this name lost.
    pairs = np.maximum.accumulate(np.asarray(offsets, dtype=np.int64).reshape(-1, 2), axis=0)
    return Text(runs, pairs[:, 0], pairs[:, 1])


def without_noise(source: str) -> str:
    """The source with annotations and unused constants replaced by spaces, other characters in their place.

    Source that Python cannot parse is returned unchanged.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source
    # Lines as Python counts them, with no character lost.
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
    """A line with each character (not byte) of these places replaced by a space; places may overlap."""
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

"""Split an assignment's docstrings and the bullets of its handout into sentences."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Sequence

from gradkit.course import Assignment

_SECTION = re.compile(r"(Args|Attributes|Raises|Returns|Yields):$")
_OF_NAMES = ("Args", "Attributes", "Raises")  # their entries are named; the others are text
_ITEM = re.compile(r"\s*(?:\d+\.|-) ")
_END = re.compile(r"[.!?][)\"'`*\]]*\s+")
_ABBREVIATED = re.compile(r"(?:\b(?:e\.g|i\.e|et al|etc|cf|vs|approx|no|p|pp|fig)|\.\.)\.\s+$", re.IGNORECASE)
_FENCE = re.compile(r"\s*(?:```|~~~)")


def sentences_by_question(assignment: Assignment, source: str) -> dict[str, tuple[str, ...]]:
    """The sentences of each question's docstrings, including methods, without duplicates.

    Docstrings in solution regions are skipped, since they are not released.

    Args:
        assignment: the assignment.
        source: its module, including solutions.
    """
    hidden = _solution_lines(source)
    found: dict[str, tuple[str, ...]] = {}
    definitions = ast.parse(source).body
    for question in assignment.questions:
        nodes = [node for node in definitions if getattr(node, "name", None) in question.targets]
        texts = [text for node in nodes for text in _docstrings(node, hidden)]
        found[question.id] = tuple(dict.fromkeys(sentence for text in texts for sentence in sentences(text)))
    return found


def sentences(docstring: str) -> list[str]:
    """A docstring's sentences, with whitespace normalized.

    A formula or a list item counts as one sentence. Sentences of a section's entry (``Args:``, ``Returns:``) begin with
    its name.
    """
    return [f"{name}{sentence}" for name, lines in _parts(inspect.cleandoc(docstring)) for sentence in _of_text(lines)]


def bullets(markdown: str) -> list[str]:
    """The bullets of a README or notebook, with whitespace normalized, without code and model answers."""
    found: list[list[str]] = []
    hidden = open_item = False
    fenced = False
    for line in markdown.splitlines():
        if "#region" in line or "#endregion" in line:
            hidden = "#region" in line and "written=" in line
        elif _FENCE.match(line):
            fenced, open_item = not fenced, False
        elif hidden or fenced or not line.strip():
            open_item = False
        elif line.lstrip().startswith("- "):
            found.append([line.strip().removeprefix("- ")])
            open_item = True
        elif open_item:
            found[-1].append(line)
    return [_collapsed(lines) for lines in found]


def _solution_lines(source: str) -> set[int]:
    hidden: set[int] = set()
    inside = False
    for number, line in enumerate(source.splitlines(), start=1):
        inside = inside or "### BEGIN SOLUTION" in line
        if inside:
            hidden.add(number)
        inside = inside and "### END SOLUTION" not in line
    return hidden


def _docstrings(node: ast.AST, hidden: set[int]) -> Iterator[str]:
    """The docstrings of a function, or of a class and its methods."""
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) or node.lineno in hidden:
        return
    if text := ast.get_docstring(node):
        yield text
    for part in node.body if isinstance(node, ast.ClassDef) else ():
        yield from _docstrings(part, hidden)


def _parts(docstring: str) -> Iterator[tuple[str, list[str]]]:
    """Yield (prefix of the sentences, lines) for the text outside sections and for each entry of a section."""
    section, name, lines = "", "", list[str]()
    for line in docstring.splitlines():
        header = _SECTION.match(line)
        outside = bool(line) and not line.startswith(" ")
        entry = section in _OF_NAMES and re.match(r"    (\S.*?): ?", line)
        if header or entry or (section and outside):
            yield name, lines
            section = header[1] if header else section if entry else ""
            name = f"{entry[1]}: " if entry else f"{section}: " if section and section not in _OF_NAMES else ""
            lines = [line[entry.end() :]] if entry else [line] if not header else []
        else:
            lines.append(line.removeprefix("    " * (1 + (section in _OF_NAMES))) if section else line)
    yield name, lines


def _of_text(lines: Sequence[str]) -> Iterator[str]:
    for block in _blocks(lines):
        if any(_ITEM.match(line) for line in block):
            yield from (_collapsed(item) for item in _items(block))
        elif block[0].startswith(" "):
            yield _collapsed(block)
        else:
            yield from _split(_collapsed(block))


def _blocks(lines: Sequence[str]) -> Iterator[list[str]]:
    """Split lines at blank lines and at changes of indentation."""
    block: list[str] = []
    for line in [*lines, ""]:
        if block and (not line.strip() or _begins_another(block, line)):
            yield block
            block = []
        if line.strip():
            block.append(line)


def _begins_another(block: Sequence[str], line: str) -> bool:
    in_list = bool(_ITEM.match(block[0]))
    return not in_list and block[0].startswith(" ") != line.startswith(" ")


def _items(block: Sequence[str]) -> list[list[str]]:
    items: list[list[str]] = []
    for line in block:
        if not items or _ITEM.match(line):
            items.append([])
        items[-1].append(line)
    return items


def _split(text: str) -> Iterator[str]:
    start = 0
    for end in _END.finditer(text):
        if not _ABBREVIATED.search(text[: end.end()]):
            yield text[start : end.end()].rstrip()
            start = end.end()
    if text[start:]:
        yield text[start:]


def _collapsed(lines: Sequence[str]) -> str:
    return " ".join(" ".join(lines).split())

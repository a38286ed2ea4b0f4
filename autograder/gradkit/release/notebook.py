"""Convert ``notebook.md`` to the staged notebook for nbgrader and the complete one for ``solutions/``.

Authors write jupytext Markdown and mark two kinds of cells: ``question="..."`` on the cell that runs a question's
public checks, ``written="..."`` on the region with the model answer of a written question. nbgrader's metadata is
derived from these marks and from ``assignment.toml``, so points are defined in one place only.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

# jupytext has annotations but does not declare them (no py.typed).
import jupytext  # type: ignore[import-untyped]

from gradkit.course import Assignment
from gradkit.errors import BuildError
from gradkit.messages import Message, message
from gradkit.release.strip import complete_solutions, find_regions, strip_solutions
from gradkit.release.translatable import same_code

CellKind = Literal["text", "code", "check", "written"]

_CELLS: Mapping[CellKind, Message] = {
    "text": message("a text cell"),
    "code": message("a code cell"),
    "check": message("a check cell"),
    "written": message("a written cell"),
}
WRITTEN_STUB = "YOUR ANSWER HERE"  # nbgrader's own text, so that the staged cell equals the released one
_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


@dataclass(frozen=True)
class SourceCell:
    """One cell as its author wrote it.

    Attributes:
        kind: ordinary text or code, a question's check cell, or the model answer of a written question.
        source: its text, including solution regions.
        where: its name in error messages: the path and the cell's number, from 1.
        id: the question of a check cell or written answer; "" for other cells.
    """

    kind: CellKind
    source: str
    where: str
    id: str = ""


def read_cells(text: str, where: str, assignment: Assignment) -> list[SourceCell]:
    """Read ``notebook.md`` and check that each question has its cell.

    Args:
        text: the Markdown source.
        where: its path, for errors.
        assignment: the parsed ``assignment.toml``.

    Raises:
        BuildError: a cell cannot be read, a check cell or written answer is missing, duplicated or unknown, or a
            solution region is invalid.
    """
    questions = [question.id for question in assignment.questions]
    find_regions(text, where, questions)  # on the whole text first: its line numbers are those of the file
    raw = enumerate(jupytext.reads(text, fmt="md").cells, start=1)
    cells = [_read_cell(cell, message("{path}, cell {number}", path=where, number=number)) for number, cell in raw]
    for cell in cells:
        regions = find_regions(cell.source, cell.where, questions)
        if regions and cell.kind != "code":
            raise BuildError(
                message(
                    "{where}: a solution region in {cell}; expected it in an ordinary code cell. Put the "
                    'model answer of a written question into <!-- #region written="..." --> instead.',
                    where=cell.where,
                    cell=_CELLS[cell.kind],
                )
            )
    _one_each(cells, "check", questions, where, '```python question="{}"')
    written = [question.id for question in assignment.written]
    _one_each(cells, "written", written, where, '<!-- #region written="{}" -->')
    return cells


def compare_cells(cells: Sequence[SourceCell], translated: Sequence[SourceCell], where: str) -> None:
    """Check that a notebook in another language has the same cells, with the same code.

    Args:
        cells: the cells of ``notebook.md``.
        translated: those of the other notebook.
        where: the other's path, for errors.

    Raises:
        BuildError: a cell is missing, of another kind, or has other code; comments and words in strings may differ.
    """
    for cell, other in zip(cells, translated, strict=False):
        if (cell.kind, cell.id) != (other.kind, other.id):
            raise BuildError(
                message(
                    "{where}: {found}, but {expected} in {original}.",
                    where=other.where,
                    found=_named(other),
                    expected=_named(cell),
                    original=cell.where,
                )
            )
        if cell.kind in ("code", "check") and not same_code(cell.source, other.source):
            raise BuildError(
                message(
                    "{where}: the code is not that of {original}. Only comments and words in strings may differ.",
                    where=other.where,
                    original=cell.where,
                )
            )
    if len(cells) != len(translated):
        raise BuildError(
            message(
                "{where}: {found} cells, but {expected} in the English notebook.",
                where=where,
                found=len(translated),
                expected=len(cells),
            )
        )


def _named(cell: SourceCell) -> Message:
    kind = _CELLS[cell.kind]
    return message("{cell} of {question}", cell=kind, question=cell.id) if cell.id else kind


def staged_notebook(cells: Iterable[SourceCell], assignment: Assignment) -> str:
    """The staged notebook for nbgrader as JSON text: stripped, with nbgrader's metadata."""
    return _notebook(cells, assignment, complete=False)


def complete_notebook(cells: Iterable[SourceCell], assignment: Assignment) -> str:
    """The complete notebook as JSON text: with solutions and model answers, without outputs."""
    return _notebook(cells, assignment, complete=True)


def _read_cell(cell: Any, where: str) -> SourceCell:
    metadata = {key: value for key, value in cell.metadata.items() if key != "lines_to_next_cell"}
    if cell.cell_type == "markdown" and not metadata:
        return SourceCell("text", cell.source, where)
    if cell.cell_type == "markdown" and metadata.keys() == {"written"}:
        return SourceCell("written", cell.source, where, str(metadata["written"]))
    if cell.cell_type == "code" and not metadata:
        return SourceCell("code", cell.source, where)
    if cell.cell_type == "code" and metadata.keys() == {"question"}:
        return SourceCell("check", cell.source, where, str(metadata["question"]))
    found = ", ".join(f"{key}={json.dumps(value, default=str)}" for key, value in sorted(metadata.items()))
    raise BuildError(
        message(
            "{where}: a {type} cell with {settings}; expected text, ```python, ```python "
            'question="..." or <!-- #region written="..." -->.',
            where=where,
            type=cell.cell_type,
            settings=found or message("no settings"),
        )
    )


def _one_each(cells: list[SourceCell], kind: CellKind, expected: list[str], where: str, form: str) -> None:
    found = Counter(cell.id for cell in cells if cell.kind == kind)
    for name in found:
        if name not in expected:
            raise BuildError(
                message(
                    '{where}: {cell} names "{name}", which assignment.toml does not have (it has: {known}).',
                    where=where,
                    cell=form.format(name),
                    name=name,
                    known=", ".join(expected) or message("none"),
                )
            )
    for name in expected:
        if found[name] != 1:
            cell = form.format(name)
            raise BuildError(
                message(
                    "{where}: {cell} occurs {count} times; expected exactly one such cell.",
                    where=where,
                    cell=cell,
                    count=found[name],
                )
            )


def _notebook(cells: Iterable[SourceCell], assignment: Assignment, *, complete: bool) -> str:
    notebook = {
        "cells": [_cell(number, cell, assignment, complete) for number, cell in enumerate(cells, start=1)],
        "metadata": _METADATA,
        "nbformat": 4,
        "nbformat_minor": 5,  # the first with cell ids; fixed, so that a newer nbformat changes no bytes
    }
    # As nbformat writes it, so that the text does not change when Jupyter saves it.
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _cell(number: int, cell: SourceCell, assignment: Assignment, complete: bool) -> dict[str, Any]:
    metadata = {"nbgrader": _graded(cell, assignment)} if cell.id else {}
    source = _source(cell, assignment, complete)
    common = {
        # A question's id contains no hyphen, so the two kinds of id cannot collide.
        "id": cell.id or f"cell-{number:02}",
        "metadata": metadata,
        "source": source.splitlines(keepends=True),
    }
    if cell.kind in ("text", "written"):
        return {"cell_type": "markdown", **common}
    return {"cell_type": "code", "execution_count": None, "outputs": [], **common}


def _source(cell: SourceCell, assignment: Assignment, complete: bool) -> str:
    if cell.kind == "written":
        return cell.source if complete else WRITTEN_STUB
    replace = complete_solutions if complete else strip_solutions
    return replace(cell.source, cell.where, [question.id for question in assignment.questions])


def _graded(cell: SourceCell, assignment: Assignment) -> dict[str, Any]:
    points = {question.id: question.points for question in assignment.questions}
    points |= {question.id: question.points for question in assignment.written}
    worth = points[cell.id]
    written = cell.kind == "written"
    return {
        "cell_type": "markdown" if written else "code",
        "grade": True,
        "grade_id": cell.id,
        "locked": not written,
        "points": int(worth) if worth == int(worth) else worth,
        "schema_version": 3,
        "solution": written,
        "task": False,
    }

"""A student's notebook, taken apart and put together anew on the released one's pattern.

Only text survives: each cell's kind and source, and pictures that a written answer has attached. Everything else a
notebook file can hold (metadata, outputs, ids) is the released notebook's or none at all, for nbgrader stops the whole
class's run at one copied cell or one odd key.
"""

from __future__ import annotations

import copy
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from gradkit.errors import BuildError, SubmissionRefused
from gradkit.grading.wording import plain

Cell = dict[str, Any]  # plain dictionaries: nbformat's constructors check each cell against its schema, slowly

_MAX_CELLS = 1000
_MAX_SOURCE = 20_000  # characters of one cell: nbconvert takes quadratic time over some Markdown
_MAX_ALL = 400_000  # characters of all cells
_CUT = "\n\n[The rest of this cell was left out: it is longer than 20,000 characters.]"
_MISSING = "The cell below was missing from the submitted notebook. It was added back."
_PICTURES = ("image/png", "image/jpeg", "image/gif")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


def read_released(path: Path) -> dict[str, Any]:
    """The released notebook, which every autograded one follows.

    Raises:
        BuildError: it is missing or is no notebook.
    """
    try:
        notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        cells = notebook["cells"]
        graded = [cell["metadata"]["nbgrader"]["grade_id"] for cell in cells if "nbgrader" in cell["metadata"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BuildError(f"{path}: not a released notebook ({error!r}). Run `make release`.") from error
    if len(graded) != len(set(graded)):
        raise BuildError(f"{path}: a grade_id stands twice. Run `make release`.")
    for cell in cells:
        cell["source"] = _text(cell["source"])
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return notebook


def read_submitted(path: Path, max_bytes: int) -> list[Cell]:
    """The cells of a student's notebook, with their text and nothing else but the ``grade_id`` they claim.

    Raises:
        SubmissionRefused: the file is no notebook that can be read.
    """
    try:
        if path.is_symlink() or not path.is_file():
            raise SubmissionRefused(f"there is no notebook {path.name} in the submission")
        with path.open("rb") as file:
            content = file.read(max_bytes + 1)
        if len(content) > max_bytes:
            raise SubmissionRefused(f"the submitted {path.name} is too large")
        data = json.loads(content.decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise SubmissionRefused(f"the submitted {path.name} cannot be read as a notebook") from error
    raw = data.get("cells") if isinstance(data, dict) and data.get("nbformat") == 4 else None
    if not isinstance(raw, list) or len(raw) > _MAX_CELLS:
        raise SubmissionRefused(f"the submitted {path.name} is not a notebook of Jupyter's format 4")
    cells: list[Cell] = []
    characters = 0
    for item in raw:
        cell = _submitted_cell(item)
        characters += len(cell["source"])
        if characters > _MAX_ALL:
            raise SubmissionRefused(f"the submitted {path.name} holds too much text")
        cells.append(cell)
    return cells


def merge(submitted: Iterable[Cell], released: Mapping[str, Any]) -> dict[str, Any]:
    """Put a student's cells under the released notebook's rules.

    A cell that nbgrader knows gets back its kind, points and metadata, and its source unless it is the student's to
    write. Of copies the first counts; of a written answer's copies, the first that is answered. Graded cells that are
    missing are added back. Cells of the student's own stay as text.
    """
    known = {grade_id: cell for cell in released["cells"] if (grade_id := claimed(cell))}
    cells = [copy.deepcopy(cell) for cell in submitted]
    chosen = _choose(cells, known)
    for position, cell in enumerate(cells):
        grade_id = claimed(cell)
        cells[position] = _restored(cell, known[grade_id]) if chosen.get(grade_id) == position else _stripped(cell)
    place = 0
    for grade_id, original in known.items():
        found = next((n for n, cell in enumerate(cells) if claimed(cell) == grade_id), None)
        if found is None:
            cells[place:place] = [make_cell("markdown", f"*{_MISSING}*"), copy.deepcopy(original)]
            found = place + 1
        place = found + 1
    return assemble(cells, released)


def assemble(cells: Iterable[Cell], released: Mapping[str, Any]) -> dict[str, Any]:
    """A notebook of these cells with the released one's metadata; ids are given anew, since a page shows them."""
    cells = list(cells)
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    return {"cells": cells, "metadata": copy.deepcopy(released["metadata"]), "nbformat": 4, "nbformat_minor": 5}


def claimed(cell: Mapping[str, Any]) -> str:
    """The ``grade_id`` that a cell claims, or ""."""
    metadata = cell.get("metadata")
    settings = metadata.get("nbgrader") if isinstance(metadata, Mapping) else None
    grade_id = settings.get("grade_id") if isinstance(settings, Mapping) else None
    return grade_id if isinstance(grade_id, str) else ""


def _choose(cells: list[Cell], known: Mapping[str, Cell]) -> dict[str, int]:
    """For each known cell, the position of the submitted one that stands for it."""
    copies: defaultdict[str, list[int]] = defaultdict(list)
    for position, cell in enumerate(cells):
        if claimed(cell) in known:
            copies[claimed(cell)].append(position)
    return {
        grade_id: next((n for n in positions if cells[n]["source"] != known[grade_id]["source"]), positions[0])
        if _is_students(known[grade_id])
        else positions[0]
        for grade_id, positions in copies.items()
    }


def _is_students(original: Cell) -> bool:
    """Whether the cell's text is the student's to write."""
    return bool(original["metadata"]["nbgrader"].get("solution"))


def _restored(cell: Cell, original: Cell) -> Cell:
    """The released cell, with the student's text where that is the student's to write."""
    restored = copy.deepcopy(original)
    if _is_students(original):
        restored["source"] = cell["source"]
        if original["cell_type"] == "markdown" and "attachments" in cell:
            restored["attachments"] = cell["attachments"]
    return restored


def _stripped(cell: Cell) -> Cell:
    return {**cell, "metadata": {}}


def _submitted_cell(item: object) -> Cell:
    if not isinstance(item, dict):
        return make_cell("raw", "")
    source = _text(item.get("source"))
    if len(source) > _MAX_SOURCE:
        source = source[:_MAX_SOURCE] + _CUT
    kind = item.get("cell_type")
    cell = make_cell(kind if kind in ("code", "markdown") else "raw", source)
    cell["metadata"] = {"nbgrader": {"grade_id": claimed(item)}}
    if kind == "markdown" and (attachments := _attachments(item.get("attachments"))):
        cell["attachments"] = attachments
    return cell


def make_cell(kind: str, source: str) -> Cell:
    """A cell of the kind "code", "markdown" or "raw"."""
    cell: Cell = {"cell_type": kind, "metadata": {}, "source": source}
    return {**cell, "outputs": [], "execution_count": None} if kind == "code" else cell


def _text(source: object) -> str:
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    return plain(source) if isinstance(source, str) else ""


def _attachments(found: object) -> dict[str, dict[str, str]]:
    kept = {}
    for name, bundle in found.items() if isinstance(found, dict) else ():
        if not isinstance(bundle, dict):
            continue
        for kind in _PICTURES:
            content = bundle.get(kind)
            if isinstance(content, str) and _BASE64.fullmatch(content):
                kept[plain(name)] = {kind: content}
    return kept
